/**
 * The names in a JSON object whose writer always writes them in the same order. Each is compared with the name that stood
 * in its place last time, four bytes at a time, and only looked up if it is another.
 */
export interface Names {
  /** Begins with the first name of an object. */
  restart(): void;
  /** What the next name means, which stands between `from` and `to`, quotes included. */
  next(from: number, to: number): number;
}

const PLACES = 64;
const MAX_LENGTH = 80;
const MAX_WORDS = MAX_LENGTH / 4;

/** @param meanings of the names that have one; all others mean `rest` */
export function createNames(bytes: Uint8Array, meanings: ReadonlyMap<string, number>, rest: number): Names {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengths = new Int32Array(PLACES);
  const words = new Int32Array(PLACES * MAX_WORDS);
  const known = new Int32Array(PLACES);
  let place = -1;
  return {
    restart() {
      place = -1;
    },
    next(from, to) {
      place = (place + 1) % PLACES;
      return isAsBefore(from, to) ? known[place]! : learn(from, to);
    },
  };

  function isAsBefore(from: number, to: number): boolean {
    if (lengths[place] !== to - from) return false;
    let word = place * MAX_WORDS;
    for (let at = from; at < to - 4; at += 4) if (view.getInt32(at) !== words[word++]) return false;
    return view.getInt32(to - 4) === words[word];
  }

  function learn(from: number, to: number): number {
    const name = Buffer.from(bytes.subarray(from + 1, to - 1)).toString();
    const meaning = meanings.get(name) ?? rest;
    const length = to - from;
    lengths[place] = 0;
    if (length < 4 || length > MAX_LENGTH) return meaning;
    let word = place * MAX_WORDS;
    for (let at = from; at < to - 4; at += 4) words[word++] = view.getInt32(at);
    words[word] = view.getInt32(to - 4);
    lengths[place] = length;
    known[place] = meaning;
    return meaning;
  }
}
