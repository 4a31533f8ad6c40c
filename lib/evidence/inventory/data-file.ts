import { createHash } from "node:crypto";
import { pipeline as join, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { createLineSplitter, MAX_LINE } from "../../sources/lines.ts";
import type { LineReader } from "./line.ts";
import type { ManifestFile } from "./manifest.ts";
import { type InventoryRow, UNASKED, UNREADABLE } from "./row.ts";

const LF = 0x0a;
/** With the default of 16 KiB, a third of the time is spent between chunks. */
const INFLATED_CHUNK = 1 << 18;

/** What one data file holds. */
export interface DataFileReading {
  /** Rows that were asked for. */
  kept: InventoryRow[];
  /** Rows in all. */
  read: number;
  unreadable: number;
  /** The first unreadable row, from 1; 0 if there is none. */
  firstUnreadable: number;
}

/**
 * Streams one data file, gzipped or not, and keeps what was asked for. Rejects if the file is damaged, or is not the one that
 * the manifest lists; nothing of it may be used then.
 */
export async function readDataFile(
  bytes: Readable,
  file: ManifestFile,
  readLine: LineReader,
): Promise<DataFileReading> {
  const reading: DataFileReading = { kept: [], read: 0, unreadable: 0, firstUnreadable: 0 };
  const md5 = createHash("md5");
  let size = 0;
  async function* measured(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      md5.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  }
  function take(bytes: Buffer, from: number, to: number) {
    const row = readLine(bytes, from, to);
    if (row === null) return;
    reading.read++;
    if (row === UNASKED) return;
    if (row !== UNREADABLE) reading.kept.push(row);
    else if (reading.unreadable++ === 0) reading.firstUnreadable = reading.read;
  }
  await pipeline(bytes, measured, inflated, async (chunks: AsyncIterable<Buffer>) => {
    const splitter = createLineSplitter({
      lines(block, from, to) {
        for (let start = from; start < to; ) {
          const end = block.indexOf(LF, start) + 1;
          take(block, start, end);
          start = end;
        }
      },
      malformed() {
        throw new Error(`has a row longer than ${MAX_LINE} bytes`);
      },
    });
    for await (const chunk of chunks) splitter.push(chunk);
    splitter.end();
  });
  if (file.size !== null && size !== file.size) throw new Error(`has ${size} bytes; the manifest says ${file.size}`);
  const digest = md5.digest("hex");
  if (file.md5 !== null && digest !== file.md5) throw new Error(`has the MD5 ${digest}; the manifest says ${file.md5}`);
  return reading;
}

/** The same bytes, or what they hold if they are gzip: a key's ending tells nothing for certain. */
async function* inflated(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* whole() {
    yield head;
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  // An error ends the iteration below as well, so the callback has nothing to do.
  yield* isGzip ? join(Readable.from(whole()), createGunzip({ chunkSize: INFLATED_CHUNK }), () => {}) : whole();
}
