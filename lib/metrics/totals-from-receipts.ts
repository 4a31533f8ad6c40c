import type { Receipt } from "../stores/receipt.ts";
import type { VerdictCounts } from "../tally.ts";

/** What all receipts together say: nothing is missing in it, where a crash between receipt and metrics leaves a hole in those. */
export interface ReceiptTotals {
  objects: number;
  /** Of log objects as stored. */
  bytes: number;
  records: number;
  malformed: number;
  verdicts: VerdictCounts;
  findings: number;
  quarantined: number;
  keyExposures: number;
}

export function totalsFromReceipts(receipts: Iterable<Pick<Receipt, "object" | "counts">>): ReceiptTotals {
  const totals: ReceiptTotals = {
    objects: 0,
    bytes: 0,
    records: 0,
    malformed: 0,
    verdicts: { compliant: 0, violation: 0, indeterminate: 0, notCovered: 0 },
    findings: 0,
    quarantined: 0,
    keyExposures: 0,
  };
  for (const { object, counts } of receipts) {
    totals.objects++;
    totals.bytes += object.size;
    totals.records += counts.records;
    totals.malformed += counts.malformed;
    totals.findings += counts.findings;
    totals.quarantined += counts.quarantined;
    totals.keyExposures += counts.keyExposures;
    totals.verdicts.compliant += counts.verdicts.compliant;
    totals.verdicts.violation += counts.verdicts.violation;
    totals.verdicts.indeterminate += counts.verdicts.indeterminate;
    totals.verdicts.notCovered += counts.verdicts.notCovered;
  }
  return totals;
}
