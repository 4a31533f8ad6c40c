import fc from "fast-check";
import { expect, test } from "vitest";
import { addUpExcepted, createExceptedCounter, type ExceptedCounts } from "../../lib/exceptions/count.ts";
import type { Exception } from "../../lib/exceptions/exception.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { EXCEPTIONS, found, IMPORTER, RECORDS } from "./worlds.ts";

function count(findings: readonly ComplianceFinding[], exceptions: readonly Exception[]): ExceptedCounts {
  const counter = createExceptedCounter(exceptions);
  for (const finding of findings) counter.add(finding);
  return counter.counts();
}

const COVERED = {} as const;
const LEFT = { key: "elsewhere" } as const;
const OPEN = { verdict: "indeterminate" } as const;

/** Records with the findings of one or two policies: what exceptions cover of them, and the verdicts that are left. */
test.each([
  { name: "nothing", findings: [], excepted: [0, 0], left: [0, 0] },
  { name: "a covered violation", findings: [found(COVERED)], excepted: [1, 0], left: [0, 0] },
  { name: "a violation", findings: [found(LEFT)], excepted: [0, 0], left: [1, 0] },
  { name: "a covered doubt", findings: [found(OPEN)], excepted: [0, 1], left: [0, 0] },
  { name: "two records", findings: [found(COVERED), found({ ...OPEN, line: 2 })], excepted: [1, 1], left: [0, 0] },
  { name: "one record of two policies", findings: [found(COVERED), found(COVERED)], excepted: [1, 0], left: [0, 0] },
  { name: "covered under one policy only", findings: [found(COVERED), found(LEFT)], excepted: [0, 0], left: [1, 0] },
  {
    name: "a covered violation that may break another policy",
    findings: [found({ ...OPEN, ...LEFT }), found(COVERED)],
    excepted: [1, 0],
    left: [0, 1],
  },
  {
    name: "a violation that may break another policy, which is covered",
    findings: [found(LEFT), found(OPEN)],
    excepted: [0, 0],
    left: [1, 0],
  },
])("$name", ({ findings, excepted, left }) => {
  const covered = findings.filter(({ resources }) => resources![0]!.name !== LEFT.key).length;
  expect(count(findings, [IMPORTER])).toEqual({
    findings: covered,
    byException: [covered],
    excepted: { violation: excepted[0], indeterminate: excepted[1] },
    left: { violation: left[0], indeterminate: left[1] },
  });
});

test("a finding counts for each exception that covers it, and once in all", () => {
  const counts = count([found()], [IMPORTER, { ...IMPORTER, id: "other", key: "x" }, { ...IMPORTER, id: "again" }]);
  expect(counts).toMatchObject({ findings: 1, byException: [1, 0, 1] });
});

test("exceptions change no verdict, and another one leaves no more than before", () => {
  const verdictsOf = (records: ComplianceFinding[][]) => {
    const failed = records.filter((findings) => findings.some(({ compliance }) => compliance.status === "Fail")).length;
    return { violation: failed, indeterminate: records.length - failed };
  };
  fc.assert(
    fc.property(RECORDS, EXCEPTIONS, fc.nat(5), (records, exceptions, few) => {
      const all = count(records.flat(), exceptions);
      const some = count(records.flat(), exceptions.slice(0, few));
      const verdicts = verdictsOf(records);
      for (const { excepted, left } of [all, some]) {
        expect(excepted.violation + left.violation).toBe(verdicts.violation);
        expect(excepted.indeterminate).toBeLessThanOrEqual(verdicts.indeterminate);
      }
      // As --fail-on violation and --fail-on indeterminate count.
      expect(all.left.violation).toBeLessThanOrEqual(some.left.violation);
      const open = ({ left }: ExceptedCounts) => left.violation + left.indeterminate;
      expect(open(all)).toBeLessThanOrEqual(open(some));
      expect(count(records.flat(), []).left).toEqual(verdicts);
    }),
  );
});

test("counts add up, however the records are shared out", () => {
  fc.assert(
    fc.property(RECORDS, EXCEPTIONS, fc.nat(8), (records, exceptions, at) => {
      const parts = [records.slice(0, at), records.slice(at)].map((part) => count(part.flat(), exceptions));
      expect(addUpExcepted(parts, exceptions)).toEqual(count(records.flat(), exceptions));
    }),
  );
});
