import { isCloudTrailDigest, isDigestKey } from "../sources/cloudtrail-digest.ts";
import { HEAD_BYTES, recognise, SOURCES } from "../sources/index.ts";
import type { ReaderOptions, Recipient, Source } from "../sources/source.ts";
import { describe } from "./files.ts";
import { gunzip, isGzip } from "./gunzip.ts";
import type { LogInput } from "./input.ts";

export interface ReadOptions extends ReaderOptions {
  /** The log format; `null` to recognise it by the first bytes. */
  source: Source | null;
  /** Told of the bytes as stored, as they are read. */
  onBytes?: (chunk: Buffer) => void;
}

export interface ReadResult {
  /** `null` for an object that is empty, or of no known format. */
  source: Source | null;
  passedOver: number;
  /** Time of the last record, or of one near it, ms since 1970; `null` where no record was read. */
  lastTime: number | null;
  /** It is no log but a CloudTrail digest, which is left out. */
  isDigest: boolean;
  /** Why the object was not read, or not to its end; what was read before has been counted. */
  problem: string | null;
}

const UNKNOWN_FORMAT = `not a log of a format that is known (${SOURCES.map(({ id }) => id).join(", ")}); leave it out, or name its format with --source`;

/** Reads one log object into the recipient that `recipientFor` makes once the format is known. Rejects only if a recipient throws. */
export async function readLog(
  input: LogInput,
  recipientFor: (source: Source) => Recipient,
  { source: given, onBytes, ...options }: ReadOptions,
): Promise<ReadResult> {
  const chunks = plainBytes(input, onBytes);
  try {
    const { bytes, ended } = await readHead(chunks, given ? 1 : HEAD_BYTES);
    const isDigest = isCloudTrailDigest(bytes);
    const source = isDigest ? null : (given ?? recognise(bytes.subarray(0, HEAD_BYTES)));
    if (source === null || bytes.length === 0) return unread(input, bytes, isDigest, ended);

    const reader = source.open(recipientFor(source), options);
    reader.push(bytes);
    let problem: string | null = null;
    for (let chunk = ended ?? (await nextOf(chunks)); chunk !== END; chunk = await nextOf(chunks)) {
      if (chunk instanceof Error) {
        problem = `${describe(chunk)}; the part before that is audited`;
        break;
      }
      reader.push(chunk);
    }
    reader.end(problem !== null);
    return { source, passedOver: reader.passedOver, lastTime: reader.lastTime, isDigest: false, problem };
  } finally {
    await chunks.return(undefined);
  }
}

function unread({ key }: LogInput, bytes: Buffer, isDigest: boolean, ended: Ended | null): ReadResult {
  const problem = ended instanceof Error ? describe(ended) : bytes.length > 0 ? UNKNOWN_FORMAT : null;
  // What is named like a digest and is one in no form that is known is left out, too; a log with such a name is read.
  const isNamedSo = problem === UNKNOWN_FORMAT && isDigestKey(key);
  return isDigest || isNamedSo
    ? { source: null, passedOver: 0, lastTime: null, isDigest: true, problem: null }
    : { source: null, passedOver: 0, lastTime: null, isDigest: false, problem };
}

/** What stands in the place of bytes behind the last ones: their end, or the error with which they fail. */
const END = "end";
type Ended = typeof END | Error;

/** The next bytes; an error is that of the bytes, apart from any that a recipient throws. */
async function nextOf(chunks: AsyncGenerator<Buffer>): Promise<Buffer | Ended> {
  try {
    const { done, value } = await chunks.next();
    return done ? END : value;
  } catch (error) {
    return error as Error;
  }
}

/** The first `least` bytes or more; fewer where they ended. */
async function readHead(
  chunks: AsyncGenerator<Buffer>,
  least: number,
): Promise<{ bytes: Buffer; ended: Ended | null }> {
  const parts: Buffer[] = [];
  for (let length = 0; ; ) {
    const chunk = await nextOf(chunks);
    if (!Buffer.isBuffer(chunk)) return { bytes: Buffer.concat(parts), ended: chunk };
    length += chunk.length;
    if (length >= least) return { bytes: parts.length === 0 ? chunk : Buffer.concat([...parts, chunk]), ended: null };
    // A chunk is valid until the next one is asked for.
    parts.push(Buffer.from(chunk));
  }
}

/** The bytes of the log, decompressed if need be. */
async function* plainBytes(input: LogInput, onBytes?: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  const stored = told(input.open(), onBytes);
  const first = await stored.next();
  if (first.done) return;
  const all = startingWith(first.value, stored);
  yield* isGzip(first.value) ? gunzip(all) : all;
}

async function* told(chunks: AsyncIterable<Buffer>, onBytes?: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onBytes?.(chunk);
    yield chunk;
  }
}

async function* startingWith(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
