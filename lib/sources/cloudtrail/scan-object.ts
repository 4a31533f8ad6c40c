import type { MarkedText } from "./text.ts";
import { skipEscape, skipScalar, skipSpace } from "./tokens.ts";

/** The members of an object and of the objects right in it, in their order: no string is made of them. */
export interface Tape {
  /** Four numbers a member, see below. */
  places: Int32Array;
  /** How many numbers. */
  used: number;
  /** The scan stopped behind the `[` of a document's `Records`. */
  inRecords: boolean;
}

/** Start of the key's text; `~start` for a member of an inner object. */
export const KEY_START = 0;
/** End of the key's text; `~end` if it holds escapes. */
export const KEY_END = 1;
/** Where the value starts; 0 as long as that has not been seen. */
export const VALUE_START = 2;
/** Where it ends; `~end` if it is a string with escapes. */
export const VALUE_END = 3;
export const MEMBER = 4;

export function createTape(): Tape {
  return { places: new Int32Array(1024 * MEMBER), used: 0, inRecords: false };
}

/** What is scanned: an event from its `{`, a document from its `{`, or the rest of a document behind its array of events. */
export type Scanned = "event" | "document" | "rest";

/** No event comes near; deeper ones count as broken. */
const DEEPEST = 512;
const containers = new Uint8Array(DEEPEST);
const ARRAY = 0;
const OBJECT = 1;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const THREE_BYTES = 0xffffff;
const COLON_IN_QUOTES = QUOTE | (COLON << 8) | (QUOTE << 16);
const COMMA_IN_QUOTES = QUOTE | (COMMA << 8) | (QUOTE << 16);

/**
 * Scans one JSON object, accepting what JSON.parse accepts, and writes its members to the tape. Gives the place behind the
 * object (in documents: behind the `[` of `Records`), or `~place` of the first byte that fits no JSON.
 *
 * Every event of every log passes here, so the audit is as fast as this loop: it goes from mark to mark, allocates nothing, keeps all
 * state in locals, and knows no names.
 */
export function scanObject(text: MarkedText, from: number, tape: Tape, scanned: Scanned): number {
  const { bytes, view, marks } = text;
  let places = tape.places;
  let used = 0;
  tape.used = 0;
  tape.inRecords = false;

  let at = from;
  let c = 0;
  /** The mark at `at`, or one before it. */
  let mark = text.cursor;
  while (mark > 0 && marks[mark - 1]! >= at) mark--;
  let depth = 1;
  let inObject = true;
  /** The members whose values are open, by depth. */
  let outer = 0;
  let inner = -1;
  let behindValue = scanned === "rest";
  containers[1] = OBJECT;
  if (!behindValue) {
    at = skipSpace(bytes, at + 1);
    behindValue = bytes[at] === CLOSE_BRACE;
  }

  for (;;) {
    let start = 0;
    let end = 0;
    if (inObject && !behindValue) {
      if (bytes[at] !== QUOTE) {
        at = skipSpace(bytes, at);
        if (bytes[at] !== QUOTE) return ~at;
      }
      while (marks[mark]! < at) mark++;
      // Most members are two strings, one right behind the other: their marks tell all.
      const isKept = depth <= 2;
      for (;;) {
        const keyEnd = marks[mark + 1]!;
        if ((view.getInt32(keyEnd, true) & THREE_BYTES) !== COLON_IN_QUOTES) break;
        const last = marks[mark + 3]!;
        const behind = view.getInt32(last, true);
        if ((behind & 0xff) !== QUOTE) break;
        if (isKept) {
          if (used === places.length) places = grow(tape);
          places[used] = depth === 1 ? at + 1 : -2 - at;
          places[used + KEY_END] = keyEnd;
          places[used + VALUE_START] = keyEnd + 2;
          places[used + VALUE_END] = last + 1;
          used += MEMBER;
        }
        mark += 4;
        at = last + 2;
        if ((behind & THREE_BYTES) === COMMA_IN_QUOTES) continue;
        at = last + 1;
        behindValue = true;
        break;
      }
      tape.used = used;
      if (!behindValue) {
        start = at + 1;
        end = marks[++mark]!;
        at = end;
        if (bytes[at] !== QUOTE) {
          at = skipMarked(bytes, marks, mark);
          if (at < 0) return at;
          end = ~at;
        }
        at++;
        if (bytes[at] !== COLON) {
          at = skipSpace(bytes, at);
          if (bytes[at] !== COLON) return ~at;
        }
        at++;
      }
    }

    if (!behindValue) {
      c = bytes[at]!;
      if (c <= 32) {
        at = skipSpace(bytes, at);
        c = bytes[at]!;
      }
      const value = at;
      let valueEnd = 0;
      if (c === QUOTE) {
        while (marks[mark]! < at) mark++;
        at = marks[++mark]!;
        if (bytes[at] === QUOTE) valueEnd = ++at;
        else {
          at = skipMarked(bytes, marks, mark);
          if (at < 0) return at;
          valueEnd = ~++at;
        }
      } else if (c !== OPEN_BRACE && c !== OPEN_BRACKET) {
        at = skipScalar(bytes, at);
        if (at < 0) return at;
        valueEnd = at;
      }
      if (inObject && depth <= 2) {
        if (used === places.length) places = grow(tape);
        places[used] = depth === 1 ? start : ~start;
        places[used + KEY_END] = end;
        places[used + VALUE_START] = value;
        places[used + VALUE_END] = valueEnd;
        used += MEMBER;
        tape.used = used;
      }
      if (valueEnd === 0) {
        const member = inObject && depth <= 2 ? used - MEMBER : -1;
        if (depth === 1) {
          outer = member;
          if (c === OPEN_BRACKET && scanned !== "event" && isRecords(bytes, places, member)) {
            tape.inRecords = true;
            text.cursor = mark;
            return at + 1;
          }
        } else if (depth === 2) inner = member;
        if (++depth === DEEPEST) return ~at;
        inObject = c === OPEN_BRACE;
        containers[depth] = inObject ? OBJECT : ARRAY;
        at = skipSpace(bytes, at + 1);
        if (bytes[at] !== (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) continue;
      }
    }

    for (;;) {
      c = bytes[at++]!;
      if (c === COMMA) break;
      if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
        if (inObject !== (c === CLOSE_BRACE)) return ~(at - 1);
        if (--depth === 0) {
          text.cursor = mark;
          return at;
        }
        inObject = containers[depth] === OBJECT;
        if (depth === 1) places[outer + VALUE_END] = at;
        else if (depth === 2 && inner >= 0) places[inner + VALUE_END] = at;
      } else if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return ~(at - 1);
    }
    behindValue = false;
  }
}

/** From a mark in a string, which is no quote, to the string's end; `~place` of what fits no JSON. */
function skipMarked(bytes: Buffer, marks: Int32Array, from: number): number {
  let mark = from;
  for (;;) {
    let at = marks[mark]!;
    if (bytes[at] === QUOTE) return at;
    if (bytes[at] !== BACKSLASH) return ~at;
    at = skipEscape(bytes, at + 1);
    if (at < 0) return at;
    while (marks[mark]! < at) mark++;
  }
}

function grow(tape: Tape): Int32Array {
  const places = new Int32Array(tape.places.length * 2);
  places.set(tape.places);
  tape.places = places;
  return places;
}

const RECORDS = Buffer.from("Records");

function isRecords(bytes: Buffer, places: Int32Array, member: number): boolean {
  const start = places[member + KEY_START]!;
  const end = places[member + KEY_END]!;
  return end - start === RECORDS.length && RECORDS.compare(bytes, start, end) === 0;
}
