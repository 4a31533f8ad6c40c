import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gzipLines, linesOf } from "../../lib/stores/gzip-lines.ts";
import { temporaryFolder } from "../support/temporary.ts";

const SPOOL = temporaryFolder();

async function read(gzip: Buffer): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(gzip)) lines.push(line);
  return lines;
}

test("lines come back as they went in, and the same lines are the same bytes", async () => {
  const LINE = fc
    .oneof(fc.string({ unit: "grapheme" }), fc.constant("ünï".repeat(60_000)))
    .map((line) => line.replaceAll("\n", ""));
  await fc.assert(
    fc.asyncProperty(fc.array(LINE), async (lines) => {
      const [once, again] = await Promise.all(
        [lines, lines].map((each) =>
          gzipLines(SPOOL, async (spool) => {
            for (const line of each) spool.add(line);
          }),
        ),
      );
      expect(once!.equals(again!)).toBe(true);
      expect(await read(once!)).toEqual(lines);
    }),
    { numRuns: 50 },
  );
});

test("the last line needs no end", async () => {
  expect(await read(gzipSync("a\nb"))).toEqual(["a", "b"]);
});

test("a damaged file is an error", async () => {
  await expect(read(gzipSync("a\nb\n").subarray(0, 15))).rejects.toThrow("unexpected end of file");
});
