import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ObjectRef } from "../../lib/inputs/bucket.ts";
import type { FileRef } from "../../lib/inputs/files.ts";
import { holdTwins } from "../../lib/inputs/hold-twins.ts";
import { logOf, s3Event } from "../sources/cloudtrail/events.ts";
import { EVERY_FORMAT } from "../sources/every-format.ts";
import { accessLogLine } from "../support/access-log.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();

function file(name: string, content: string | Buffer): FileRef {
  const path = join(folder, name);
  writeFileSync(path, content);
  return { path, key: name, size: content.length, lastModified: 0 };
}

function object(key: string): ObjectRef {
  return { bucket: "logs", key, etag: "e", size: 1, lastModified: 0 };
}

const [s3, obs, trail, ceph] = EVERY_FORMAT.map(({ id, text }) => file(id, text)) as [
  FileRef,
  FileRef,
  FileRef,
  FileRef,
];
const s3Gzip = file("s3.gz", gzipSync(`${accessLogLine()}\n`.repeat(10_000)));
const trailGzip = file("trail.gz", gzipSync(logOf(...Array.from({ length: 500 }, () => s3Event()))));
const trailMarked = file("trail.bom", `\uFEFF ${logOf(s3Event())}`);
const cutShort = file("short", `${accessLogLine()}\n`.repeat(1000));
const damaged = file("damaged.gz", Buffer.from([0x1f, 0x8b, 1, 2, 3]));
const bomb = file("bomb.gz", gzipSync(Buffer.alloc(1 << 25)));
const empty = file("empty", "");
const missing = { ...empty, path: join(folder, "missing") };
mkdirSync(join(folder, "sub"));
const subfolder = { ...empty, path: join(folder, "sub") };
const trailObject = object("AWSLogs/1/CloudTrail/eu-central-1/2026/02/06/x.json.gz");
const otherObject = object("photos/2026-02-06-00-00-38-0A1B2C3D4E5F6071");

describe("holdTwins", () => {
  it.each<[string, (FileRef | ObjectRef)[], boolean]>([
    ["nothing", [], false],
    ["both formats", [s3, trail], true],
    ["both, in the other order", [trail, s3], true],
    ["both, gzipped", [s3Gzip, trailGzip], true],
    ["both, behind a byte order mark and cut", [cutShort, trailMarked], true],
    ["both among others", [damaged, bomb, empty, missing, subfolder, obs, ceph, trail, s3], true],
    ["access logs", [s3, s3Gzip], false],
    ["CloudTrail's", [trail, trailGzip], false],
    ["another's text", [obs, trail], false],
    ["another's JSON", [s3, ceph], false],
    ["none that can be read", [trail, damaged, bomb, empty, missing, subfolder], false],
    ["objects under both keys", [trailObject, otherObject], true],
    ["objects under CloudTrail's key", [trailObject], false],
    ["objects under other keys", [otherObject], false],
    ["a file beside CloudTrail's object", [trailObject, s3], true],
    ["a file beside another object", [otherObject, trail], true],
    ["the same format in both", [trailObject, trail], false],
    ["access logs in both", [otherObject, s3], false],
  ])("%s", (_, refs, expected) => {
    expect(holdTwins(refs)).toBe(expected);
  });
});
