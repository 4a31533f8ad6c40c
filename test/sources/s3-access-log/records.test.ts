import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAll, toLog } from "./drive.ts";
import { readSlowly } from "./reference.ts";
import { lineOf, logged, ordinary, recordOf } from "./written.ts";

describe("records", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(fc.oneof(logged, ordinary), fc.constantFrom("\n", "\r\n"), (request, lineEnd) => {
        const line = lineOf(request);
        expect(readAll(toLog([line], lineEnd)).events).toEqual([recordOf(request, 1, 0)]);
        expect(readSlowly(line)?.facts).toBe(request.facts);
      }),
      { numRuns: 700 },
    );
  });
});
