/** Pseudo-random choices that are the same on every machine. */
export interface Seeded {
  /** 0 ≤ x < 1. */
  next(): number;
  /** low ≤ n ≤ high. */
  int(low: number, high: number): number;
  chance(p: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Upper-case hexadecimal digits. */
  hex(digits: number): string;
  base64(bytes: number): string;
  uuid(): string;
}

/** Mulberry32: 32 bits of state, integer arithmetic only. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  function word(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return (x ^ (x >>> 14)) >>> 0;
  }
  const next = () => word() / 2 ** 32;
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const bytes = (n: number) => Buffer.from(Array.from({ length: n }, () => word() & 0xff));
  const hex = (digits: number) =>
    bytes(digits / 2)
      .toString("hex")
      .toUpperCase();
  return {
    next,
    int,
    chance: (p) => next() < p,
    pick: (list) => list[int(0, list.length - 1)]!,
    hex,
    base64: (n) => bytes(n).toString("base64"),
    uuid() {
      const digits = hex(32).toLowerCase();
      return [8, 12, 16, 20, 32].map((end, i) => digits.slice([0, 8, 12, 16, 20][i], end)).join("-");
    },
  };
}
