import { expect, it } from "vitest";
import { type Verdict, worst } from "../../lib/policy/policy.ts";

const WORST_FIRST: Verdict[] = ["violation", "indeterminate", "compliant", "not-covered"];

it("takes the worse of two verdicts, in either order", () => {
  for (const [i, worse] of WORST_FIRST.entries()) {
    for (const better of WORST_FIRST.slice(i))
      expect([worst(worse, better), worst(better, worse)]).toEqual([worse, worse]);
  }
});
