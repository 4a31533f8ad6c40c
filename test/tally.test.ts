import { expect, it } from "vitest";
import { GET, HTTP, HTTPS, openEncryption, pack, SSE_C, V2, V4 } from "../lib/facts.ts";
import { openPolicy } from "../lib/policy/shipped.ts";
import { addUp, createTally, totals } from "../lib/tally.ts";

it("tallies add up to verdicts, rules and missing evidence", () => {
  const one = createTally();
  one.add(pack(GET, HTTP, V4, 0, SSE_C));
  one.add(openEncryption(GET, HTTPS, V2));
  one.addMalformed();
  const two = createTally();
  two.add(pack(GET, HTTP, V4, 0, SSE_C));
  two.add(openEncryption(GET, HTTPS, V4));

  const { policies, ...all } = totals(addUp([one.counts(), two.counts()]), [openPolicy("obs-sse")]);
  expect(all).toEqual({
    records: 4,
    malformed: 1,
    verdicts: { compliant: 1, violation: 2, indeterminate: 1, notCovered: 0 },
    missing: { target: 1 },
  });
  expect(policies[0]!.rules.filter((rule) => rule.compliant + rule.violation + rule.indeterminate > 0)).toEqual([
    { id: "sse-c.get-object", compliant: 2, violation: 2, indeterminate: 0 },
    { id: "sse-kms.get-object", compliant: 1, violation: 0, indeterminate: 1 },
  ]);
});
