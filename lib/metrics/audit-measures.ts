import type { LogResult } from "../inputs/audit-log.ts";
import type { Policy, Severity } from "../policy/policy.ts";
import { totals } from "../tally.ts";

/** One number for CloudWatch. Its dimensions have few values: rules, never requesters. */
export interface Measure {
  name:
    | "Records"
    | "Malformed"
    | "Indeterminate"
    | "Violations"
    | "KeyExposures"
    | "Bytes"
    | "Duration"
    | "Lag"
    | "LandingLag";
  unit: "Count" | "Bytes" | "Milliseconds";
  value: number;
  /** Only of violations. */
  rule?: { rule: string; severity: Severity };
}

export interface AuditTimes {
  /** In ms, from taking the message to the receipt. */
  duration: number;
  /** In ms, from the log object's last request to its receipt; `null` where there is none, and for what was audited long after, as history is. */
  lag: number | null;
  /** The same from the log object's landing. */
  landingLag: number | null;
}

/** What one audit adds to the metrics. For whoever wrote the receipt, and nobody else. */
export function auditMeasures(
  { tally, bytes }: Pick<LogResult, "tally" | "bytes">,
  policies: readonly Policy[],
  keyExposures: number,
  { duration, lag, landingLag }: AuditTimes,
): Measure[] {
  const { records, malformed, verdicts, policies: counts } = totals(tally, policies);
  return [
    count("Records", records),
    count("Malformed", malformed),
    count("Indeterminate", verdicts.indeterminate),
    count("KeyExposures", keyExposures),
    { name: "Bytes", unit: "Bytes", value: bytes },
    { name: "Duration", unit: "Milliseconds", value: duration },
    ...milliseconds("Lag", lag),
    ...milliseconds("LandingLag", landingLag),
    ...counts.flatMap(({ rules }, i) =>
      rules.flatMap(({ id, violation }, j) => {
        const { severity } = policies[i]!.rules[j]!;
        return violation === 0 ? [] : [{ ...count("Violations", violation), rule: { rule: id, severity } }];
      }),
    ),
  ];
}

function milliseconds(name: Measure["name"], value: number | null): Measure[] {
  return value === null ? [] : [{ name, unit: "Milliseconds", value }];
}

function count(name: Measure["name"], value: number): Measure {
  return { name, unit: "Count", value };
}
