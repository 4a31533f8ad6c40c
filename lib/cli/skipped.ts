import { totalsFromReceipts } from "../metrics/totals-from-receipts.ts";
import type { Receipt, RuleOfPolicy } from "../stores/receipt.ts";
import type { VerdictCounts } from "../tally.ts";

/** What the receipts of log objects tell that were skipped. */
export interface SkippedCounts {
  objects: number;
  records: number;
  malformed: number;
  verdicts: VerdictCounts;
  keyExposures: number;
  rules: RuleOfPolicy[];
}

export function addUpReceipts(receipts: readonly Receipt[]): SkippedCounts {
  const { objects, records, malformed, verdicts, keyExposures } = totalsFromReceipts(receipts);
  return {
    objects,
    records,
    malformed,
    verdicts,
    keyExposures,
    rules: addUpRules(receipts.flatMap(({ rules }) => rules)),
  };
}

function addUpRules(rules: readonly RuleOfPolicy[]): RuleOfPolicy[] {
  const sums = new Map<string, RuleOfPolicy>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.policy, rule.id]);
    const { compliant = 0, violation = 0, indeterminate = 0 } = sums.get(key) ?? {};
    sums.set(key, {
      ...rule,
      compliant: compliant + rule.compliant,
      violation: violation + rule.violation,
      indeterminate: indeterminate + rule.indeterminate,
    });
  }
  return [...sums.values()];
}
