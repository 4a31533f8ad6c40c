import type { Scanned } from "./scan-object.ts";

/** What is given up together: what was scanned, an element of an array that is no object, or a line between documents. */
export type Unit = Scanned | "line";

/** Finds where a unit ends, fed with its bytes piece by piece. */
export interface Finder {
  /** The place behind the unit, or -1 if it goes on behind `end`. */
  find(bytes: Buffer, from: number, end: number): number;
}

const LF = 10;
const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Where to go on behind a unit that breaks at `broken`; -1 if that is not before `end`. */
export function resume(
  unit: Unit,
  bytes: Buffer,
  at: number,
  broken: number,
  end: number,
): { next: number; isEvent: boolean } {
  const from = Math.max(at, broken - 1);
  if (unit === "document") return { next: nextDocument(bytes, from, end), isEvent: false };
  const next = endOf(unit, bytes[at]!).find(bytes, at, end);
  const event = nextEvent(bytes, from, next < 0 ? end : next, unit === "line" ? at : at + 1);
  return event < 0 ? { next, isEvent: false } : { next: event, isEvent: true };
}

/** Finds a unit's end by its first byte, brackets of that kind and quotes alone. */
export function endOf(unit: Unit, first: number): Finder {
  if (unit === "line") return lineEnd();
  return unit === "rest" ? bracketEnd(OPEN_BRACE, 1) : bracketEnd(first, 0);
}

function bracketEnd(first: number, depth: number): Finder {
  const [open, close] = first === OPEN_BRACKET ? [OPEN_BRACKET, CLOSE_BRACKET] : [OPEN_BRACE, CLOSE_BRACE];
  let deep = depth;
  let inString = false;
  let isEscaped = false;
  return {
    find(bytes, from, end) {
      for (let at = from; at < end; at++) {
        const c = bytes[at]!;
        if (isEscaped) isEscaped = false;
        else if (inString) {
          if (c === QUOTE) inString = false;
          else isEscaped = c === BACKSLASH;
        } else if (c === QUOTE) inString = true;
        else if (c === open) deep++;
        else if (deep === 0 && (c === COMMA || c === CLOSE_BRACKET)) return at;
        else if (c === close && --deep <= 0) return at + 1;
      }
      return -1;
    },
  };
}

function lineEnd(): Finder {
  return {
    find(bytes, from, end) {
      const lf = bytes.subarray(from, end).indexOf(LF);
      return lf < 0 ? -1 : from + lf;
    },
  };
}

/** The next line that begins like a document. */
function nextDocument(bytes: Buffer, from: number, end: number): number {
  for (let lf = bytes.indexOf(LF, from); lf >= 0 && lf + 1 < end; lf = bytes.indexOf(LF, lf + 1)) {
    if (bytes[lf + 1] === OPEN_BRACE || bytes[lf + 1] === OPEN_BRACKET) return lf + 1;
  }
  return -1;
}

const FIRST_KEY = Buffer.from('"eventVersion"');

/**
 * The comma before the next event of an array, from `first` on. A broken quote turns strings inside out, so behind it only
 * this is a sure sign: in a string the key's quotes would be escaped.
 */
function nextEvent(bytes: Buffer, from: number, end: number, first: number): number {
  const text = bytes.subarray(0, end);
  for (let key = text.indexOf(FIRST_KEY, from); key >= 0; key = text.indexOf(FIRST_KEY, key + 1)) {
    const brace = spaceBefore(text, key) - 1;
    const comma = spaceBefore(text, brace) - 1;
    if (comma >= first && text[brace] === OPEN_BRACE && text[comma] === COMMA) return comma;
  }
  return -1;
}

const SPACE = new Set([32, LF, 13, 9]);

/** Where the white space begins that ends at `at`. */
function spaceBefore(bytes: Buffer, at: number): number {
  let start = at;
  while (SPACE.has(bytes[start - 1]!)) start--;
  return start;
}
