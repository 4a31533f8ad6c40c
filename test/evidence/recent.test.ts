import { expect, test } from "vitest";
import { createRecent } from "../../lib/evidence/recent.ts";

test("what was set longest ago is forgotten first, and told", () => {
  const lost: number[] = [];
  const recent = createRecent<number>(2, (value) => lost.push(value));
  recent.set("a", 1);
  recent.set("b", 2);
  recent.set("a", 3);
  expect(lost).toEqual([]);
  recent.set("c", 4);
  expect(lost).toEqual([2]);
  expect(["a", "b", "c"].map((id) => recent.get(id))).toEqual([3, undefined, 4]);
});

test("what is deleted makes room, and is not told", () => {
  const recent = createRecent<number>(1, () => expect.unreachable());
  recent.set("a", 1);
  recent.delete("a");
  recent.set("b", 2);
  expect(["a", "b"].map((id) => recent.get(id))).toEqual([undefined, 2]);
});

test("without anybody to tell", () => {
  const recent = createRecent<number>(1);
  recent.set("a", 1);
  recent.set("b", 2);
  expect(recent.get("a")).toBeUndefined();
});
