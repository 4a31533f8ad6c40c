import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { findObjects, listInputs, listObjects, type ObjectRef, objectInput } from "../../lib/inputs/bucket.ts";
import { landedInput } from "../../lib/inputs/landed.ts";
import { s3Client } from "../../lib/s3/client.ts";
import { CREDENTIALS, type Fault, type S3Server, startS3 } from "../support/s3-server.ts";

beforeEach(() => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
});

const TIME = Date.UTC(2026, 1, 6, 12, 0, 5);
const BYTES = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) >> 3));
const md5 = (bytes: string | Buffer) => createHash("md5").update(bytes).digest("hex");

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function open(keys: readonly string[] = []) {
  const s3 = await startS3("logs");
  for (const key of keys) s3.put("logs", key, key, TIME);
  return { s3, client: s3Client({ endpoint: s3.endpoint, maxAttempts: 2 }) };
}

function refOf(s3: S3Server, key: string): ObjectRef {
  const { bytes, etag, lastModified } = s3.buckets.get("logs")!.get(key)!;
  return { bucket: "logs", key, etag: etag.replaceAll('"', ""), size: bytes.length, lastModified };
}

function failing(s3: S3Server, faultOf: (number: number) => Fault | null): void {
  s3.faultOf = ({ number }) => faultOf(number);
}

describe("listing", () => {
  test("gives every object below the prefix, over all pages, in the order of the keys' bytes", async () => {
    const keys = Array.from({ length: 23 }, (_, i) => `a/${String(i).padStart(2, "0")}`);
    const { s3, client } = await open([...keys, "a", "b/1", "A/1"]);
    const found = await all(listObjects({ client, bucket: "logs", prefix: "a/" }));
    expect(found).toEqual(
      keys.map((key) => ({ bucket: "logs", key, etag: md5(key), size: key.length, lastModified: TIME })),
    );
    expect(s3.count("ListObjectsV2")).toBe(5);
  });

  test("gives a time in whole seconds, as the object's own header does", async () => {
    const { s3, client } = await open();
    s3.put("logs", "a", "a", TIME + 678);
    const [listed] = await all(listObjects({ client, bucket: "logs", prefix: "" }));
    expect(listed!.lastModified).toBe(TIME);
    const landed = { bucket: "logs", key: "a", etag: null, versionId: null, size: null, time: null };
    expect((await landedInput(client, landed)).lastModified).toBe(TIME);
  });

  test("asks for a page when it is needed, and no sooner", async () => {
    const { s3, client } = await open(Array.from({ length: 23 }, (_, i) => `${i}`));
    const objects = listObjects({ client, bucket: "logs", prefix: "" });
    await objects.next();
    expect(s3.requests).toEqual(["ListObjectsV2 logs/"]);
    await objects.return(undefined);
  });

  test("starts after a key", async () => {
    const { client } = await open(["a", "b", "c"]);
    const found = await all(listInputs({ client, bucket: "logs", prefix: "", startAfter: "a" }));
    expect(found.map(({ name }) => name)).toEqual(["s3://logs/b", "s3://logs/c"]);
  });

  test("leaves out folders and CloudTrail's digests", async () => {
    const trail = "AWSLogs/111122223333";
    const logs = [`${trail}/CloudTrail/eu-central-1/1.json.gz`, "not-CloudTrail-Digest/1"];
    const { client } = await open([...logs, "folder/", `${trail}/CloudTrail-Digest/eu-central-1/1.json.gz`]);
    const found = await all(listObjects({ client, bucket: "logs", prefix: "" }));
    expect(found.map(({ key }) => key)).toEqual(logs);
  });

  test("any key comes back as it is, and opens", async () => {
    const strange = ["a b", "a+b", "a%20b", "a&b<c>\"'", "é/☃/💾", "a\u0001b", "//", "../x", "a?b=c#d"];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom(...strange), fc.string({ unit: "grapheme", minLength: 1, maxLength: 9 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (parts) => {
          // A path that is made of dots is resolved by whoever parses the URL of the tests' server.
          const keys = parts.map((part) => `k${part}k`).filter((key) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(key));
          const { client } = await open(keys);
          const found = await all(listInputs({ client, bucket: "logs", prefix: "" }));
          expect(new Set(found.map(({ key }) => key))).toEqual(new Set(keys));
          for (const input of found) expect((await buffer(input.open())).toString()).toBe(input.key);
        },
      ),
      { numRuns: 25, examples: strange.map((key) => [[key]]) },
    );
  });
});

describe("finding", () => {
  test("takes a key that is the prefix alone, as a file that is named", async () => {
    const { client } = await open(["a.log", "a.log.1"]);
    const { objects, problems } = await findObjects({ client, bucket: "logs", prefix: "a.log" });
    expect([objects.map(({ key }) => key), problems]).toEqual([["a.log"], []]);
  });

  test("says so where nothing is", async () => {
    const { client } = await open(["a/"]);
    expect(await findObjects({ client, bucket: "logs", prefix: "a/" })).toEqual({
      objects: [],
      problems: [{ name: "s3://logs/a/", message: "no objects under this prefix; expected log objects" }],
    });
  });

  test("keeps what was listed before the listing failed", async () => {
    const { s3, client } = await open(["1", "2", "3", "4", "5", "6"]);
    s3.faultOf = ({ number }) => (number > 1 ? { status: 403, code: "AccessDenied" } : null);
    const { objects, problems } = await findObjects({ client, bucket: "logs", prefix: "" });
    expect(objects.map(({ key }) => key)).toEqual(["1", "2", "3", "4", "5"]);
    expect(problems).toEqual([
      {
        name: "s3://logs/",
        message:
          "cannot be listed: AccessDenied as told (HTTP 403); allow these credentials s3:ListBucket and s3:GetObject there, " +
          "for a store s3:PutObject and s3:DeleteObject as well; the 5 before that are audited",
      },
    ]);
  });
});

describe("a log object in a bucket", () => {
  test("says what was listed, and streams its bytes", async () => {
    const { s3, client } = await open();
    s3.put("logs", "2026/a.log", BYTES, TIME);
    const { open: read, etag, ...rest } = objectInput(client, refOf(s3, "2026/a.log"));
    const name = "s3://logs/2026/a.log";
    expect(rest).toEqual({ name, bucket: "logs", key: "2026/a.log", size: BYTES.length, lastModified: TIME });
    expect(await etag()).toBe(md5(BYTES));
    expect(s3.requests).toEqual([]);
    expect((await buffer(read())).equals(BYTES)).toBe(true);
  });

  test("is read on wherever its stream breaks off", async () => {
    const cuts = fc.array(fc.oneof(fc.nat(BYTES.length), fc.nat(100)), { maxLength: 7 });
    const { s3, client } = await open();
    s3.put("logs", "a", BYTES);
    const input = objectInput(client, refOf(s3, "a"));
    await fc.assert(
      fc.asyncProperty(cuts, async (cuts) => {
        const asked: number[] = [];
        const left = [...cuts];
        s3.faultOf = ({ headers }) => {
          asked.push(Number(/^bytes=(\d+)-$/.exec(headers.range ?? "bytes=0-")![1]));
          return left.length > 0 ? { cut: left.shift()! } : null;
        };
        expect((await buffer(input.open())).equals(BYTES)).toBe(true);
        const reached = cuts.map((_, i) => cuts.slice(0, i + 1).reduce((sum, cut) => sum + cut));
        expect(asked).toEqual([0, ...reached.filter((byte) => byte < BYTES.length)]);
      }),
      { numRuns: 30, examples: [[[0, 1, 99_998, 0]], [[BYTES.length]]] },
    );
  });

  const PART = "ECONNRESET aborted; check --endpoint and the network, then run it again";
  test.for<[string, (s3: S3Server) => void, string]>([
    [
      "it was deleted",
      (s3) => s3.buckets.get("logs")!.delete("a"),
      "there is no such object; it was deleted after it was listed",
    ],
    [
      "it was replaced",
      (s3) => s3.put("logs", "a", "other"),
      "PreconditionFailed as told (HTTP 412); it was replaced after it was listed: run it again",
    ],
    [
      "it is replaced between two parts",
      (s3) =>
        failing(s3, (number) => {
          if (number === 2) s3.put("logs", "a", "other");
          return number === 1 ? { cut: 10 } : null;
        }),
      "PreconditionFailed as told (HTTP 412); it was replaced after it was listed: run it again",
    ],
    ["it breaks off without end", (s3) => failing(s3, () => ({ cut: 10 })), PART],
    [
      "ranges are not honoured",
      (s3) => failing(s3, (number) => (number === 1 ? { cut: 10 } : { ignore: ["range"] })),
      "was answered from its first byte, not from byte 10; use a store that honours Range",
    ],
    [
      "access is denied",
      (s3) => failing(s3, () => ({ status: 403, code: "AccessDenied" })),
      "AccessDenied as told (HTTP 403); allow these credentials s3:ListBucket and s3:GetObject there, for a store s3:PutObject and s3:DeleteObject as well",
    ],
  ])("says why it can't be read: %s", async ([, spoil, message]) => {
    const { s3, client } = await open();
    s3.put("logs", "a", BYTES);
    const input = objectInput(client, refOf(s3, "a"));
    spoil(s3);
    await expect(buffer(input.open())).rejects.toThrow(new Error(message));
    expect(s3.requests.length).toBeLessThanOrEqual(9);
  });

  test("left in the middle, it holds no connection: the client has 50", async () => {
    const { s3, client } = await open();
    s3.put("logs", "a", Buffer.alloc(1_000_000));
    for (let i = 0; i < 60; i++) for await (const _ of objectInput(client, refOf(s3, "a")).open()) break;
    expect(s3.requests).toHaveLength(60);
  });
});
