import { ENCRYPTIONS, type Facts, get, interfaceName, members, SIGNATURES, TRANSPORTS } from "../../../lib/facts.ts";
import type { LogRecord, Malformed } from "../../../lib/record.ts";
import { cloudtrail } from "../../../lib/sources/cloudtrail/index.ts";
import type { ReaderOptions, Recipient } from "../../../lib/sources/source.ts";

export interface Read {
  /** Facts as they were counted, one entry a record. */
  seen: Facts[];
  records: LogRecord[];
  malformed: Malformed[];
  passedOver: number;
}

/** Everything that is in a log object, in order; chunks of the given lengths come first, the rest in one. */
export function readAll(log: string | Buffer, options: ReaderOptions & { chunks?: readonly number[] } = {}): Read {
  const read: Read = { seen: [], records: [], malformed: [], passedOver: 0 };
  const reader = cloudtrail.open(recipientOf(read), options);
  const bytes = Buffer.from(log);
  let at = 0;
  for (const length of [...(options.chunks ?? []), bytes.length]) {
    // The caller may use a chunk again as soon as push returns.
    const lent = Buffer.from(bytes.subarray(at, at + length));
    reader.push(lent);
    lent.fill(0x22);
    at += length;
  }
  reader.end();
  read.passedOver = reader.passedOver;
  return read;
}

/** Wants every record, and holds the reader to its contract. */
export function recipientOf(read: Read): Recipient {
  return {
    see(facts) {
      if (read.seen.length !== read.records.length) throw new Error("a record was asked for, and did not come");
      read.seen.push(facts);
      return true;
    },
    judge(record) {
      if (record.facts !== read.seen.at(-1)) throw new Error(`facts ${record.facts} are not those announced`);
      read.records.push(record);
    },
    malformed: (line) => read.malformed.push(line),
  };
}

/** Facts as people write them: `CopyObject TLSv1.2 V4 none→SSE-KMS`; `any` is a set of all. */
export function spell(facts: Facts): string {
  const set = (name: "source" | "target" | "signature" | "transport", names: readonly string[]) => {
    const found = members(get(facts, name), names);
    return found.length === names.length ? "any" : found.join("|");
  };
  const source = get(facts, "source") === 0 ? "" : `${set("source", ENCRYPTIONS)}→`;
  const transport = set("transport", TRANSPORTS).replace("TLSv1.0|TLSv1.1|TLSv1.2|TLSv1.3", "HTTPS");
  return `${interfaceName(facts)} ${transport} ${set("signature", SIGNATURES)} ${source}${set("target", ENCRYPTIONS)}`;
}
