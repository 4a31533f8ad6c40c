import { createStructure, WINDOW } from "../structure.ts";
import { HEADER_NAMES } from "./entry.ts";
import { createNames } from "./names.ts";

/**
 * Walks over JSON as gateways write it (no white space, no escapes, nothing nested but the headers), from quote to quote,
 * and notes where the values are. Only what it walks to the end is certainly JSON.
 */
export interface Walker {
  /** The text that was loaded last. */
  readonly bytes: Buffer;
  /** Looks ahead over whole lines, as many as fit a window. Returns where the last of them ends; `from` if none fits. */
  load(bytes: Buffer, from: number, to: number): number;
  /**
   * Goes to the next entry of the window. False: here is another kind of JSON, or none, and of what is left of the line only
   * `start` and `end` are known.
   */
  next(): boolean;
  /** The entry walked last, from its first byte to its LF, or to the entry that follows on the same line, in `bytes`. */
  start: number;
  end: number;
  /** Whether it is the first of its line. */
  beginsLine: boolean;
  /** Whether the entry has a value for this place; REQUIRED ones it has. */
  has(place: number): boolean;
  /** Where the value at a place that it has begins and ends. */
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Where values are noted: the fields that every entry has, then the headers. */
export const [BUCKET, TIME, USER, OPERATION, URI, STATUS, REQUEST_ID, TOTAL_TIME] = [0, 1, 2, 3, 4, 5, 6, 7];
export const [SERVER_PORT, SECURE_PORT, AUTHORIZATION, HOST, ENCRYPTION] = [8, 9, 10, 11, 12];
export const [CUSTOMER_ALGORITHM, COPY_SOURCE, COPY_SOURCE_CUSTOMER_ALGORITHM] = [13, 14, 15];
const PLACES = 16;
const REQUIRED = (1 << SERVER_PORT) - 1;
/** Not noted: a string; a string, number or truth value; the list of headers. */
const [TEXT, ANY, HTTP_X_HEADERS] = [16, 17, 18];

const FIELD_PLACES = new Map([
  ["bucket", BUCKET],
  ["time", TIME],
  ["user", USER],
  ["operation", OPERATION],
  ["uri", URI],
  ["http_status", STATUS],
  ["trans_id", REQUEST_ID],
  ["remote_addr", TEXT],
  ["error_code", TEXT],
  ["user_agent", TEXT],
  ["referrer", TEXT],
  ["total_time", TOTAL_TIME],
  ["http_x_headers", HTTP_X_HEADERS],
]);
const HEADER_PLACES = new Map([
  [HEADER_NAMES.hasServerPort, SERVER_PORT],
  [HEADER_NAMES.hasSecurePort, SECURE_PORT],
  [HEADER_NAMES.host, HOST],
  [HEADER_NAMES.authorization, AUTHORIZATION],
  [HEADER_NAMES.encryption, ENCRYPTION],
  [HEADER_NAMES.customerAlgorithm, CUSTOMER_ALGORITHM],
  [HEADER_NAMES.copySource, COPY_SOURCE],
  [HEADER_NAMES.copySourceCustomerAlgorithm, COPY_SOURCE_CUSTOMER_ALGORITHM],
]);

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_F = 0x66;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const TRUE = Buffer.from("true").readInt32BE();
const ALSE = Buffer.from("alse").readInt32BE();

export function createWalker(): Walker {
  const { bytes: b, at, load } = createStructure();
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  const fields = createNames(b, FIELD_PLACES, ANY);
  const headers = createNames(b, HEADER_PLACES, TEXT);
  const from = new Int32Array(PLACES);
  const to = new Int32Array(PLACES);
  /** The places that the entry has a value for, as bits. */
  let noted = 0;
  /** Index into `at` of the next structural byte. */
  let i = 0;
  /** The first backslash from the entry on. */
  let backslash = -1;
  /** Another entry begins where the last one ends. */
  let runsOn = false;

  const walker: Walker = {
    bytes: Buffer.from(b.buffer, b.byteOffset, b.byteLength),
    load(bytes, start, end) {
      const limit = end - start > WINDOW ? bytes.lastIndexOf(LF, start + WINDOW - 1) + 1 : end;
      if (limit > start) load(bytes, start, limit);
      i = 0;
      backslash = -1;
      walker.end = -1;
      runsOn = false;
      return Math.max(limit, start);
    },
    next() {
      walker.beginsLine = !runsOn;
      walker.start = runsOn ? walker.end : walker.end + 1;
      const first = i;
      const end = walk(walker.start);
      const isPlain = end >= 0 && firstBackslash(walker.start) > end;
      runsOn = isPlain && b[end] === OPEN;
      if (!isPlain) i = first;
      if (!runsOn) while (b[at[i++]!] !== LF);
      walker.end = runsOn ? end : at[i - 1]!;
      return isPlain;
    },
    start: 0,
    end: -1,
    beginsLine: true,
    has: (place) => (noted & (1 << place)) !== 0,
    from,
    to,
  };
  return walker;

  function firstBackslash(start: number): number {
    if (backslash >= start) return backslash;
    const found = walker.bytes.indexOf(BACKSLASH, start);
    backslash = found < 0 ? b.length : found;
    return backslash;
  }

  /**
   * From name to name; what is between them is looked at byte by byte. Returns where the entry ends, at its LF or the entry
   * that follows it, and -1 if it is none that is known; leaves `i` on the line, at that place.
   */
  function walk(start: number): number {
    let next = start + 1;
    let names = fields;
    noted = 0;
    fields.restart();
    if (b[start] !== OPEN) return -1;
    while (true) {
      const name = at[i]!;
      const colon = at[i + 1]! + 1;
      if (name !== next || b[name] !== QUOTE || b[colon - 1] !== QUOTE || b[colon] !== COLON) return -1;
      const place = names.next(name, colon);
      const value = colon + 1;
      i += 2;

      if (b[value] === QUOTE) {
        // Between its quotes a string has no structural byte but spaces: no control character, that is.
        do i++;
        while (b[at[i]!] === SPACE);
        const close = at[i++]!;
        if (b[close] !== QUOTE || place === TOTAL_TIME || place === HTTP_X_HEADERS) return -1;
        note(place, value + 1, close);
        next = close + 1;
      } else if (place === HTTP_X_HEADERS) {
        if (b[value] !== OPEN_LIST || b[value + 1] !== OPEN) return -1;
        names = headers;
        headers.restart();
        next = value + 2;
        continue;
      } else {
        next = endOfScalar(value);
        if (next < 0 || (place !== ANY && place !== TOTAL_TIME)) return -1;
        note(place, value, next);
      }

      if (names === headers) {
        if (b[next] !== CLOSE) return -1;
        next++;
        if (b[next] === COMMA && b[next + 1] === OPEN) {
          next += 2;
          continue;
        }
        if (b[next] !== CLOSE_LIST) return -1;
        next++;
        names = fields;
      }
      if (b[next] === CLOSE) break;
      if (b[next] !== COMMA) return -1;
      next++;
    }
    if ((noted & REQUIRED) !== REQUIRED) return -1;
    if (b[next + 1] === OPEN) return next + 1;
    if (b[next + 1] === CR) i++;
    const end = at[i]!;
    return end === next + (b[next + 1] === CR ? 2 : 1) && b[end] === LF ? end : -1;
  }

  function note(place: number, start: number, end: number): void {
    if (place >= PLACES) return;
    noted |= 1 << place;
    from[place] = start;
    to[place] = end;
  }

  /** The byte after a number, `true` or `false`; -1 if there is none. */
  function endOfScalar(start: number): number {
    if (view.getInt32(start) === TRUE) return start + 4;
    if (b[start] === LOWER_F && view.getInt32(start + 1) === ALSE) return start + 5;
    let end = start;
    while (b[end]! >= ZERO && b[end]! <= NINE) end++;
    const hasGoodStart = b[start] !== ZERO || end === start + 1;
    return end > start && hasGoodStart ? end : -1;
  }
}
