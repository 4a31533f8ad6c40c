import type { Facts } from "../../../lib/facts.ts";
import type { LogRecord, Malformed } from "../../../lib/record.ts";
import { obsAccessLog } from "../../../lib/sources/obs-access-log/index.ts";
import type { CopyHalf, ReaderOptions } from "../../../lib/sources/source.ts";

export interface Read {
  records: LogRecord[];
  malformed: Malformed[];
  seen: Facts[];
  halves: CopyHalf[];
  passedOver: number;
}

export function readChunks(chunks: readonly Buffer[], options: ReaderOptions = {}, wants = true): Read {
  const read: Read = { records: [], malformed: [], seen: [], halves: [], passedOver: 0 };
  const recipient = {
    see: (facts: Facts) => read.seen.push(facts) > 0 && wants,
    judge: (record: LogRecord) => read.records.push(record),
    malformed: (line: Malformed) => read.malformed.push(line),
  };
  const reader = obsAccessLog.open(recipient, { ...options, onCopyHalf: (half) => read.halves.push(half) });
  for (const chunk of chunks) {
    // A chunk is only lent: the reader must not look at it again.
    const lent = Buffer.from(chunk);
    reader.push(lent);
    lent.fill(0x58);
  }
  reader.end();
  read.passedOver = reader.passedOver;
  return read;
}

/** Lines of one character a byte, each ended by LF. */
export function readLines(...lines: readonly string[]): Read {
  return readChunks([Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1")]);
}

/** The one record of a line that has no fault. */
export function recordOf(line: string): LogRecord {
  const { records, malformed } = readLines(line);
  if (records.length !== 1) throw new Error(`no record: ${malformed[0]?.reason}`);
  return records[0]!;
}
