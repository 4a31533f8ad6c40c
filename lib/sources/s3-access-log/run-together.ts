import { BRACKET, QUOTE, SPACE } from "./bytes.ts";
import { createFields, type Fields, OWNER, TURN_AROUND } from "./fields.ts";
import { readRequest, type Spaces } from "./head.ts";
import { looksLikeTime } from "./time.ts";

const TAB = 0x09;

/** Reads a line as one record: why it can't be read for certain, or `null`. */
export type ReadAsOne = (bytes: Buffer, start: number, end: number, fields: Fields) => string | null;

/**
 * Whether a line that reads as one record is two whose line end was lost: a whole record, and what begins like another one up
 * to its request line (it may be cut short). All records of a log object have one bucket owner, which both begin with. A
 * User-Agent that quotes a whole record is no such line: what would be the first record then has no tail, or the second an
 * odd number of quotes.
 */
export function isRunTogether(
  bytes: Buffer,
  start: number,
  end: number,
  fields: Fields,
  readAsOne: ReadAsOne,
  spaces: Spaces,
): boolean {
  const from = fields.end[TURN_AROUND]! + 1;
  const bracket = bytes.indexOf(BRACKET, from);
  if (bracket === -1 || bracket >= end) return false;

  const owner = bytes.subarray(fields.start[OWNER]!, fields.end[OWNER]!);
  const others = createFields();
  let counted = from;
  let quotesLeft = countQuotes(bytes, from, end);
  for (let at = bracket; at !== -1 && at < end; at = bytes.indexOf(BRACKET, at + 1)) {
    if (!looksLikeTime(bytes, at)) continue;
    const ownerEnd = bytes.lastIndexOf(SPACE, at - 2);
    const second = ownerEnd - owner.length;
    if (second <= from || bytes.compare(owner, 0, owner.length, second, ownerEnd) !== 0) continue;
    quotesLeft -= countQuotes(bytes, counted, second);
    counted = second;
    if (quotesLeft % 2 === 1 || typeof readRequest(bytes, second, end, others, spaces) === "string") continue;
    // As one record, never as two in turn: a client can write so many heads that this would not end.
    if (readAsOne(bytes, start, endBefore(bytes, second), others) === null) return true;
  }
  return false;
}

/** Where a record ends before the next one: what was a line end or padding, which no client can write, or a space may stand between them. */
function endBefore(bytes: Buffer, second: number): number {
  let end = second;
  while (bytes[end - 1]! < SPACE && bytes[end - 1] !== TAB) end--;
  return end === second && bytes[end - 1] === SPACE ? end - 1 : end;
}

function countQuotes(bytes: Buffer, from: number, end: number): number {
  let n = 0;
  for (let i = from; i < end; i++) if (bytes[i] === QUOTE) n++;
  return n;
}
