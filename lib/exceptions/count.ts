import type { ComplianceFinding, FindingVerdict } from "../findings/compliance-finding.ts";
import type { Exception } from "./exception.ts";
import { exceptionsOf } from "./match.ts";

type ByVerdict = Record<FindingVerdict, number>;

/** What exceptions cover of some findings. Plain data: it can cross threads, and counts add up. */
export interface ExceptedCounts {
  /** Findings that are covered. */
  findings: number;
  /** The same by exception, in the table's order: a finding counts for each that covers it. */
  byException: number[];
  /** Records by their verdict, where all findings of that verdict are covered. */
  excepted: ByVerdict;
  /** Records by the worst verdict of their findings that are not covered. */
  left: ByVerdict;
}

export interface ExceptedCounter {
  /** Findings come record by record, as they do in the store. Gives the exceptions that cover this one; `null`: it is left. */
  add(finding: ComplianceFinding): Exception[] | null;
  counts(): ExceptedCounts;
}

export function createExceptedCounter(exceptions: readonly Exception[]): ExceptedCounter {
  const sums = addUpExcepted([], exceptions);
  /** Of the record whose findings are coming. */
  let place = "";
  let verdict: FindingVerdict | null = null;
  let left: FindingVerdict | null = null;

  function endRecord(): void {
    if (verdict !== null && verdict !== left) sums.excepted[verdict]++;
    if (left !== null) sums.left[left]++;
    verdict = null;
    left = null;
  }

  return {
    add(finding) {
      const { line, offset } = finding.evidences[0].data.log;
      if (place !== `${line} ${offset}`) endRecord();
      place = `${line} ${offset}`;
      // What an inventory settled since was open when the record was counted.
      const own = finding.compliance.status === "Fail" ? "violation" : "indeterminate";
      const covering = exceptionsOf(finding, exceptions);
      if (verdict !== "violation") verdict = own;
      if (covering === null) left = left === "violation" ? left : own;
      else sums.findings++;
      for (const exception of covering ?? []) sums.byException[exceptions.indexOf(exception)]!++;
      return covering;
    },
    counts() {
      endRecord();
      return sums;
    },
  };
}

export function addUpExcepted(all: readonly ExceptedCounts[], exceptions: readonly Exception[]): ExceptedCounts {
  const sum = (of: (counts: ExceptedCounts) => number) => all.reduce((total, counts) => total + of(counts), 0);
  return {
    findings: sum(({ findings }) => findings),
    byException: exceptions.map((_, i) => sum(({ byException }) => byException[i]!)),
    excepted: {
      violation: sum(({ excepted }) => excepted.violation),
      indeterminate: sum(({ excepted }) => excepted.indeterminate),
    },
    left: { violation: sum(({ left }) => left.violation), indeterminate: sum(({ left }) => left.indeterminate) },
  };
}
