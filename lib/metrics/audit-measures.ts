import type { LogResult } from "../inputs/audit-log.ts";
import type { Policy, Severity } from "../policy/policy.ts";
import { totals } from "../tally.ts";

/** One number for CloudWatch. Its dimensions have few values: rules, never requesters. */
export interface Measure {
  name: "Records" | "Malformed" | "Indeterminate" | "Violations" | "KeyExposures" | "Bytes" | "Duration" | "Lag";
  unit: "Count" | "Bytes" | "Milliseconds";
  value: number;
  /** Only of violations. */
  rule?: { rule: string; severity: Severity };
}

export interface AuditTimes {
  /** In ms, from taking the message to the receipt. */
  duration: number;
  /** In ms, from the log object's landing to its receipt; `null` for what was audited long after, as history is. */
  lag: number | null;
}

/** What one audit adds to the metrics. For whoever wrote the receipt, and nobody else. */
export function auditMeasures(
  { tally, bytes }: Pick<LogResult, "tally" | "bytes">,
  policies: readonly Policy[],
  keyExposures: number,
  { duration, lag }: AuditTimes,
): Measure[] {
  const { records, malformed, verdicts, policies: counts } = totals(tally, policies);
  return [
    count("Records", records),
    count("Malformed", malformed),
    count("Indeterminate", verdicts.indeterminate),
    count("KeyExposures", keyExposures),
    { name: "Bytes", unit: "Bytes", value: bytes },
    { name: "Duration", unit: "Milliseconds", value: duration },
    ...(lag === null ? [] : [{ name: "Lag", unit: "Milliseconds", value: lag } as const]),
    ...counts.flatMap(({ rules }, i) =>
      rules.flatMap(({ id, violation }, j) => {
        const { severity } = policies[i]!.rules[j]!;
        return violation === 0 ? [] : [{ ...count("Violations", violation), rule: { rule: id, severity } }];
      }),
    ),
  ];
}

function count(name: Measure["name"], value: number): Measure {
  return { name, unit: "Count", value };
}
