import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { LogInput } from "../../lib/inputs/input.ts";
import { type ReadResult, readLog } from "../../lib/inputs/read-log.ts";
import type { LogRecord } from "../../lib/record.ts";
import { HEAD_BYTES, SOURCES } from "../../lib/sources/index.ts";
import type { Source } from "../../lib/sources/source.ts";
import { DIGEST, EVERY_FORMAT } from "../sources/every-format.ts";

/** A log object of these chunks; an Error stands where its bytes fail. */
function inputOf(chunks: readonly (Buffer | Error)[], key = "log"): LogInput {
  return {
    name: key,
    bucket: "local",
    key,
    size: 0,
    lastModified: 0,
    etag: async () => "",
    async *open() {
      for (const chunk of chunks) {
        if (chunk instanceof Error) throw chunk;
        // A chunk is only lent.
        const lent = Buffer.from(chunk);
        yield lent;
        lent.fill(0);
      }
    },
  };
}

type Told = Omit<ReadResult, "source" | "lastTime"> & { source: string | null; records: number; malformed: number };

async function read(chunks: readonly (Buffer | Error)[], key?: string, given: Source | null = null): Promise<Told> {
  let [records, malformed] = [0, 0];
  const recipient = { see: () => ++records === 0, judge() {}, malformed: () => void malformed++ };
  const { source, lastTime: _, ...result } = await readLog(inputOf(chunks, key), () => recipient, { source: given });
  return { ...result, source: source?.id ?? null, records, malformed };
}

const NOT_READ = { source: null, records: 0, malformed: 0, passedOver: 0, isDigest: false, problem: null };
const UNKNOWN = expect.stringContaining("not a log of a format that is known");
const [S3, , CLOUDTRAIL] = EVERY_FORMAT;
const CUT = new Error("the bytes fail");

describe.each(EVERY_FORMAT)("$id is recognised and read", ({ id, text, records }) => {
  const expected = { ...NOT_READ, source: id, records, passedOver: id === "cloudtrail" ? 1 : 0 };

  it.each<[string, Buffer[]]>([
    ["plain", [Buffer.from(text)]],
    ["in gzip", [gzipSync(text)]],
    ["byte by byte", [...Buffer.from(text)].map((byte) => Buffer.of(byte))],
    ["in gzip, in two members", [gzipSync(text.slice(0, 50)), gzipSync(text.slice(50))]],
  ])("%s", async (_, chunks) => {
    expect(await read(chunks)).toEqual(expected);
  });

  it("with the time of its last record", async () => {
    const times: number[] = [];
    const recipient = { see: () => true, judge: ({ time }: LogRecord) => void times.push(time), malformed() {} };
    const result = await readLog(inputOf([Buffer.from(text)]), () => recipient, { source: null });
    expect([result.lastTime, times.length]).toEqual([times.at(-1), records]);
  });

  it("up to the line within which its bytes fail", async () => {
    const { malformed } = await read([Buffer.from(text.trimEnd()), CUT]);
    // JSON is whole, or it is not; a line of fields may lack some.
    expect(malformed).toBe(id.endsWith("access-log") ? 1 : 0);
  });

  it("up to where its bytes fail", async () => {
    expect(await read([Buffer.from(text), CUT])).toEqual({
      ...expected,
      problem: "the bytes fail; the part before that is audited",
    });
  });
});

describe("what is no log", () => {
  it.each<[string, (Buffer | Error)[], unknown]>([
    ["an empty object", [], null],
    ["an empty chunk", [Buffer.alloc(0)], null],
    ["a text", [Buffer.from("some text\n")], UNKNOWN],
    [
      "more text than is looked at",
      [Buffer.alloc(HEAD_BYTES - 1, "x"), Buffer.from("\n"), Buffer.from(S3!.text)],
      UNKNOWN,
    ],
    ["bytes that fail at once", [CUT], "the bytes fail"],
    ["text that fails", [Buffer.from("some text"), CUT], "the bytes fail"],
  ])("%s is not read", async (_, chunks, problem) => {
    expect(await read(chunks)).toEqual({ ...NOT_READ, problem });
  });
});

describe("a format that is given", () => {
  it("is not looked for", async () => {
    const obs = SOURCES.find(({ id }) => id === "obs-access-log")!;
    const told = await read([Buffer.from(S3!.text.slice(0, 30)), Buffer.from(S3!.text.slice(30))], "log", obs);
    expect(told).toEqual({ ...NOT_READ, source: "obs-access-log", records: 2 });
  });

  it("makes nothing of an empty object", async () => {
    expect(await read([], "log", SOURCES[0]!)).toEqual(NOT_READ);
  });
});

describe("a CloudTrail digest is left out", () => {
  const KEY = "AWSLogs/1/CloudTrail-Digest/eu/2026/02/06/x.json.gz";

  it.each<[string, string, Buffer, Source | null]>([
    ["by its content", "x.json.gz", gzipSync(DIGEST), null],
    ["whatever format is given", "x.json.gz", gzipSync(DIGEST), SOURCES[0]!],
    ["by its key, if it is nothing that is known", KEY, Buffer.from("{}"), null],
  ])("%s", async (_, key, bytes, given) => {
    expect(await read([bytes], key, given)).toEqual({ ...NOT_READ, isDigest: true });
  });

  it("but a log with such a key is read", async () => {
    expect(await read([Buffer.from(CLOUDTRAIL!.text)], KEY)).toMatchObject({ source: "cloudtrail", records: 2 });
  });

  it("and one that cannot be read is a problem", async () => {
    expect(await read([Buffer.from("{"), CUT], KEY)).toEqual({ ...NOT_READ, problem: "the bytes fail" });
  });
});
