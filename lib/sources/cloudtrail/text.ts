import { createFinder, LANES, type Marks } from "../structure.ts";

/** Bytes to read, and where in them strings and white space may begin or end. */
export interface Text {
  bytes: Buffer;
  /** Of the same memory. */
  view: DataView;
}

/** Text of which the marks are known. */
export interface MarkedText extends Text {
  /**
   * Places of all quotes, backslashes and control characters, rising; the last that counts is that of a NUL behind the bytes, which
   * ends every scan.
   */
  marks: Int32Array;
  /** Index of the mark that the last scan stopped before: a hint, where the next one will start. */
  cursor: number;
}

const JSON_MARKS: Marks = { upTo: 0x1f, others: [0x22, 0x5c] };
const WORD = 4;

/** Room for text, whose marks are found by `mark`. */
export interface Page extends MarkedText {
  /** Finds the marks from `from` to `end`, where a NUL is put. */
  mark(from: number, end: number): void;
}

/** @param most bytes that there is room for */
export function createPage(most: number): Page {
  const room = Math.ceil((most + 1) / LANES + 1) * LANES;
  const { memory, find } = createFinder(JSON_MARKS, room + (room + LANES) * WORD);
  const bytes = Buffer.from(memory, 0, room);
  const page: Page = {
    bytes,
    view: new DataView(memory, 0, room),
    marks: new Int32Array(memory, room),
    cursor: 0,
    mark(from, end) {
      bytes[end] = 0;
      find(from, end + 1, room);
      page.cursor = 0;
    },
  };
  return page;
}
