import type { RuleCounts, Totals, VerdictCounts } from "../tally.ts";
import { bareEtag, type LogObject } from "./log-object.ts";

/** What only whoever read the log object can say of it. */
export interface ReceiptFacts {
  /** Of the log object as stored, in bytes. */
  size: number;
  /** 64 hex digits of the log object's bytes as stored. */
  sha256: string;
  totals: Totals;
  /** Digests of the evidence that was at hand, and of what was used of other log objects; in any order. */
  evidence: readonly string[];
}

/** Proof that a log object was audited. The order of the fields is their order in the bytes. */
export interface Receipt {
  /** Of this format. */
  version: 1;
  object: { bucket: string; key: string; etag: string; lastModified: number; size: number; sha256: string };
  source: string;
  policies: { id: string; digest: string }[];
  evidence: string[];
  counts: {
    records: number;
    malformed: number;
    verdicts: VerdictCounts;
    findings: number;
    quarantined: number;
    keyExposures: number;
  };
  /** Of the rules that matched some record, in the policies' order. */
  rules: RuleOfPolicy[];
}

export interface RuleOfPolicy extends RuleCounts {
  policy: string;
}

/** What was written beside the receipt. */
export type Written = Pick<Receipt["counts"], "findings" | "quarantined" | "keyExposures">;

/** The receipt's bytes: without a clock, so that the same audit gives the same bytes. */
export function receiptBytes(object: LogObject, facts: ReceiptFacts, written: Written): Buffer {
  const { records, malformed, verdicts, policies } = facts.totals;
  const receipt: Receipt = {
    version: 1,
    object: {
      bucket: object.bucket,
      key: object.key,
      etag: bareEtag(object.etag),
      lastModified: object.lastModified,
      size: facts.size,
      sha256: facts.sha256,
    },
    source: object.sourceId,
    policies: policies.map(({ id, digest }) => ({ id, digest })),
    evidence: [...new Set(facts.evidence)].sort(),
    counts: {
      records,
      malformed,
      verdicts: {
        compliant: verdicts.compliant,
        violation: verdicts.violation,
        indeterminate: verdicts.indeterminate,
        notCovered: verdicts.notCovered,
      },
      findings: written.findings,
      quarantined: written.quarantined,
      keyExposures: written.keyExposures,
    },
    rules: policies.flatMap(({ id: policy, rules }) => rules.filter(hasMatched).map((rule) => ruleOf(policy, rule))),
  };
  return Buffer.from(`${JSON.stringify(receipt)}\n`);
}

/** `null` for a receipt that cannot be read: it proves nothing, and is written again. */
export function parseReceipt(bytes: Buffer): Receipt | null {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

function hasMatched({ compliant, violation, indeterminate }: RuleCounts): boolean {
  return compliant + violation + indeterminate > 0;
}

function ruleOf(policy: string, { id, compliant, violation, indeterminate }: RuleCounts): RuleOfPolicy {
  return { policy, id, compliant, violation, indeterminate };
}
