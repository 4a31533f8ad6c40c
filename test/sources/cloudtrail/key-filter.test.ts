import fc from "fast-check";
import { expect, it } from "vitest";
import { createKeyFilter } from "../../../lib/sources/cloudtrail/key-filter.ts";

const anyHash = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

it("a key that was added is never denied", () => {
  fc.assert(
    fc.property(fc.array(anyHash), (hashes) => {
      const filter = createKeyFilter();
      for (const hash of hashes) filter.add(hash);
      expect(hashes.filter((hash) => !filter.mayHave(hash))).toEqual([]);
    }),
  );
});

it("nothing is there before something was added", () => {
  fc.assert(fc.property(anyHash, (hash) => !createKeyFilter().mayHave(hash)));
});

it("one key leaves others alone", () => {
  const filter = createKeyFilter();
  filter.add(0x12345678);
  expect([0x12345679, 0x12385678, 0x32345678, -1].filter(filter.mayHave)).toEqual([]);
  expect(filter.mayHave(0)).toBe(true);
});

it("a key that could be any makes all of them possible", () => {
  const filter = createKeyFilter();
  filter.add(0);
  expect([1, -1, 0x12345678, 0].filter(filter.mayHave)).toEqual([1, -1, 0x12345678, 0]);
});
