/** Tells of most keys that they were never added, and never says so of one that was. Knows keys by their hashes; 0 is any key. */
export interface KeyFilter {
  add(hash: number): void;
  mayHave(hash: number): boolean;
}

/** 128 KiB of bits: where a hundred thousand keys were added, one in ten others looks as if it had been. */
const BITS_LOG2 = 20;
const WORD_LOG2 = 5;
const SHIFT = 32 - BITS_LOG2 + WORD_LOG2;

export function createKeyFilter(): KeyFilter {
  let bits: Int32Array | null = null;
  let hasAnyKey = false;
  return {
    add(hash) {
      hasAnyKey ||= hash === 0;
      bits ??= new Int32Array(1 << (BITS_LOG2 - WORD_LOG2));
      bits[hash >>> SHIFT]! |= 1 << hash;
    },
    mayHave: (hash) => bits !== null && (hash === 0 || hasAnyKey || (bits[hash >>> SHIFT]! & (1 << hash)) !== 0),
  };
}
