/**
 * The few different words that one place of a log holds (operations, cipher suites …), known by their bytes. A word is
 * checked and given its meaning when it is first met; from then on it is recognised four bytes at a time.
 */
export interface Vocabulary<T> {
  /** What the word between `from` and `to` means; `undefined` if it is none, or can't be told here. */
  find(from: number, to: number): T | undefined;
}

const SLOTS = 512;
/** Slots that a word may stand in, one after the other: else two common words of one slot would shut each other out. */
const PROBES = 4;
/** Words of 4 to 64 bytes are held; others are for a slower reader. */
const MIN = 4;
const MAX = 64;
const MAX_INTS = MAX / 4;

/** @param meaning what a word stands for; `undefined` if it can't stand here */
export function createVocabulary<T>(bytes: Uint8Array, meaning: (word: string) => T | undefined): Vocabulary<T> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengths = new Uint8Array(SLOTS);
  const words = new Int32Array(SLOTS * MAX_INTS);
  const meanings: (T | undefined)[] = new Array(SLOTS).fill(undefined);
  /** The slot that was found last: most lines hold the same word as the line before. */
  let last = 0;
  return {
    find(from, to) {
      const length = to - from;
      if (length < MIN || length > MAX) return undefined;
      if (isIn(last, from, length)) return meanings[last];
      // The middle and the end tell words apart; what they don't, the probes do.
      const middle = view.getInt32(from + ((length - 4) >> 1));
      const hash = Math.imul(Math.imul(middle, 31) + view.getInt32(to - 4), 0x9e3779b1 | 0) + length;
      const home = (hash >>> 18) ^ (hash >>> 9) ^ hash;
      for (let probe = 0; probe < PROBES; probe++) {
        last = (home + probe) & (SLOTS - 1);
        if (lengths[last] === 0 && !learn(last, from, length)) return undefined;
        if (isIn(last, from, length)) return meanings[last];
      }
      return undefined;
    },
  };

  function isIn(slot: number, from: number, length: number): boolean {
    if (lengths[slot] !== length) return false;
    let int = slot * MAX_INTS;
    const end = from + length - 4;
    for (let at = from; at < end; at += 4) if (view.getInt32(at) !== words[int++]) return false;
    return view.getInt32(end) === words[int];
  }

  function learn(slot: number, from: number, length: number): boolean {
    const found = meaning(Buffer.from(bytes.subarray(from, from + length)).toString("latin1"));
    if (found === undefined) return false;
    let int = slot * MAX_INTS;
    const end = from + length - 4;
    for (let at = from; at < end; at += 4) words[int++] = view.getInt32(at);
    words[int] = view.getInt32(end);
    lengths[slot] = length;
    meanings[slot] = found;
    return true;
  }
}
