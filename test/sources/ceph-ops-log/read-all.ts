import {
  ENCRYPTIONS,
  type Facts,
  get,
  interfaceName,
  members,
  SIGNATURES,
  transportNames,
} from "../../../lib/facts.ts";
import type { LogRecord, Malformed } from "../../../lib/record.ts";
import { cephOpsLog } from "../../../lib/sources/ceph-ops-log/index.ts";
import type { ReaderOptions } from "../../../lib/sources/source.ts";

export interface Read {
  facts: Facts[];
  records: LogRecord[];
  malformed: Malformed[];
  passedOver: number;
}

/** Everything that is in a log, in order. */
export function readAll(log: string | Buffer, options: ReaderOptions & { chunks?: number[] } = {}): Read {
  const read: Read = { facts: [], records: [], malformed: [], passedOver: 0 };
  const reader = cephOpsLog.open(
    {
      see(facts) {
        read.facts.push(facts);
        return true;
      },
      judge: (record) => read.records.push(record),
      malformed: (line) => read.malformed.push(line),
    },
    options,
  );
  const bytes = Buffer.from(log);
  let at = 0;
  for (const length of options.chunks ?? []) {
    const chunk = Buffer.from(bytes.subarray(at, at + length));
    reader.push(chunk);
    // The caller may reuse what it pushed.
    chunk.fill(0x7b);
    at += length;
  }
  reader.push(bytes.subarray(at));
  reader.end();
  read.passedOver = reader.passedOver;
  return read;
}

/** Facts as people write them: `CopyObject HTTP V4 none→SSE-KMS`. */
export function spell(facts: Facts): string {
  const set = (name: "source" | "target") => members(get(facts, name), ENCRYPTIONS).join("|");
  const source = get(facts, "source") === 0 ? "" : `${set("source")}→`;
  const transport = transportNames(get(facts, "transport")).join("|");
  return `${interfaceName(facts)} ${transport} ${members(get(facts, "signature"), SIGNATURES).join("|")} ${source}${set("target")}`;
}
