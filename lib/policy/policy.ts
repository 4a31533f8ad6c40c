import type { Facts } from "../facts.ts";

export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One row of a decision table. Sets are bits as in facts.ts; an `any` cell holds every bit. */
export interface Rule {
  id: string;
  /** Bit i stands for INTERFACES[i]. */
  interfaces: number;
  /** Copy source; `null` is `*`: also requests that have no source. */
  source: number | null;
  target: number;
  /** Transport and TLS versions that are permitted, five bits. */
  transport: number;
  signature: number;
  severity: Severity;
  /** What the rule demands, one sentence for people. */
  title: string;
  /** Where the rule stands, as table and row of a document. */
  cite: string;
}

/** A decision table, checked in full, before it is compiled. */
export interface Table {
  id: string;
  /** `sha256:` and 64 hex digits of the table's bytes, LF line ends and no BOM. */
  digest: string;
  rules: readonly Rule[];
}

export const VERDICTS = ["violation", "indeterminate", "compliant", "not-covered"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a rule says of one record, over the record's worlds; `null` where it matches none of them. */
export type RuleVerdict = "violation" | "indeterminate" | "compliant";

/** A table in force. */
export interface Policy extends Table {
  /** The verdict over every world of `facts`. */
  verdict(facts: Facts): Verdict;
  /** The rules that match some world of `facts`, with what each says, in table order. */
  rulesOn(facts: Facts): { rule: Rule; verdict: RuleVerdict }[];
}

/** The worse of two verdicts: violation, indeterminate, compliant, not-covered. */
export function worst(a: Verdict, b: Verdict): Verdict {
  return VERDICTS.indexOf(a) <= VERDICTS.indexOf(b) ? a : b;
}
