import { Readable } from "node:stream";
import { createGunzip, gunzipSync } from "node:zlib";
import { readMember } from "./gzip-member.ts";

/** A log compresses some 10 to 40 times; beyond 200 times, past the first 64 MiB, it is an attack on the reader. */
const MAX_RATIO = 200;
const FREE_BYTES = 1 << 26;
/**
 * What is no larger than this, as stored and decompressed (2 and 16 MiB), as most logs are, is decompressed in one go: to hand it from
 * thread to thread piece by piece takes half as long again.
 */
const SMALL = 1 << 21;
const SMALL_OUTPUT = 1 << 24;
/** Of larger ones, zlib's thread has some pieces ready while one is read. */
const PIECES = { chunkSize: 1 << 18, readableHighWaterMark: 1 << 20 };

export function isGzip(head: Buffer): boolean {
  return head.length > 1 && head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Decompresses gzip, member after member.
 * @throws what zlib says of a damaged or truncated file, after all bytes before the damage; an Error for a gzip bomb
 */
export async function* gunzip(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = compressed[Symbol.asyncIterator]();
  try {
    const { parts, ended } = await takeSmall(chunks);
    if (ended !== "whole") {
      yield* gunzipPieces(follow(parts, chunks, ended));
      return;
    }
    const stored = Buffer.concat(parts);
    const whole = gunzipWhole(stored);
    if (whole) yield whole;
    else yield* gunzipMembers(stored);
  } finally {
    await chunks.return?.();
  }
}

/** How the taking of chunks ended: with all of them, with too many, or with an error. */
type Ended = "whole" | "more" | Error;

async function takeSmall(chunks: AsyncIterator<Buffer>): Promise<{ parts: Buffer[]; ended: Ended }> {
  const parts: Buffer[] = [];
  try {
    for (let size = 0; size <= SMALL; ) {
      const { done, value } = await chunks.next();
      if (done) return { parts, ended: "whole" };
      // A chunk is valid until the next one is asked for.
      parts.push(Buffer.from(value));
      size += value.length;
    }
    return { parts, ended: "more" };
  } catch (error) {
    return { parts, ended: error as Error };
  }
}

/** `null` if it is too large or damaged: then what can be had of it is to be had member by member. */
function gunzipWhole(stored: Buffer): Buffer | null {
  try {
    return gunzipSync(stored, { chunkSize: outputOf(stored), maxOutputLength: SMALL_OUTPUT });
  } catch {
    return null;
  }
}

/** The size that stands at a member's end, so that the output needs no second buffer; only a hint. RFC 1952, "ISIZE". */
function outputOf(stored: Buffer): number {
  const said = stored.length < 4 ? 0 : stored.readUInt32LE(stored.length - 4);
  return Math.min(Math.max(said + 1, PIECES.chunkSize), SMALL_OUTPUT);
}

/**
 * Decompresses a small file that is damaged, or large, as far as it goes: each member in one go, and from one on that cannot be had
 * so, piece by piece. Where bytes of something else follow a member's end, zlib by itself would give nothing of its last piece.
 */
async function* gunzipMembers(stored: Buffer): AsyncGenerator<Buffer> {
  let given = 0;
  for (let at = 0; at < stored.length; ) {
    const rest = stored.subarray(at);
    if (at > 0 && !isGzip(rest)) {
      if (rest.every((byte) => byte === 0)) return;
      throw new Error("bytes that are no gzip follow the end of the gzip");
    }
    const member = given < SMALL_OUTPUT ? readMember(rest, SMALL_OUTPUT - given) : null;
    if (member === null) {
      yield* gunzipPieces(Readable.from([rest]));
      return;
    }
    yield member.content;
    if (!member.isSound) throw new Error("the gzip's sum is not that of its content");
    given += member.content.length;
    at += member.length;
  }
}

async function* follow(
  parts: Buffer[],
  chunks: AsyncIterator<Buffer>,
  ended: Exclude<Ended, "whole">,
): AsyncGenerator<Buffer> {
  yield* parts;
  if (ended instanceof Error) throw ended;
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
}

async function* gunzipPieces(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let taken = 0;
  let given = 0;
  const copies = Readable.from(copy(compressed), { objectMode: false, highWaterMark: 1 << 20 });
  const output = createGunzip(PIECES);
  copies.on("error", (error) => output.destroy(error));
  try {
    for await (const chunk of copies.pipe(output)) {
      given += chunk.length;
      if (given > FREE_BYTES && given > taken * MAX_RATIO) {
        throw new Error(`expands more than ${MAX_RATIO} times, which no log does; left there`);
      }
      yield chunk;
    }
  } finally {
    copies.destroy();
  }

  // zlib still reads a chunk when the next one is asked for.
  async function* copy(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      taken += chunk.length;
      yield Buffer.from(chunk);
    }
  }
}
