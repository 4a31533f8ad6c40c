import { expect, it } from "vitest";
import { printable } from "../../lib/policy/printable.ts";

it.each([
  { text: "Plain text: äöü 漢字 🙂 \u00a0", shown: "Plain text: äöü 漢字 🙂 \u00a0" },
  { text: "\u001b[2J\r\n\t\0\x7f", shown: "\\u{1b}[2J\\u{d}\\u{a}\\u{9}\\u{0}\\u{7f}" },
  { text: "\u0085\u009b31m", shown: "\\u{85}\\u{9b}31m" },
  {
    text: "\u200e\u200f\u061c\u202a\u202e\u2066\u2069",
    shown: "\\u{200e}\\u{200f}\\u{61c}\\u{202a}\\u{202e}\\u{2066}\\u{2069}",
  },
  { text: "\u200b\u2028\u2029\ufeff\u{e0041}", shown: "\\u{200b}\\u{2028}\\u{2029}\\u{feff}\\u{e0041}" },
  { text: "\ud800", shown: "\\u{d800}" },
])("shows $shown", ({ text, shown }) => {
  expect(printable(text)).toBe(shown);
});
