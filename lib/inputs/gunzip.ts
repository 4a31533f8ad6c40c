import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** A log compresses some 10 to 40 times; beyond 200 times, past the first 64 MiB, it is an attack on the reader. */
const MAX_RATIO = 200;
const FREE_BYTES = 1 << 26;
/** zlib works in a thread of its own; with room for some chunks, it works while the last one is read. */
const OUTPUT = { chunkSize: 1 << 18, readableHighWaterMark: 1 << 20 };

export function isGzip(head: Buffer): boolean {
  return head.length > 1 && head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * Decompresses gzip, member after member.
 * @throws what zlib says of a damaged or truncated file, after all bytes before the damage; an Error for a gzip bomb
 */
export async function* gunzip(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let taken = 0;
  let given = 0;
  const copies = Readable.from(copy(compressed), { objectMode: false, highWaterMark: 1 << 20 });
  const output = createGunzip(OUTPUT);
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
