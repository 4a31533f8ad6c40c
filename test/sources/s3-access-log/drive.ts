import type { Facts } from "../../../lib/facts.ts";
import type { LogRecord, Malformed } from "../../../lib/record.ts";
import { s3AccessLog } from "../../../lib/sources/s3-access-log/index.ts";
import type { CopyHalf, ReaderOptions } from "../../../lib/sources/source.ts";

export interface Read {
  /** Records and malformed lines in the order in which they came. */
  events: (LogRecord | Malformed)[];
  records: LogRecord[];
  malformed: Malformed[];
  /** Facts as they were counted: one entry a record. */
  seen: Facts[];
  passedOver: number;
  halves: CopyHalf[];
}

/** Reads a whole log object, given in one piece or in chunks, and holds the reader to its contract on the way. */
export function readAll(
  log: Buffer | readonly Buffer[],
  options: ReaderOptions = {},
  wants = (_: Facts) => true,
): Read {
  const read: Read = { events: [], records: [], malformed: [], seen: [], passedOver: 0, halves: [] };
  let asked: Facts | null = null;
  const expectNothingAsked = () => {
    if (asked !== null) throw new Error("a record was asked for, and did not come");
  };
  const reader = s3AccessLog.open(
    {
      see(facts) {
        expectNothingAsked();
        read.seen.push(facts);
        if (!wants(facts)) return false;
        asked = facts;
        return true;
      },
      judge(record) {
        if (record.facts !== asked) throw new Error(`facts ${record.facts} came; ${asked} were announced`);
        asked = null;
        read.records.push(record);
        read.events.push(record);
      },
      malformed(line) {
        expectNothingAsked();
        read.malformed.push(line);
        read.events.push(line);
      },
    },
    { onCopyHalf: (half) => read.halves.push(half), ...options },
  );
  for (const chunk of Buffer.isBuffer(log) ? [log] : log) {
    // The caller may use a chunk again as soon as push returns.
    const lent = Buffer.from(chunk);
    reader.push(lent);
    lent.fill(0x58);
  }
  reader.end();
  expectNothingAsked();
  read.passedOver = reader.passedOver;
  return read;
}

/** Reads lines of one character a byte, each ended by LF. */
export function readLines(...lines: readonly string[]): Read {
  return readAll(toLog(lines));
}

export function toLog(lines: readonly string[], lineEnd = "\n"): Buffer {
  return Buffer.from(lines.map((line) => line + lineEnd).join(""), "latin1");
}
