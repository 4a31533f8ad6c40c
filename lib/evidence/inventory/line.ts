import { parse } from "csv-parse/sync";
import { decodeOnce } from "../percent.ts";
import { type RowReading, rowReader, UNASKED, UNREADABLE } from "./row.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;

export type LineReader = (bytes: Buffer, from: number, to: number) => RowReading | null;

/**
 * Reads one line, LF included, of an inventory of `bucket` with these columns; `null` is a blank line. S3 puts bucket and key first, and
 * encodes the key: so a line of a key that nobody asked for is passed over after those two, ten times as fast as by the CSV
 * parser (and of hundreds of millions of rows, few are asked for). All other lines go through the parser.
 */
export function lineReader(columns: readonly string[], bucket: string, asked: ReadonlySet<string>): LineReader {
  const readRow = rowReader(columns, bucket, asked);
  const isKeySecond = columns[0] === "Bucket" && columns[1] === "Key";
  const quoted = Buffer.from(`"${bucket}","`);
  const bare = Buffer.from(`${bucket},`);

  /** The key as it is written, where that is certain without a parser. */
  function writtenKey(bytes: Buffer, from: number, to: number): string | null {
    const isQuoted = startsWith(bytes, from, quoted);
    if (!isQuoted && !startsWith(bytes, from, bare)) return null;
    const start = from + (isQuoted ? quoted : bare).length;
    const end = bytes.indexOf(isQuoted ? QUOTE : COMMA, start);
    if (end < 0 || end >= to) return null;
    // Whatever is odd about the key's quotes is the parser's.
    const isCertain = isQuoted ? bytes[end + 1] === COMMA : bytes[start] !== QUOTE;
    return isCertain ? bytes.toString("utf8", start, end) : null;
  }

  return (bytes, from, to) => {
    const written = isKeySecond ? writtenKey(bytes, from, to) : null;
    const key = written === null ? null : decodeOnce(written);
    if (key !== null && !asked.has(key)) return UNASKED;
    const fields = fieldsOf(bytes.subarray(from, to));
    if (fields === null) return UNREADABLE;
    return fields.length === 0 ? null : readRow(fields);
  };
}

function fieldsOf(line: Buffer): readonly string[] | null {
  try {
    const [fields, another] = parse(line, { relax_column_count: true, skip_empty_lines: true });
    return another ? null : (fields ?? []);
  } catch {
    return null;
  }
}

function startsWith(bytes: Buffer, from: number, start: Buffer): boolean {
  return bytes.compare(start, 0, start.length, from, Math.min(from + start.length, bytes.length)) === 0;
}
