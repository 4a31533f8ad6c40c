import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonLine } from "../../lib/findings/json-line.ts";

test.for([
  ["plain", '"plain"'],
  ["naïve 猫", '"naïve 猫"'],
  ["a\nb\u2028c\u0085d\u007fe", '"a\\nb\\u2028c\\u0085d\\u007fe"'],
  ["\u202egpj.exe\u200b", '"\\u202egpj.exe\\u200b"'],
  // A tag character, outside the BMP.
  ["\u{e0041}", '"\\udb40\\udc41"'],
  ["\ud800", '"\\ud800"'],
] as const)("%j", ([text, line]) => {
  expect(jsonLine(text)).toBe(line);
});

test("it is one line of visible text, and reads back as what it was", () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: "binary" }), (json) => {
      const value: unknown = JSON.parse(json);
      const line = jsonLine(value);
      expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(line)).toEqual(value);
    }),
  );
});
