import { DASH, DIGIT, IP, isAt, LETTER, OP, QUOTE, runEnd, SPACE, TARGET, TOKEN } from "./bytes.ts";
import {
  BYTES_SENT,
  ERROR_CODE,
  type Fields,
  KEY,
  OPERATION,
  OWNER,
  place,
  REMOTE_IP,
  STATUS,
  TIME,
  TOTAL_TIME,
  TURN_AROUND,
  URI,
} from "./fields.ts";
import { TIME_LENGTH, timeAt } from "./time.ts";

/** How many spaces may stand between two fields. */
export type Spaces = 1 | 2;

/**
 * Reads the fields up to the turn-around time, from the left: none of them but the request line is written by the client,
 * and a request line has no space inside its target. Returns where the Referer begins, or the fault.
 */
export function readHead(bytes: Buffer, start: number, end: number, fields: Fields, spaces: Spaces): number | string {
  const at = readRequest(bytes, start, end, fields, spaces);
  return typeof at === "string" ? at : readFields(bytes, at, end, fields, STATUS, TURN_AROUND, spaces);
}

/** The head up to the request line. Returns what follows it and a space, or the fault. */
export function readRequest(
  bytes: Buffer,
  start: number,
  end: number,
  fields: Fields,
  spaces: Spaces,
): number | string {
  if (start === end) return "the line is empty";
  const at = readFields(bytes, start, end, fields, OWNER, KEY, spaces);
  if (typeof at === "string") return at;
  const to = requestLineEnd(bytes, at, end);
  if (to === -1) return "the request line is not METHOD, target and protocol in quotes";
  const quoted = bytes[at] === QUOTE ? 1 : 0;
  place(fields, URI, at + quoted, to - quoted);
  return next(bytes, to, spaces);
}

/** The fields from `first` to `last`, each with a space behind it. Returns what follows, or the fault. */
function readFields(
  bytes: Buffer,
  start: number,
  end: number,
  fields: Fields,
  first: number,
  last: number,
  spaces: Spaces,
): number | string {
  let at = start;
  for (let field = first; field <= last; field++) {
    const to = field === TIME ? Math.min(at + TIME_LENGTH, end) : runEnd(bytes, at, end, TOKEN);
    if (to === at || to >= end || bytes[to] !== SPACE) return `${NAMES[field]} is missing or cut short`;
    place(fields, field, at, to);
    const fault = headFault(bytes, field, at, to);
    if (fault !== null) return fault;
    at = next(bytes, to, spaces);
  }
  return at;
}

/** Where the next field begins, behind the space at `at`. */
function next(bytes: Uint8Array, at: number, spaces: Spaces): number {
  return spaces === 2 && bytes[at + 1] === SPACE ? at + 2 : at + 1;
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

function headFault(bytes: Uint8Array, field: number, at: number, end: number): string | null {
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
