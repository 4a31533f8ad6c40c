import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineSplitter, KEPT, MAX_LINE } from "../../lib/sources/lines.ts";

interface Line {
  /** Its bytes without LF, or `null` if it was too long to be given. */
  text: string | null;
  length: number;
  start: string;
  offset: number;
}

function split(chunks: readonly string[]): Line[] {
  const lines: Line[] = [];
  const splitter = createLineSplitter({
    lines(bytes, from, to, offset) {
      expect(bytes[to - 1]).toBe(0x0a);
      for (let at = from; at < to; ) {
        const end = bytes.indexOf(0x0a, at);
        const text = bytes.toString("latin1", at, end);
        lines.push({ text, length: text.length, start: text.slice(0, KEPT), offset: offset + at - from });
        at = end + 1;
      }
    },
    malformed(start, length, offset) {
      lines.push({ text: null, length, start: start.toString("latin1"), offset });
    },
  });
  for (const chunk of chunks) {
    // Chunks are lent: what comes after push must not be seen.
    const lent = Buffer.from(chunk, "latin1");
    splitter.push(lent);
    lent.fill(0x58);
  }
  splitter.end();
  return lines;
}

function expected(text: string): Line[] {
  let offset = 0;
  const lines = text.split("\n").map((line) => {
    offset += line.length + 1;
    return { text: line, length: line.length, start: line.slice(0, KEPT), offset: offset - line.length - 1 };
  });
  return text === "" || text.endsWith("\n") ? lines.slice(0, -1) : lines;
}

describe("createLineSplitter", () => {
  it("gives every line once, with its place", () => {
    const chunk = fc
      .array(fc.constantFrom("\n", "\n", "\r", "a", "b".repeat(90)), { maxLength: 8 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(chunk), (chunks) => {
        expect(split(chunks)).toEqual(expected(chunks.join("")));
      }),
      { numRuns: 500 },
    );
  });

  it.each([KEPT - 1, KEPT, KEPT + 1, MAX_LINE - 1, MAX_LINE])(
    "gives a line of %i bytes, in chunks of any size",
    (length) => {
      const text = `a\n${"x".repeat(length)}\r\nb`;
      for (const size of [1 << 12, 65_537, 1 << 19, MAX_LINE + 1, text.length]) {
        const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
          text.slice(i * size, (i + 1) * size),
        );
        expect(split(chunks)).toEqual(expected(text));
      }
    },
  );

  it.each(["\n", "\r\n", "", "\r"])("keeps the first bytes of a line that is too long and ends with %j", (lineEnd) => {
    for (const length of [MAX_LINE + 1, MAX_LINE + 2, 2 * MAX_LINE]) {
      const text = "x".repeat(length) + lineEnd;
      const after = lineEnd.endsWith("\n") ? "after" : "";
      const lines = split([`a\n${text.slice(0, 7)}`, text.slice(7, MAX_LINE), text.slice(MAX_LINE), after]);
      expect(lines).toEqual([
        { text: "a", length: 1, start: "a", offset: 0 },
        { text: null, length, start: "x".repeat(KEPT), offset: 2 },
        ...(after === "" ? [] : [{ text: after, length: 5, start: after, offset: 2 + text.length }]),
      ]);
    }
  });
});
