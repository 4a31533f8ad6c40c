import type { Question, Settled } from "./history.ts";

/** What waits for the rest of the log object, because an event that is listed behind it may tell more of it. */
export interface Held {
  /** Waits, and whatever comes in order waits behind it. */
  hold(offset: number, tell: () => void): void;
  /** Waits only if something before it does. */
  inOrder(offset: number, tell: () => void): void;
  /** The reader has come to this place of the log object. */
  reached(offset: number): void;
  /** A request of which nothing is wanted but its facts in the end, in any order. */
  count(question: Question): void;
  /** All events have come. */
  end(): void;
}

/** Bytes of the log object within which something waits: CloudTrail's own files are smaller. */
const WINDOW = 1 << 27;
/** Requests that are counted in the end. */
const MOST_COUNTED = 100_000;
/** What was told is dropped when it is so much, and half of all. */
const ENOUGH_TOLD = 1000;

export function createHeld(
  see: (settled: Settled) => void,
  answer: (question: Question) => Settled,
  { window = WINDOW, mostCounted = MOST_COUNTED } = {},
): Held {
  let waiting: { offset: number; tell: () => void }[] = [];
  let told = 0;
  let counted: Question[] = [];
  return { hold, inOrder, reached: (offset) => tellUpTo(offset - window), count, end };

  function hold(offset: number, tell: () => void): void {
    waiting.push({ offset, tell });
  }

  function inOrder(offset: number, tell: () => void): void {
    if (told === waiting.length) tell();
    else hold(offset, tell);
  }

  function tellUpTo(offset: number): void {
    while (told < waiting.length && waiting[told]!.offset <= offset) waiting[told++]!.tell();
    if (told < ENOUGH_TOLD || told * 2 < waiting.length) return;
    waiting = waiting.slice(told);
    told = 0;
  }

  function count(question: Question): void {
    counted.push(question);
    if (counted.length >= mostCounted) countAll();
  }

  function countAll(): void {
    for (const question of counted) see(answer(question));
    counted = [];
  }

  function end(): void {
    tellUpTo(Number.POSITIVE_INFINITY);
    countAll();
  }
}
