import fc from "fast-check";
import { expect, test } from "vitest";
import { judge } from "../../lib/audit.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { findingsOf } from "../../lib/findings/ocsf.ts";
import { reopened } from "../../lib/settle/reopened.ts";
import { RECORDS } from "../findings/arbitrary-records.ts";
import { CASES } from "../findings/cases.ts";
import { BASELINE, judged, LOG_OBJECT, TABLES } from "../findings/judged.ts";

const POLICIES = [TABLES, BASELINE];

/** The finding again, made of nothing but itself. */
function remade(finding: ComplianceFinding): ComplianceFinding {
  const policies = POLICIES.filter(({ id }) => id === finding.compliance.control);
  const { record, contradictions, object } = reopened(finding);
  const judgement = judge({ policies, resolvers: [] }, record);
  const [again] = findingsOf({ ...judgement, contradictions }, object);
  return { ...again!, finding_info: { ...again!.finding_info, uid: finding.finding_info.uid } };
}

/** What names no bucket has no resources. */
const NAMED = CASES.filter(({ record }) => record.bucket !== "-");

test.for(NAMED)("a finding tells all that it was made of: $name", ({ record, policies, resolvers }) => {
  for (const finding of findingsOf(judged(record, policies, resolvers), LOG_OBJECT)) {
    expect(remade(finding)).toEqual(finding);
  }
});

test("a finding tells all that it was made of, whatever the log holds", () => {
  fc.assert(
    fc.property(RECORDS, fc.constantFrom("s3-access-log", "cloudtrail"), (record, sourceId) => {
      fc.pre(record.bucket !== "" && record.bucket !== "-");
      const judgement = judge({ policies: POLICIES, resolvers: [] }, record);
      for (const finding of findingsOf(judgement, { ...LOG_OBJECT, sourceId })) {
        expect(JSON.stringify(remade(finding))).toBe(JSON.stringify(finding));
      }
    }),
    { numRuns: 300 },
  );
});
