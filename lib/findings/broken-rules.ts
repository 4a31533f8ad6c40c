import type { PolicyJudgement } from "../audit.ts";
import { type Facts, get, HTTP, HTTPS, UNSIGNED, V2, V4 } from "../facts.ts";
import { type Rule, SEVERITIES } from "../policy/policy.ts";
import type { FindingVerdict } from "./compliance-finding.ts";

/** One way to break a rule. */
export type Breach = "plain-http" | "tls-version" | "signature-v2" | "signature-v4" | "anonymous";

/** What breaks a rule, if the rule does not permit it: in the order that findings name it. */
const BREACHES: readonly { breach: Breach; fact: "transport" | "signature"; values: number }[] = [
  { breach: "plain-http", fact: "transport", values: HTTP },
  { breach: "tls-version", fact: "transport", values: HTTPS },
  { breach: "signature-v2", fact: "signature", values: V2 },
  { breach: "signature-v4", fact: "signature", values: V4 },
  { breach: "anonymous", fact: "signature", values: UNSIGNED },
];

/** A rule that is broken (violation) or may be broken (indeterminate). */
export interface BrokenRule {
  rule: Rule;
  verdict: FindingVerdict;
}

/** The rules of a policy that are broken or may be, the gravest first: certain before possible, then by severity. */
export function brokenRules({ rules }: PolicyJudgement): BrokenRule[] {
  return rules
    .flatMap(({ rule, verdict }) => (verdict === "compliant" ? [] : [{ rule, verdict }]))
    .sort((a, b) => certainty(b) - certainty(a) || severity(b) - severity(a));
}

/**
 * How the request broke the rules, or may have. Where it broke them for certain, only what is certain counts: a request
 * over HTTP whose signature is not known is a case of plain HTTP, not one of V2.
 */
export function breachesOf(facts: Facts, broken: readonly BrokenRule[]): Breach[] {
  const all = broken.map(({ rule }) => rule);
  const certain = broken.flatMap(({ rule, verdict }) => (verdict === "violation" ? [rule] : []));
  const sure = breaches(facts, certain, (used, forbidden) => used === forbidden);
  return sure.length > 0 ? sure : breaches(facts, all, (_, forbidden) => forbidden !== 0);
}

function breaches(
  facts: Facts,
  rules: readonly Rule[],
  counts: (used: number, forbidden: number) => boolean,
): Breach[] {
  return BREACHES.filter(({ fact, values }) =>
    rules.some((rule) => {
      const used = get(facts, fact);
      const forbidden = used & ~rule[fact];
      return (forbidden & values) !== 0 && counts(used, forbidden);
    }),
  ).map(({ breach }) => breach);
}

function certainty({ verdict }: BrokenRule): number {
  return verdict === "violation" ? 1 : 0;
}

function severity({ rule }: BrokenRule): number {
  return SEVERITIES.indexOf(rule.severity);
}
