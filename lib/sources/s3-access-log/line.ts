import { BRACKET, DASH, DIGIT, IP, isAt, LETTER, OP, QUOTE, runEnd, SPACE, TARGET, TOKEN } from "./bytes.ts";
import {
  BYTES_SENT,
  createFields,
  ERROR_CODE,
  type Fields,
  KEY,
  OPERATION,
  OWNER,
  REFERER,
  REMOTE_IP,
  STATUS,
  TIME,
  TOTAL_TIME,
  TURN_AROUND,
  URI,
  USER_AGENT,
} from "./fields.ts";
import { RUN_TOGETHER, readTail } from "./tail.ts";
import { looksLikeTime, TIME_LENGTH, timeAt } from "./time.ts";

/** Why a line can't be read for certain, or `null`. */
export type Fault = string | null;

/**
 * Reads one line, without its line end, for certain or not at all. The head is read from the left: no field of it but the
 * request line is written by the client, and a request line has no space inside its target. The tail is what follows the
 * last quote: S3 writes none there. Between the two stand Referer and User-Agent, where any byte may occur.
 */
export function readLine(bytes: Buffer, start: number, end: number, fields: Fields): Fault {
  if (start === end) return "the line is empty";
  let at = start;
  for (let field = OWNER; field <= KEY; field++) {
    const to = field === TIME ? Math.min(at + TIME_LENGTH, end) : runEnd(bytes, at, end, TOKEN);
    if (to === at || bytes[to] !== SPACE || to >= end) return `${NAMES[field]} is missing or cut short`;
    place(fields, field, at, to);
    const fault = headFault(bytes, field, at, to);
    if (fault) return fault;
    at = to + 1;
  }

  const afterUri = requestLineEnd(bytes, at, end);
  if (afterUri === -1) return "the request line is not METHOD, target and protocol in quotes";
  const quoted = bytes[at] === QUOTE ? 1 : 0;
  place(fields, URI, at + quoted, afterUri - quoted);
  at = afterUri + 1;

  for (let field = STATUS; field <= TURN_AROUND; field++) {
    const to = runEnd(bytes, at, end, TOKEN);
    if (to === at || to >= end || bytes[to] !== SPACE) return `${NAMES[field]} is missing or cut short`;
    place(fields, field, at, to);
    const fault = headFault(bytes, field, at, to);
    if (fault) return fault;
    at = to + 1;
  }

  return readClientText(bytes, start, at, end, fields);
}

const NAMES: Record<number, string> = [
  "the bucket owner",
  "the bucket",
  "the time",
  "the remote IP",
  "the requester",
  "the request id",
  "the operation",
  "the key",
  "the request line",
  "the HTTP status",
  "the error code",
  "the bytes sent",
  "the object size",
  "the total time",
  "the turn-around time",
];

function headFault(bytes: Uint8Array, field: number, at: number, end: number): Fault {
  const dash = end === at + 1 && bytes[at] === DASH;
  switch (field) {
    case TIME:
      return Number.isNaN(timeAt(bytes, at)) ? "the time is not like [06/Feb/2026:00:00:38 +0000]" : null;
    case REMOTE_IP:
      return dash || runEnd(bytes, at, end, IP) === end ? null : "the remote IP is no IP address";
    case OPERATION:
      return isOperation(bytes, at, end) ? null : "the operation is not like REST.GET.OBJECT";
    case STATUS:
      return dash || (end - at === 3 && runEnd(bytes, at, end, DIGIT) === end) ? null : "the HTTP status is no number";
    case ERROR_CODE:
      return dash || runEnd(bytes, at, end, OP) === end ? null : "the error code is no word";
    case BYTES_SENT:
    case BYTES_SENT + 1:
    case TOTAL_TIME:
    case TURN_AROUND:
      return dash || runEnd(bytes, at, end, DIGIT) === end ? null : `${NAMES[field]} is no number`;
    default:
      return null;
  }
}

/** Capital letters or digits, a dot, and more: `REST.GET.OBJECT`, `S3.EXPIRE.OBJECT`. */
function isOperation(bytes: Uint8Array, at: number, end: number): boolean {
  const dot = bytes.indexOf(0x2e, at);
  if (dot <= at || dot >= end - 1 || runEnd(bytes, at, end, OP) !== end) return false;
  for (let i = at; i < dot; i++) if (bytes[i]! >= 0x5f) return false;
  return true;
}

/** The end of the request line (quotes included), which a space must follow; -1 if it is no request line. */
function requestLineEnd(bytes: Uint8Array, at: number, end: number): number {
  if (isAt(bytes, at, end, "- ")) return at + 1;
  if (isAt(bytes, at, end, '"-" ')) return at + 3;
  if (bytes[at] !== QUOTE) return -1;
  const method = runEnd(bytes, at + 1, end, LETTER);
  if (method === at + 1 || bytes[method] !== SPACE) return -1;
  const target = runEnd(bytes, method + 1, end, TARGET);
  if (target === method + 1 || !isAt(bytes, target, end, " HTTP/")) return -1;
  const version = runEnd(bytes, target + 6, end, OP);
  return version > target + 6 && isAt(bytes, version, end, '" ') ? version + 1 : -1;
}

/** Referer, User-Agent and, after the last quote, the tail. */
function readClientText(bytes: Buffer, start: number, at: number, end: number, fields: Fields): Fault {
  const last = lastQuote(bytes, at, end);
  if (isAt(bytes, at, end, "- ")) {
    place(fields, REFERER, at, at + 1);
    return readAgent(bytes, start, at + 2, last, end, fields);
  }
  if (bytes[at] !== QUOTE || last <= at) return "the Referer is missing or cut short";

  // Two quoted fields have four quotes at least; a Referer may hold more, whatever the User-Agent is.
  const split = splitAt(bytes, at + 1, last);
  const agent = split === -1 || countQuotes(bytes, at, last + 1) < 4 ? "bare" : "either";
  place(fields, REFERER, at + 1, agent === "bare" ? last : split);
  place(fields, USER_AGENT, agent === "bare" ? last : split + 3, last);
  if (isRunTogether(bytes, start, at, last, end, fields)) return RUN_TOGETHER;
  return readTail(bytes, last + 1, end, fields, agent);
}

/** The User-Agent after a bare Referer: quoted up to the last quote of the line, or bare too. */
function readAgent(bytes: Buffer, start: number, at: number, last: number, end: number, fields: Fields): Fault {
  if (last === -1) return readTail(bytes, at - 1, end, fields, "bare");
  if (bytes[at] !== QUOTE) return RUN_TOGETHER;
  if (last === at) return "the User-Agent is cut short";
  place(fields, USER_AGENT, at + 1, last);
  if (isRunTogether(bytes, start, at, last, end, fields)) return RUN_TOGETHER;
  return readTail(bytes, last + 1, end, fields, "quoted");
}

/**
 * Whether the line is two records whose line end was lost. All records of a log object have one bucket owner, so the second
 * one begins with the owner of the first; both must read for certain. A User-Agent that quotes a whole record is no such
 * line: what would be the first record then has no tail, or the second an odd number of quotes.
 */
function isRunTogether(bytes: Buffer, start: number, from: number, last: number, end: number, fields: Fields): boolean {
  for (let at = bytes.indexOf(BRACKET, from); at !== -1 && at < last; at = bytes.indexOf(BRACKET, at + 1)) {
    if (!looksLikeTime(bytes, at)) continue;
    const owner = bytes.subarray(fields.start[OWNER]!, fields.end[OWNER]!);
    const bucketEnd = at - 1;
    const ownerEnd = bytes.lastIndexOf(SPACE, bucketEnd - 1);
    const second = ownerEnd - owner.length;
    if (second <= from || bytes.compare(owner, 0, owner.length, second, ownerEnd) !== 0) continue;
    const firstEnd = bytes[second - 1] === SPACE ? second - 1 : second;
    if (countQuotes(bytes, second, end) % 2 === 1) continue;
    if (readsAlone(bytes, start, firstEnd) && readsAlone(bytes, second, end)) return true;
  }
  return false;
}

function readsAlone(bytes: Buffer, start: number, end: number): boolean {
  const fault = readLine(bytes, start, end, createFields());
  return fault === null || fault === RUN_TOGETHER;
}

function lastQuote(bytes: Buffer, from: number, end: number): number {
  let at = end - 1;
  while (at >= from && bytes[at] !== QUOTE) at--;
  return at >= from ? at : -1;
}

/** Where a quote, a space and a quote stand between two fields; -1 if nowhere. With hostile text this is a guess, for display. */
function splitAt(bytes: Buffer, from: number, last: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at !== -1 && at + 2 < last; at = bytes.indexOf(QUOTE, at + 1)) {
    if (bytes[at + 1] === SPACE && bytes[at + 2] === QUOTE) return at;
  }
  return -1;
}

function countQuotes(bytes: Buffer, from: number, end: number): number {
  let n = 0;
  for (let i = from; i < end; i++) if (bytes[i] === QUOTE) n++;
  return n;
}

function place(fields: Fields, field: number, from: number, to: number): void {
  fields.start[field] = from;
  fields.end[field] = to;
}
