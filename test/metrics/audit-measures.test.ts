import { expect, test } from "vitest";
import { GET, HTTP, openEncryption, PUT, pack, SSE_C, SSE_KMS, V2, V4 } from "../../lib/facts.ts";
import { auditMeasures } from "../../lib/metrics/audit-measures.ts";
import { openPolicies } from "../../lib/policy/shipped.ts";
import { createTally } from "../../lib/tally.ts";

const POLICIES = openPolicies(["obs-sse"]);

function resultOf() {
  const tally = createTally();
  for (let i = 0; i < 3; i++) tally.add(pack(GET, HTTP, V4, 0, SSE_C));
  tally.add(pack(PUT, HTTP, V2, 0, SSE_KMS));
  tally.add(openEncryption(GET, HTTP, V4));
  tally.addMalformed();
  return { tally: tally.counts(), bytes: 4321 };
}

test("all that one audit adds to the metrics", () => {
  expect(auditMeasures(resultOf(), POLICIES, 3, { duration: 12, lag: 34_000, landingLag: 5000 })).toEqual([
    { name: "Records", unit: "Count", value: 5 },
    { name: "Malformed", unit: "Count", value: 1 },
    { name: "Indeterminate", unit: "Count", value: 1 },
    { name: "KeyExposures", unit: "Count", value: 3 },
    { name: "Bytes", unit: "Bytes", value: 4321 },
    { name: "Duration", unit: "Milliseconds", value: 12 },
    { name: "Lag", unit: "Milliseconds", value: 34_000 },
    { name: "LandingLag", unit: "Milliseconds", value: 5000 },
    { name: "Violations", unit: "Count", value: 3, rule: { rule: "sse-c.get-object", severity: "critical" } },
    { name: "Violations", unit: "Count", value: 1, rule: { rule: "sse-kms.put-object", severity: "high" } },
  ]);
});

test("history has no lag", () => {
  const measures = auditMeasures(resultOf(), POLICIES, 0, { duration: 1, lag: null, landingLag: null });
  expect(measures.map(({ name }) => name).filter((name) => name.endsWith("Lag"))).toEqual([]);
});
