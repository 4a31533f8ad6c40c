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
    const head = await readHead(chunks, given);
    if (head.source === null) {
      return { source: null, passedOver: 0, problem: head.problem ?? (head.bytes.length > 0 ? UNKNOWN_FORMAT : null) };
    }
    const reader = head.source.open(recipientFor(head.source), options);
    reader.push(head.bytes);
    let problem: string | null = null;
    for (let chunk = await nextOf(chunks); chunk !== null; chunk = await nextOf(chunks)) {
      if (chunk instanceof Error) {
        problem = `${describe(chunk)}; the part before that is audited`;
        break;
      }
      reader.push(chunk);
    }
    reader.end();
    return { source: head.source, passedOver: reader.passedOver, problem };
  } finally {
    await chunks.return(undefined);
  }
}

/** The next bytes; `null` at the end; the error where they fail, apart from any that a recipient throws. */
async function nextOf(chunks: AsyncGenerator<Buffer>): Promise<Buffer | Error | null> {
  try {
    const { done, value } = await chunks.next();
    return done ? null : value;
  } catch (error) {
    return error as Error;
  }
}

interface Head {
  source: Source | null;
  bytes: Buffer;
  problem: string | null;
}

/** Reads until the format is known, or as far as formats are looked for. */
async function readHead(chunks: AsyncGenerator<Buffer>, given: Source | null): Promise<Head> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const chunk = await nextOf(chunks);
    if (chunk === null) return { source: null, bytes, problem: null };
    if (chunk instanceof Error) return { source: null, bytes, problem: describe(chunk) };
    bytes = Buffer.concat([bytes, chunk]);
    const source = given ?? recognise(bytes.subarray(0, HEAD_BYTES));
    if (source || bytes.length >= HEAD_BYTES) return { source, bytes, problem: null };
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
