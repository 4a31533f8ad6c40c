import { FIELDS, FIRST_RARE, type Field } from "./fields.ts";
import type { MarkedText } from "./text.ts";
import { isNumberStart, skipScalar, skipSpace } from "./tokens.ts";

/**
 * The shapes that events were met in: all that stands around their values. A log object holds few of them, and an event of a known
 * one is JSON if what stands between its values is the same, byte for byte; which of them belongs to which member is known, too.
 */
export interface Shapes {
  /**
   * Goes over the event that begins at `at`. Gives the place behind it, and those of its usual members in `starts` and `ends`; 0 if its
   * shape is not known, or a string in it has escapes.
   */
  walk(at: number): number;
  /** Learns the shape of the event from `at` to `end`, a JSON object whose usual members are in `starts` and `ends`. */
  learn(at: number, end: number): void;
}

/**
 * Shapes that begin alike share nodes. A node is a run of bytes up to a value, and what kind of value that is; then comes the next
 * node or, where shapes part, one of several.
 */
const LENGTH = 0;
/** Index of its bytes, as words. */
const RUN = 1;
/** Of the last word, which is not full. */
const MASK = 2;
/** How many marks are in the run. */
const MARKS = 3;
const KIND = 4;
/** Of the value; FIELDS for one that is not wanted. */
const FIELD = 5;
/** The node behind the value, and the one to try in place of this; 0 for none. */
const NEXT = 6;
const OTHER = 7;
const NODE = 8;

type Kind = typeof STRING | typeof NUMBER | typeof END;
/** Its opening quote ends the run, and its closing quote begins the next. */
const STRING = 0;
const NUMBER = 1;
/** There is no value, and the run ends the event. */
const END = 2;

/** 256 KiB each. Logs of more shapes than fit are read all the same. */
const MOST_NUMBERS = 1 << 16;
const MOST_WORDS = 1 << 16;
/** Where more shapes part than this, to try them takes longer than to scan. */
const MOST_OTHERS = 24;
/** To learn takes longer than to scan, so that it must have an end in logs whose events are all different. */
const MOST_LEARNT = 2000;

const QUOTE = 34;
const COLON = 58;
const BACKSLASH = 92;
const WORD = 4;

/** @param starts of the usual members' values, 0 for one that is not there; it has room for one field more */
export function createShapes(text: MarkedText, starts: Int32Array, ends: Int32Array): Shapes {
  const { bytes, view, marks } = text;
  let nodes = new Int32Array(NODE);
  let words = new Int32Array(0);
  /** The first node's number is in the NEXT of one that stands before all. */
  let usedNumbers = NODE;
  let usedWords = 0;
  let learnt = 0;
  return { walk, learn };

  function walk(from: number): number {
    for (let field = 0; field < FIRST_RARE; field++) starts[field] = 0;
    let at = from;
    let mark = markAt(at);
    for (let node = nodes[NEXT]!; node !== 0; ) {
      const behind = at + nodes[node + LENGTH]!;
      const full = behind - WORD;
      let word = nodes[node + RUN]!;
      let place = at;
      while (place <= full && view.getInt32(place, true) === words[word]) {
        place += WORD;
        word++;
      }
      if (place <= full || ((view.getInt32(place, true) ^ words[word]!) & nodes[node + MASK]!) !== 0) {
        node = nodes[node + OTHER]!;
        continue;
      }
      const field = nodes[node + FIELD]!;
      switch (nodes[node + KIND] as Kind) {
        case STRING:
          mark += nodes[node + MARKS]!;
          at = marks[mark]!;
          if (bytes[at] !== QUOTE) return 0;
          starts[field] = behind - 1;
          ends[field] = at + 1;
          break;
        case NUMBER: {
          if (!isNumberStart(bytes[behind]!)) {
            node = nodes[node + OTHER]!;
            continue;
          }
          mark += nodes[node + MARKS]!;
          at = skipScalar(bytes, behind);
          if (at < 0) return 0;
          starts[field] = behind;
          ends[field] = at;
          break;
        }
        case END:
          text.cursor = mark + nodes[node + MARKS]!;
          return behind;
      }
      node = nodes[node + NEXT]!;
    }
    return 0;
  }

  function learn(from: number, end: number): void {
    if (learnt === MOST_LEARNT || !isLearnable(from, end)) return;
    learnt++;
    let run = from;
    let at = from;
    let mark = markAt(at);
    let link = NEXT;
    while (at < end && link !== 0) {
      const c = bytes[at]!;
      if (c === QUOTE) {
        while (marks[mark]! < at) mark++;
        const close = marks[mark + 1]!;
        if (bytes[skipSpace(bytes, close + 1)] !== COLON) {
          link = follow(link, run, at + 1, STRING, fieldAt(at));
          run = close;
        }
        at = close + 1;
      } else if (isNumberStart(c)) {
        link = follow(link, run, at, NUMBER, fieldAt(at));
        at = skipScalar(bytes, at);
        run = at;
      } else at++;
    }
    if (link !== 0) follow(link, run, end, END, FIELDS);
  }

  /** No escapes, and no wanted value but strings and numbers. */
  function isLearnable(from: number, end: number): boolean {
    for (let mark = markAt(from); marks[mark]! < end; mark++) if (bytes[marks[mark]!] === BACKSLASH) return false;
    for (let field = 0; field < FIRST_RARE; field++) {
      const start = starts[field]!;
      if (start !== 0 && bytes[start] !== QUOTE && !isNumberStart(bytes[start]!)) return false;
    }
    return true;
  }

  /** Finds or makes the node that `link` is to lead to, and gives where its own link is; 0 if there is no room. */
  function follow(link: number, from: number, to: number, kind: Kind, field: Field): number {
    const made = makeNode(from, to, kind, field);
    if (made === 0) return 0;
    let last = link;
    for (let others = 0; nodes[last] !== 0; others++) {
      const node = nodes[last]!;
      if (isSame(node, made)) {
        usedNumbers = made;
        usedWords = nodes[made + RUN]!;
        return node + NEXT;
      }
      if (others === MOST_OTHERS) return 0;
      last = node + OTHER;
    }
    nodes[last] = made;
    return made + NEXT;
  }

  function makeNode(from: number, to: number, kind: Kind, field: Field): number {
    const length = to - from;
    const wordCount = (length >> 2) + 1;
    if (usedNumbers + NODE > MOST_NUMBERS || usedWords + wordCount > MOST_WORDS) return 0;
    if (usedNumbers + NODE > nodes.length) nodes = grown(nodes, NODE);
    if (usedWords + wordCount > words.length) words = grown(words, wordCount);
    const node = usedNumbers;
    let markCount = 0;
    for (let mark = markAt(from); marks[mark]! < to; mark++) markCount++;
    nodes.set([length, usedWords, (1 << ((length & 3) * 8)) - 1, markCount, kind, field, 0, 0], node);
    for (let at = from; at <= to; at += WORD) words[usedWords++] = view.getInt32(at, true);
    words[usedWords - 1]! &= nodes[node + MASK]!;
    usedNumbers += NODE;
    return node;
  }

  function isSame(a: number, b: number): boolean {
    if (nodes[a + LENGTH] !== nodes[b + LENGTH] || nodes[a + KIND] !== nodes[b + KIND]) return false;
    const [runA, runB] = [nodes[a + RUN]!, nodes[b + RUN]!];
    return words.subarray(runB, usedWords).every((word, i) => word === words[runA + i]);
  }

  function fieldAt(start: number): Field {
    const field = starts.subarray(0, FIRST_RARE).indexOf(start);
    return field < 0 ? FIELDS : field;
  }

  /** Index of the first mark that is not before `at`. */
  function markAt(at: number): number {
    let mark = text.cursor;
    while (mark > 0 && marks[mark - 1]! >= at) mark--;
    while (marks[mark]! < at) mark++;
    return mark;
  }
}

function grown(numbers: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const more = new Int32Array(numbers.length * 2 + least);
  more.set(numbers);
  return more;
}
