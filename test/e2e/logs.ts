import { readFileSync } from "node:fs";

const FIXTURES = new URL("../sources/ceph-ops-log/fixtures/", import.meta.url);
const LINES = 4;

/** Log objects of a few lines each, as this gateway wrote them, by their keys; one line in them is no record. */
export const LOG_OBJECTS: Readonly<Record<string, string>> = cutUp([
  ...linesOf("writes.jsonl"),
  '{"bucket":"cut sho',
  ...linesOf("operations.jsonl"),
]);

function linesOf(name: string): string[] {
  return readFileSync(new URL(name, FIXTURES), "utf8").trimEnd().split("\n");
}

function cutUp(lines: readonly string[]): Record<string, string> {
  const objects: Record<string, string> = {};
  for (let i = 0; i < lines.length; i += LINES) {
    objects[`2026/11/22/${String(i).padStart(4, "0")}.log`] = `${lines.slice(i, i + LINES).join("\n")}\n`;
  }
  return objects;
}

/** What a request did, of those that the gateway's log tells. */
export interface Logged {
  bucket: string;
  operation: string;
  /** Method and target. */
  uri: string;
}

/** The records of a log of this gateway, several of which may share a line. */
export function recordsOf(log: string): Logged[] {
  return log
    .replaceAll('}{"bucket":', '}\n{"bucket":')
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Logged);
}

export function recordsAbout(log: string, bucket: string): Logged[] {
  return recordsOf(log).filter((logged) => logged.bucket === bucket);
}
