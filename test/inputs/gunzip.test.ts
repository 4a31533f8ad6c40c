import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gunzip } from "../../lib/inputs/gunzip.ts";

const MIB = 1 << 20;
/** Does not compress. */
const noise = randomBytes(3 * MIB);

/** Hands over pieces in one and the same buffer, then fails if there is an error. */
async function* stored(bytes: Buffer, log: string[] = [], error?: Error): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(MIB);
  try {
    for (let at = 0; at < bytes.length; at += MIB) yield buffer.subarray(0, bytes.copy(buffer, 0, at, at + MIB));
    if (error) throw error;
  } finally {
    log.push("closed");
  }
}

/** All that could be had, and the error that came then. */
async function read(chunks: AsyncIterable<Buffer>): Promise<{ bytes: Buffer; error: string | null }> {
  const parts: Buffer[] = [];
  try {
    for await (const chunk of gunzip(chunks)) parts.push(Buffer.from(chunk));
    return { bytes: Buffer.concat(parts), error: null };
  } catch (error) {
    return { bytes: Buffer.concat(parts), error: (error as Error).message };
  }
}

describe("gunzip gives all bytes", () => {
  it.each<[string, Buffer[]]>([
    ["of a small file", [Buffer.from("a log")]],
    ["of an empty one", [Buffer.alloc(0)]],
    ["of two members", [Buffer.from("a "), Buffer.from("log")]],
    ["of a file larger than goes in one go", [noise]],
    ["of two members, of which the first is large", [noise, Buffer.from("log")]],
    ["of a file that expands to more than goes in one go", [Buffer.alloc(17 * MIB, "log ")]],
  ])("%s", async (_, members) => {
    const log: string[] = [];
    const { bytes, error } = await read(stored(Buffer.concat(members.map((member) => gzipSync(member))), log));
    expect([bytes.equals(Buffer.concat(members)), error, log]).toEqual([true, null, ["closed"]]);
  });
});

describe("gunzip gives what there is before", () => {
  const small = gzipSync(noise.subarray(0, MIB));
  const large = gzipSync(noise);
  it.each<[string, Buffer, Error | undefined, expected: string]>([
    ["the end of a cut file", small.subarray(0, -9), undefined, "unexpected end of file"],
    ["the end of a large cut file", large.subarray(0, -9), undefined, "unexpected end of file"],
    ["an error", small.subarray(0, -9), new Error("reset"), "reset"],
    ["an error of a large file", large.subarray(0, -9), new Error("reset"), "reset"],
  ])("%s", async (_, bytes, failing, expected) => {
    const log: string[] = [];
    const found = await read(stored(bytes, log, failing));
    expect([found.error, log]).toEqual([expected, ["closed"]]);
    expect(found.bytes.equals(noise.subarray(0, found.bytes.length))).toBe(true);
    if (!failing) expect(found.bytes.length).toBeGreaterThan(MIB / 2);
  });
});

describe("gunzip gives all bytes of a small file, and says", () => {
  const text = Buffer.from("a log\n".repeat(1000));
  const sound = gzipSync(text);
  const wrongSum = Buffer.from(sound);
  wrongSum[sound.length - 6]! ^= 1;
  const wrongSize = Buffer.from(sound);
  wrongSize[sound.length - 1]! ^= 1;
  /** With all that a header may hold. */
  const named = Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 1, 2]),
    Buffer.from("log\0a comment\0"),
    Buffer.from([0, 0]),
    sound.subarray(10),
  ]);
  const FOLLOWS = "bytes that are no gzip follow the end of the gzip";
  it.each<[what: string, bytes: Buffer, expected: string | null, times: number]>([
    ["that others follow", Buffer.concat([sound, Buffer.from("junk")]), FOLLOWS, 1],
    ["that others follow two members", Buffer.concat([sound, sound, Buffer.from("x")]), FOLLOWS, 2],
    ["that others follow a long header", Buffer.concat([named, Buffer.from("junk")]), FOLLOWS, 1],
    ["nothing where zeros follow", Buffer.concat([sound, Buffer.alloc(7)]), null, 1],
    ["that its sum is wrong", wrongSum, "the gzip's sum is not that of its content", 1],
    ["that its size is wrong", wrongSize, "the gzip's sum is not that of its content", 1],
    [
      "that its sum is wrong before another",
      Buffer.concat([wrongSum, sound]),
      "the gzip's sum is not that of its content",
      1,
    ],
    ["that the second is cut short", Buffer.concat([sound, sound.subarray(0, -9)]), "unexpected end of file", 2],
  ])("%s", async (_, bytes, expected, times) => {
    const log: string[] = [];
    const found = await read(stored(bytes, log));
    expect([found.error, log]).toEqual([expected, ["closed"]]);
    const all = Buffer.concat(Array(times).fill(text));
    expect(found.bytes.equals(all.subarray(0, found.bytes.length))).toBe(true);
    expect(found.bytes.length).toBeGreaterThanOrEqual(expected === "unexpected end of file" ? text.length : all.length);
  });
});

it("gunzip stops at what expands too much", async () => {
  const { bytes, error } = await read(stored(gzipSync(Buffer.alloc(100 * MIB))));
  expect(error).toMatch(/^expands more than 200 times/);
  expect(bytes.length).toBeLessThan(66 * MIB);
});

it("gunzip stops at many small members that together expand too much", async () => {
  const member = gzipSync(Buffer.alloc(15 * MIB));
  const { bytes, error } = await read(stored(Buffer.concat(Array(12).fill(member))));
  expect(error).toMatch(/^expands more than 200 times/);
  expect(bytes.length).toBeLessThan(100 * MIB);
});

it("gunzip closes what it reads when nobody wants the rest", async () => {
  for (const bytes of [gzipSync(Buffer.from("a log")), gzipSync(noise)]) {
    const log: string[] = [];
    for await (const _ of gunzip(stored(bytes, log))) break;
    expect(log).toEqual(["closed"]);
  }
});
