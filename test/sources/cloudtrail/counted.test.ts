import { expect, it } from "vitest";
import { createCounted } from "../../../lib/sources/cloudtrail/counted.ts";
import type { Question } from "../../../lib/sources/cloudtrail/history.ts";

const question = (facts: number): Question => ({
  alone: { facts, settlements: [], unasked: [] },
  time: 0,
  read: null,
  copied: null,
  upload: null,
});

it("requests are answered in the end, or when there are too many", () => {
  const seen: number[] = [];
  const { add, end } = createCounted(
    ({ facts }) => seen.push(facts),
    ({ alone }) => ({ ...alone, facts: -alone.facts }),
    3,
  );
  for (const facts of [1, 2]) add(question(facts));
  expect(seen).toEqual([]);
  add(question(3));
  expect(seen.splice(0)).toEqual([-1, -2, -3]);
  add(question(4));
  end();
  expect(seen).toEqual([-4]);
});
