import fc from "fast-check";
import { expect, test } from "vitest";
import { printable } from "../../lib/report/printable.ts";

test.for([
  ["plain text, naïve 猫 🐈", "plain text, naïve 猫 🐈"],
  ["\u001b[31mred\u0007", "\\u{1b}[31mred\\u{7}"],
  ["a\r\nb\tc\u0000", "a\\u{d}\\u{a}b\\u{9}c\\u{0}"],
  ["\u009b31m\u007f", "\\u{9b}31m\\u{7f}"],
  ["\u202egpj.exe\u2066", "\\u{202e}gpj.exe\\u{2066}"],
  ["a\u200bb\u2060c\ufeff", "a\\u{200b}b\\u{2060}c\\u{feff}"],
  ["\u2028\u2029", "\\u{2028}\\u{2029}"],
  ["\u{e0041}", "\\u{e0041}"],
  ["\ud800x", "\\u{d800}x"],
] as const)("%j", ([text, expected]) => {
  expect(printable(text)).toBe(expected);
});

test("nothing that a terminal obeys is left", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u200b-\u200d\u2028\u2029\u2060-\u2064\ufeff]/u);
    }),
  );
});
