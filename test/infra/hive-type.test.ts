import { expect, test } from "vitest";
import { hiveType, misfits } from "./hive-type.ts";

const TYPE = hiveType("struct<a:array<struct<b:string,c:int>>,d:bigint>");

test.each([
  { value: { a: [{ b: "x", c: 1 }], d: 2 ** 40 }, faults: [] },
  { value: { a: [{ b: "x", c: 1 }, { b: "y" }], d: 1 }, faults: [] },
  { value: { A: [{ b: "x", C: 1 }], d: 1 }, faults: [] },
  {
    value: { a: [{ b: 1, c: 2 ** 40 }], d: 1.5 },
    faults: ["v.a[].b: is no string", "v.a[].c: is no int", "v.d: is no bigint"],
  },
  { value: { a: { b: "x" }, d: 1 }, faults: ["v.a: is no array"] },
  { value: { a: ["x"], d: 1 }, faults: ["v.a[]: is no object"] },
  { value: { a: [{ b: "x" }] }, faults: ["v.a[].c: is never written", "v.d: is never written"] },
])("$faults", ({ value, faults }) => {
  expect(misfits("v", TYPE, [value])).toEqual(faults);
});

test("a type that JSON does not have is refused", () => {
  expect(() => hiveType("struct<a:decimal(1)>")).toThrow("decimal(1) is no type");
});
