import type { SuppressedFinding } from "../exceptions/suppressed.ts";
import type { CheckStatus, ComplianceFinding } from "../findings/compliance-finding.ts";
import { jsonLine } from "../findings/json-line.ts";
import { signatureWords, transportWords } from "../findings/words.ts";
import type { Rule, Severity, Table } from "../policy/policy.ts";
import { printable } from "./printable.ts";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const LEVELS: Record<CheckStatus, "error" | "warning" | "none"> = { Fail: "error", Warning: "warning", Pass: "none" };

/** GitHub code scanning ranks alerts by this number: low to 3.9, medium to 6.9, high to 8.9, critical from 9.0. */
const SCORES: Record<Severity, string> = { low: "3.0", medium: "5.5", high: "8.0", critical: "9.5" };

/** A SARIF 2.1.0 log, to be written in pieces: `head`, a `result` for each finding, `tail`. */
export interface Sarif {
  readonly head: string;
  /** Brings its own comma, and so must be written in the order of the calls. */
  result(finding: ComplianceFinding | SuppressedFinding): string;
  readonly tail: string;
}

/**
 * `version` is Sealwatch's, and `hasExceptions` says whether findings may be suppressed. A finding under a policy that is not
 * among `policies` has no rule to point to, and throws.
 */
export function openSarif(policies: readonly Table[], version: string, hasExceptions: boolean): Sarif {
  const rules = policies.flatMap((policy) =>
    policy.rules.map((rule) => ({ id: ruleId(policy.id, rule.id), policy, rule })),
  );
  const indices = new Map(rules.map(({ id }, index) => [id, index]));
  const driver = {
    name: "Sealwatch",
    semanticVersion: version,
    rules: rules.map(({ id, policy, rule }) => descriptorOf(id, policy, rule)),
  };
  let separator = "";
  return {
    head: `{"$schema":"${SCHEMA}","version":"2.1.0","runs":[{"tool":{"driver":${jsonLine(driver)}},"results":[`,
    result(finding) {
      const id = ruleId(finding.compliance.control, finding.compliance.checks[0]!.uid);
      const index = indices.get(id);
      if (index === undefined) throw new Error(`${id}: a finding names this rule, but no policy in force has it`);
      const text = `${separator}\n${jsonLine({ ...resultOf(finding, id, index), ...(hasExceptions && suppressionsOf(finding)) })}`;
      separator = ",";
      return text;
    },
    tail: "\n]}]}\n",
  };
}

/** Two policies may have rules of one id. */
function ruleId(policyId: string, id: string): string {
  return `${policyId}/${id}`;
}

function descriptorOf(id: string, policy: Table, rule: Rule): object {
  return {
    id,
    shortDescription: { text: messageText(rule.title) },
    help: {
      text: messageText(
        `${rule.title} Permitted: ${transportWords(rule.transport)} with ${signatureWords(rule.signature)}. Source: ${rule.cite}.`,
      ),
    },
    defaultConfiguration: { level: LEVELS.Fail },
    properties: {
      policy: policy.id,
      policyDigest: policy.digest,
      severity: rule.severity,
      "security-severity": SCORES[rule.severity],
      tags: ["security"],
    },
  };
}

function resultOf(finding: ComplianceFinding | SuppressedFinding, id: string, index: number): object {
  const { data } = finding.evidences[0];
  const { title, desc, uid } = finding.finding_info;
  return {
    ruleId: id,
    ruleIndex: index,
    level: LEVELS[finding.compliance.status],
    message: { text: messageText(desc) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(data.log) },
          region: { startLine: data.log.line },
        },
      },
    ],
    partialFingerprints: { "sealwatch/v1": uid },
    properties: {
      title,
      verdict: data.verdict,
      severity: finding.severity,
      outcome: data.outcome,
      ...(data.key_exposure && { keyExposure: data.key_exposure }),
      rules: finding.compliance.checks.map((check) => check.uid),
      missing: data.missing,
      facts: data.facts,
      remediation: finding.remediation.desc,
      time: finding.time,
    },
  };
}

/** All results of a run have the property, or none has (section 3.27.23): empty, it says that the result is not suppressed. */
function suppressionsOf(finding: ComplianceFinding | SuppressedFinding): object {
  if (!("comment" in finding)) return { suppressions: [] };
  return { suppressions: [{ kind: "external", status: "accepted", justification: finding.comment }] };
}

/** The log object: a relative path for a file, else an S3 URI. */
function uriOf({ bucket, key }: { bucket: string; key: string }): string {
  const path = key.toWellFormed().split("/").map(encodeURIComponent).join("/");
  return bucket === "local" ? path : `s3://${encodeURIComponent(bucket.toWellFormed())}/${path}`;
}

/**
 * Plain text of a SARIF message: braces would be placeholders (section 3.11.5) and `[text](target)` a link (3.11.6),
 * which an object's key must not be able to make.
 */
function messageText(text: string): string {
  return printable(text)
    .replace(/[{}]/g, "$&$&")
    .replace(/[[\]\\]/g, "\\$&");
}
