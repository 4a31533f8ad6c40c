import type { Facts } from "../facts.ts";
import type { LogRecord, Malformed, ObjectVersion } from "../record.ts";

/** Whom a reader tells what it read, in the order of the log object. */
export interface Recipient {
  /** Whether `see` could ask for a record with these facts, or with some of these possibilities alone. Asked to spare work: then no more than `see` follows. */
  wants?(facts: Facts): boolean;
  /** Counts a record by its facts. True: the record matters, `judge` must follow with all of it. */
  see(facts: Facts): boolean;
  judge(record: LogRecord): void;
  malformed(line: Malformed): void;
}

/** The read half of a copy, logged for the source bucket under the copy's request id. */
export interface CopyHalf extends ObjectVersion {
  requestId: string;
  time: number;
}

export interface ReaderOptions {
  /** Records outside [since, until), in ms since 1970, are passed over. */
  since?: number;
  until?: number;
  /** Told every read half of a copy that passes. */
  onCopyHalf?: (half: CopyHalf) => void;
}

/** Reads one log object. Bytes in, records out; holds a bounded part of it. */
export interface Reader {
  /** Takes the next bytes. They may be reused by the caller as soon as this returns. */
  push(chunk: Buffer): void;
  /** The object has ended; `isCut`: its bytes failed before their end, so that the last line may be a part of one. */
  end(isCut?: boolean): void;
  /** Records passed over: outside the time range, or other services' events. */
  readonly passedOver: number;
  /** Time of the last record, or of one near it, ms since 1970; `null` where no record was read. */
  readonly lastTime: number | null;
}

/** A log format. */
export interface Source {
  readonly id: string;
  /** Whether the first bytes of a log object (up to 1 MiB, cut anywhere) are certainly of this format. */
  recognises(head: Buffer): boolean;
  open(recipient: Recipient, options?: ReaderOptions): Reader;
}
