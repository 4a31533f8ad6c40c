import { describe, expect, it } from "vitest";
import { isCloudTrailDigest, isDigestKey } from "../../lib/sources/cloudtrail-digest.ts";
import { recognise, SOURCES } from "../../lib/sources/index.ts";
import { DIGEST, EVERY_FORMAT } from "./every-format.ts";

const JUNK: readonly [what: string, text: string][] = [
  ["nothing", ""],
  ["white space", " \n\n"],
  ["a text", "# Notes\n\nThese are the logs of February.\n"],
  ["a web server's log", '192.0.2.3 - - [06/Feb/2026:00:00:38 +0000] "GET / HTTP/1.1" 200 113\n'],
  ["an inventory", '"photos","cat.jpg","113","2026-02-06T00:00:38.000Z","SSE-S3"\n'],
  ["a manifest", '{"sourceBucket":"photos","fileSchema":"Bucket, Key","files":[{"key":"a.csv.gz"}]}'],
  ["a receipt", '{"version":1,"object":{"bucket":"local","key":"a"},"source":"cloudtrail","policies":[]}\n'],
  ["a CloudTrail digest", DIGEST],
  ["JSON lines of something else", '{"level":"info","msg":"put_obj","uri":"/a"}\n'],
  ["gzip in gzip", "\x1f\x8b\b\0\0\0\0\0\0\x03"],
  ["bytes", "\0\x01\x02\xff".repeat(100)],
];

describe.each(EVERY_FORMAT)("$id", ({ id, text }) => {
  it("is recognised, by that source alone", () => {
    const head = Buffer.from(text);
    expect(recognise(head)?.id).toBe(id);
    expect(SOURCES.filter((source) => source.recognises(head)).map((source) => source.id)).toEqual([id]);
  });

  it("is recognised by its first record alone, without a line end", () => {
    const first = text.trimEnd().split("\n")[0]!;
    expect(recognise(Buffer.from(first))?.id).toBe(id);
  });

  it("is recognised behind broken lines", () => {
    if (id === "cloudtrail") return;
    expect(recognise(Buffer.from(`\0\n{\n${text.slice(20, 60)}\n${text}`))?.id).toBe(id);
  });

  it("is not taken for a digest", () => {
    expect(isCloudTrailDigest(Buffer.from(text))).toBe(false);
  });
});

it.each(JUNK)("%s is no log", (_, text) => {
  expect(recognise(Buffer.from(text, "latin1"))).toBe(null);
});

it("every source has an id of its own, and what can be recognised is tested", () => {
  const ids = SOURCES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual([...EVERY_FORMAT.map(({ id }) => id), "s3-access-log-proxied"].toSorted());
});

describe("a CloudTrail digest", () => {
  it.each([
    ["as CloudTrail writes it", DIGEST],
    ["indented", JSON.stringify(JSON.parse(DIGEST), null, 2)],
    ["behind white space", `\n ${DIGEST}`],
    ["cut short", DIGEST.slice(0, DIGEST.indexOf("logFiles"))],
  ])("is known %s", (_, text) => {
    expect(isCloudTrailDigest(Buffer.from(text))).toBe(true);
  });

  it.each([
    ["a log whose events speak of one", JSON.stringify({ Records: [JSON.parse(DIGEST)] })],
    ["one that lacks a member", DIGEST.replace("digestEndTime", "digestEnd")],
    ["one in an array", `[${DIGEST}]`],
    ...JUNK.filter(([what]) => what !== "a CloudTrail digest"),
  ])("is not %s", (_, text) => {
    expect(isCloudTrailDigest(Buffer.from(text, "latin1"))).toBe(false);
  });

  it.each([
    ["AWSLogs/111122223333/CloudTrail-Digest/eu-central-1/2026/02/06/x.json.gz", true],
    ["CloudTrail-Digest/x.json.gz", true],
    ["AWSLogs/111122223333/CloudTrail/eu-central-1/2026/02/06/x.json.gz", false],
    ["My-CloudTrail-Digest/x", false],
    ["CloudTrail-Digest", false],
  ])("has the key %s: %s", (key, is) => {
    expect(isDigestKey(key)).toBe(is);
  });
});
