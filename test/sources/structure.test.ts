import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStructure, WINDOW } from "../../lib/sources/structure.ts";

const structure = createStructure();

/** Loads the bytes and gives the positions found. */
function positions(source: Uint8Array, from = 0, to = source.length): number[] {
  const count = structure.load(source, from, to);
  expect(Buffer.compare(structure.bytes.subarray(0, to - from), source.subarray(from, to))).toBe(0);
  return [...structure.at.subarray(0, count)];
}

function expected(source: Uint8Array): number[] {
  const found: number[] = [];
  for (const [i, byte] of source.entries()) if (byte <= 0x20 || byte === 0x22 || byte === 0x7f) found.push(i);
  return found;
}

describe("load", () => {
  it("finds what a loop over the bytes finds", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 20 }), (source, skipped) => {
        const from = Math.min(skipped, source.length);
        expect(positions(source, from)).toEqual(expected(source.subarray(from)));
      }),
    );
  });

  it("tells every byte from every other", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(positions(all)).toEqual([...Array.from({ length: 0x21 }, (_, i) => i), 0x22, 0x7f]);
  });

  it.each([0, 1, 15, 16, 17, 31, 32, 33, 4095, 4096, 4097, WINDOW - 17, WINDOW - 16, WINDOW - 1, WINDOW])(
    "finds all of %i bytes, and nothing behind",
    (length) => {
      const spaces = new Uint8Array(length).fill(0x20);
      const letters = new Uint8Array(length).fill(0x61);
      expect(positions(new Uint8Array(WINDOW).fill(0x20))).toHaveLength(WINDOW);
      expect(positions(spaces)).toHaveLength(length);
      expect(positions(letters)).toEqual([]);
      if (length === 0) return;
      letters[length - 1] = 0x0a;
      expect(positions(letters)).toEqual([length - 1]);
    },
  );

  it("is of each structure by itself", () => {
    const other = createStructure();
    positions(Buffer.from("a b"));
    other.load(Buffer.from("ab c"), 0, 4);
    expect([...structure.at.subarray(0, 1), ...other.at.subarray(0, 1)]).toEqual([1, 2]);
  });
});
