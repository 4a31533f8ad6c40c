import { skipEscape, skipPlain, skipScalar, skipSpace } from "./tokens.ts";

/** Bytes to scan. Behind them stands a NUL, which ends every scan, and 3 bytes of anything. */
export interface Text {
  bytes: Buffer;
  /** Of the same memory. */
  view: DataView;
}

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

/**
 * Scans one JSON object, accepting what JSON.parse accepts, and writes its members to the tape. Gives the place behind the
 * object (in documents: behind the `[` of `Records`), or `~place` of the first byte that fits no JSON.
 *
 * Every byte of every log passes here, so the audit is as fast as this loop: it allocates nothing, keeps all state in locals,
 * and knows no names.
 */
export function scanObject({ bytes, view }: Text, from: number, tape: Tape, scanned: Scanned): number {
  let places = tape.places;
  let used = 0;
  tape.used = 0;
  tape.inRecords = false;

  let at = from;
  let c = 0;
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
    if (!behindValue) {
      let member = -1;
      if (inObject) {
        if (bytes[at] !== QUOTE) {
          at = skipSpace(bytes, at);
          if (bytes[at] !== QUOTE) return ~at;
        }
        const start = ++at;
        let escaped = false;
        for (;;) {
          at = skipPlain(view, at);
          c = bytes[at++]!;
          if (c === QUOTE) break;
          if (c !== BACKSLASH) return ~(at - 1);
          escaped = true;
          at = skipEscape(bytes, at);
          if (at < 0) return at;
        }
        if (depth <= 2) {
          if (used === places.length) places = grow(tape);
          member = used;
          places[member] = depth === 1 ? start : ~start;
          places[member + KEY_END] = escaped ? ~(at - 1) : at - 1;
          places[member + VALUE_START] = 0;
          places[member + VALUE_END] = 0;
          used += MEMBER;
          tape.used = used;
        }
        if (bytes[at] !== COLON) {
          at = skipSpace(bytes, at);
          if (bytes[at] !== COLON) return ~at;
        }
        at++;
      }

      c = bytes[at]!;
      if (c <= 32) {
        at = skipSpace(bytes, at);
        c = bytes[at]!;
      }
      if (member >= 0) places[member + VALUE_START] = at;
      if (c === QUOTE) {
        let escaped = false;
        at++;
        for (;;) {
          at = skipPlain(view, at);
          c = bytes[at++]!;
          if (c === QUOTE) break;
          if (c !== BACKSLASH) return ~(at - 1);
          escaped = true;
          at = skipEscape(bytes, at);
          if (at < 0) return at;
        }
        if (member >= 0) places[member + VALUE_END] = escaped ? ~at : at;
      } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        if (depth === 1) {
          outer = member;
          if (c === OPEN_BRACKET && scanned !== "event" && isRecords(bytes, places, member)) {
            tape.inRecords = true;
            return at + 1;
          }
        } else if (depth === 2) inner = member;
        if (++depth === DEEPEST) return ~at;
        inObject = c === OPEN_BRACE;
        containers[depth] = inObject ? OBJECT : ARRAY;
        at = skipSpace(bytes, at + 1);
        if (bytes[at] !== (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) continue;
      } else {
        at = skipScalar(bytes, at);
        if (at < 0) return at;
        if (member >= 0) places[member + VALUE_END] = at;
      }
    }

    for (;;) {
      c = bytes[at++]!;
      if (c === COMMA) break;
      if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
        if (inObject !== (c === CLOSE_BRACE)) return ~(at - 1);
        if (--depth === 0) return at;
        inObject = containers[depth] === OBJECT;
        if (depth === 1) places[outer + VALUE_END] = at;
        else if (depth === 2 && inner >= 0) places[inner + VALUE_END] = at;
      } else if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return ~(at - 1);
    }
    behindValue = false;
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
