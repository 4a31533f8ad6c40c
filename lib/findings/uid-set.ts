/** Four 32-bit words to a uid; a slot of zeros is empty, and a uid of zeros has a chance of 2^-128. */
const WORDS = 4;
const SLOTS_AT_FIRST = 256;
const FULLEST = 0.75;

/** A set of uids of 32 hex digits, in about 30 bytes each, for the millions of findings that one log object can hold. */
export interface UidSet {
  /** False if the uid was there already. */
  add(uid: string): boolean;
}

export function createUidSet(): UidSet {
  let slots = new Uint32Array(SLOTS_AT_FIRST * WORDS);
  let used = 0;

  function grow(): void {
    const old = slots;
    slots = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += WORDS) {
      const words = old.subarray(at, at + WORDS);
      if (words.some((word) => word !== 0)) slots.set(words, find(slots, words).at);
    }
  }

  return {
    add(uid) {
      const words = wordsOf(uid);
      const { at, found } = find(slots, words);
      if (found) return false;
      slots.set(words, at);
      if (++used * WORDS > slots.length * FULLEST) grow();
      return true;
    },
  };
}

function wordsOf(uid: string): Uint32Array {
  return Uint32Array.from({ length: WORDS }, (_, i) => Number.parseInt(uid.slice(i * 8, i * 8 + 8), 16));
}

/** The uid's slot, or the empty one where it belongs. */
function find(slots: Uint32Array, words: Uint32Array): { at: number; found: boolean } {
  let at = (words[0]! * WORDS) % slots.length;
  while (true) {
    const slot = slots.subarray(at, at + WORDS);
    if (slot.every((word, i) => word === words[i])) return { at, found: true };
    if (slot.every((word) => word === 0)) return { at, found: false };
    at = (at + WORDS) % slots.length;
  }
}
