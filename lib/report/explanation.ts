import type { Judgement } from "../audit.ts";
import type { Narrowing } from "../evidence/evidence.ts";
import {
  ENCRYPTIONS,
  type FactName,
  get,
  HTTPS,
  interfaceName,
  members,
  SIGNATURES,
  TRANSPORTS,
  transportNames,
} from "../facts.ts";
import { redact } from "../findings/redact.ts";
import type { Verdict } from "../policy/policy.ts";
import type { Malformed } from "../record.ts";

/** What is known of one record and what each policy says of it: a line of `explain`. */
export interface Explanation {
  object: string;
  line: number;
  verdict: Verdict | "malformed";
  interface: string | null;
  requestId: string | null;
  bucket: string | null;
  key: string | null;
  transport: string[];
  /** The TLS versions that are possible; all of them where the log tells none. */
  tls: string[];
  signature: string[];
  /** `source` is empty unless the request is a copy. */
  encryption: { source: string[]; target: string[] };
  /** `rules` are those that are broken in some world or, where none is, those that were kept. */
  policies: { id: string; verdict: Verdict; rules: string[] }[];
  /** The open facts that the verdict hangs on. */
  missing: readonly FactName[];
  /** Where facts come from that the record does not tell itself. */
  evidence: { fact: FactName; values: string[]; by: string; detail: string }[];
  /** Evidence that contradicts the record, and was not used. */
  contradictions: { fact: FactName; values: string[]; by: string; detail: string }[];
  reason: string;
}

export function explainRecord(object: string, judgement: Judgement): Explanation {
  const { record, facts, verdict, missing } = judgement;
  return {
    object,
    line: record.line,
    verdict,
    interface: interfaceName(facts),
    requestId: record.requestId,
    bucket: record.bucket,
    key: record.key,
    transport: transportNames(get(facts, "transport")),
    tls: members(get(facts, "transport") & HTTPS, TRANSPORTS),
    signature: members(get(facts, "signature"), SIGNATURES),
    encryption: {
      source: members(get(facts, "source"), ENCRYPTIONS),
      target: interfaceName(facts) === null ? [] : members(get(facts, "target"), ENCRYPTIONS),
    },
    policies: judgement.policies.map(({ policy, verdict, rules }) => {
      const broken = rules.filter((rule) => rule.verdict !== "compliant");
      return { id: policy.id, verdict, rules: (broken.length > 0 ? broken : rules).map(({ rule }) => rule.id) };
    }),
    missing,
    evidence: judgement.evidence.map(describe),
    contradictions: judgement.contradictions.map(describe),
    reason: redact(record.reason ?? REASONS[verdict]),
  };
}

const REASONS: Record<Verdict, string> = {
  violation: "every possibility that the evidence leaves open breaks a rule",
  indeterminate: "some possibilities that the evidence leaves open break a rule, and some do not",
  compliant: "no possibility that the evidence leaves open breaks a rule",
  "not-covered": "no rule speaks of this request",
};

export function explainMalformed(object: string, { line, offset, bytes, reason }: Malformed): object {
  return {
    object,
    line,
    verdict: "malformed",
    interface: null,
    requestId: null,
    bucket: null,
    key: null,
    transport: [],
    tls: [],
    signature: [],
    encryption: { source: [], target: [] },
    policies: [],
    missing: [],
    evidence: [],
    contradictions: [],
    reason,
    offset,
    bytes,
  };
}

function describe({ fact, values, by, detail }: Narrowing): Explanation["evidence"][number] {
  const names = fact === "transport" ? TRANSPORTS : fact === "signature" ? SIGNATURES : ENCRYPTIONS;
  return { fact, values: members<string>(values, names), by, detail: redact(detail) };
}
