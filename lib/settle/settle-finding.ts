import { type Judgement, judge } from "../audit.ts";
import type { Resolver } from "../evidence/evidence.ts";
import { ACTIVITY, type ComplianceFinding, PASS } from "../findings/compliance-finding.ts";
import { evidenceOf } from "../findings/evidence-of.ts";
import { findingsOf } from "../findings/ocsf.ts";
import { redactJudgement } from "../findings/redact-judgement.ts";
import { description } from "../findings/sentences.ts";
import type { Policy } from "../policy/policy.ts";
import type { LogObject } from "../stores/log-object.ts";
import { reopened } from "./reopened.ts";

/** What more evidence made of a finding. */
export type Outcome = "violation" | "closed" | "narrowed" | "unchanged";

export interface Settled {
  outcome: Outcome;
  finding: ComplianceFinding;
}

/** The policy that an open finding waits for; `null` for one that is settled, or of a policy that is no more in force. */
export function openUnder(finding: ComplianceFinding, policies: readonly Policy[]): Policy | null {
  if (finding.status !== "New" || finding.compliance.status !== "Warning") return null;
  const { analytic } = finding.finding_info;
  return policies.find(({ id, digest }) => id === analytic.uid && digest === analytic.version) ?? null;
}

/**
 * Judges an open finding again, with more evidence and by the policy that it was made under. A violation is an update of it,
 * and so is a finding that stays open with one fact less in doubt (of a copy, say, whose two objects two inventories list);
 * what is compliant or not covered is closed, at the severity that it had. Any other finding stays as it is.
 * @param modified of what is changed, ms since 1970
 */
export function settleFinding(
  finding: ComplianceFinding,
  policies: readonly Policy[],
  resolver: Resolver,
  modified: number,
): Settled {
  const policy = openUnder(finding, policies);
  if (policy === null) return { outcome: "unchanged", finding };
  const { record, contradictions, object } = reopened(finding);
  const judgement = judge({ policies: [policy], resolvers: [resolver] }, record);
  if (judgement.facts === record.facts) return { outcome: "unchanged", finding };
  judgement.contradictions.unshift(...contradictions);

  const [settled] = findingsOf(judgement, object);
  if (!settled) return { outcome: "closed", finding: closed(finding, judgement, object, modified) };
  return {
    outcome: judgement.verdict === "violation" ? "violation" : "narrowed",
    finding: {
      ...settled,
      ...ACTIVITY.Update,
      metadata: finding.metadata,
      finding_info: changedInfo(finding, settled.finding_info, modified),
    },
  };
}

function closed(
  finding: ComplianceFinding,
  judgement: Judgement,
  object: LogObject,
  modified: number,
): ComplianceFinding {
  const { control, standards, requirements, checks } = finding.compliance;
  const redacted = redactJudgement(judgement);
  const [policy] = redacted.policies;
  const evidence = evidenceOf(redacted, judgement.verdict, [], object);
  return {
    ...finding,
    ...ACTIVITY.Close,
    status_id: 4,
    status: "Resolved",
    finding_info: changedInfo(finding, { desc: description(redacted, policy!, []), types: [] }, modified),
    compliance: {
      control,
      standards,
      requirements,
      ...PASS,
      checks: checks.map((check) => ({ ...check, ...PASS })),
    },
    remediation: { desc: "Nothing needs to be done." },
    evidences: [evidence],
  };
}

function changedInfo(
  { finding_info }: ComplianceFinding,
  { desc, types }: Pick<ComplianceFinding["finding_info"], "desc" | "types">,
  modified_time: number,
): ComplianceFinding["finding_info"] {
  const { uid, title, created_time, data_sources, analytic } = finding_info;
  return { uid, title, desc, types, created_time, modified_time, data_sources, analytic };
}
