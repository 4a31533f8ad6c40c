import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { LogRecord } from "../../../lib/record.ts";
import { createHotReader } from "../../../lib/sources/ceph-ops-log/hot.ts";
import { cephOpsLog } from "../../../lib/sources/ceph-ops-log/index.ts";
import { readAll, spell } from "./read-all.ts";

// Written by a gateway of Ceph 16.2.15, user agents cut short. `writes`: PUTs over HTTP and HTTPS, with V2 and V4.
// `operations`: test/e2e/ceph.ts with requests of every kind, most of them against the rules.
describe.each(["writes", "operations"])("%s, as a real gateway logged them", (name) => {
  const [log, expected] = ["jsonl", "expected.txt"].map((type) =>
    readFileSync(new URL(`fixtures/${name}.${type}`, import.meta.url)),
  ) as [Buffer, Buffer];

  test("every record is what its line of the expectations says", () => {
    const read = readAll(log);
    expect(read.malformed).toEqual([]);
    expect(read.records.map(summary)).toEqual(expected.toString().trimEnd().split("\n"));
  });

  test("it is recognised, and takes the hot path but for nested values and escapes", () => {
    expect(cephOpsLog.recognises(log)).toBe(true);
    const hot = createHotReader();
    let left = 0;
    expect(hot.load(log, 0, log.length)).toBe(log.length);
    while (hot.end + 1 < log.length) if (hot.next() === null) left++;
    const isUnusual = (line: string) => line.includes("op_data") || line.includes("\\");
    expect(left).toBe(log.toString("latin1").split("\n").filter(isUnusual).length);
  });
});

/** `12 200 UploadPart HTTP V4 SSE-KMS bucket/key; evidence; reason`. */
function summary({
  line,
  status,
  facts,
  bucket,
  key,
  versionId,
  copySource,
  authType,
  evidence,
  reason,
}: LogRecord): string {
  const from = copySource && ` from ${copySource.bucket}/${copySource.key}`;
  const why = [...evidence.map((one) => `${one.by}: ${one.detail}`), reason].filter((text) => text !== null);
  const object = `${bucket}/${key ?? ""}${versionId === null ? "" : `?${versionId}`}${from ?? ""}`;
  return [`${line} ${status} ${spell(facts)} ${authType} ${object}`, ...why].join("; ");
}
