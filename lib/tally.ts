import { decisiveFacts, headline } from "./audit.ts";
import { FACTS_SIZE, type FactName, type Facts } from "./facts.ts";
import type { Policy, Rule, Verdict } from "./policy/policy.ts";

/** How many records had which facts. Verdicts, rules and missing evidence all follow from it. */
export interface Tally {
  add(facts: Facts): void;
  addMalformed(): void;
  counts(): TallyCounts;
}

/** A tally as plain data: it can cross threads, and tallies add up. */
export interface TallyCounts {
  facts: [Facts, number][];
  malformed: number;
}

/** Counters come in pages of 256, so that the tally of a small log object is small. */
const PAGE = 256;

export function createTally(): Tally {
  const pages: (Float64Array | undefined)[] = new Array(FACTS_SIZE / PAGE).fill(undefined);
  const seen: Facts[] = [];
  let malformed = 0;
  return {
    add(facts) {
      pages[facts >>> 8] ??= new Float64Array(PAGE);
      if (pages[facts >>> 8]![facts & 255]!++ === 0) seen.push(facts);
    },
    addMalformed() {
      malformed++;
    },
    counts: () => ({ facts: seen.map((facts) => [facts, pages[facts >>> 8]![facts & 255]!]), malformed }),
  };
}

export function addUp(tallies: readonly TallyCounts[]): TallyCounts {
  const facts = new Map<Facts, number>();
  let malformed = 0;
  for (const tally of tallies) {
    malformed += tally.malformed;
    for (const [key, n] of tally.facts) facts.set(key, (facts.get(key) ?? 0) + n);
  }
  return { facts: [...facts], malformed };
}

export type VerdictCounts = Record<"compliant" | "violation" | "indeterminate" | "notCovered", number>;

export interface RuleCounts {
  id: string;
  compliant: number;
  violation: number;
  indeterminate: number;
}

export interface PolicyCounts {
  id: string;
  digest: string;
  verdicts: VerdictCounts;
  rules: RuleCounts[];
}

export interface Totals {
  /** Records with a verdict: lines = records + malformed. */
  records: number;
  malformed: number;
  verdicts: VerdictCounts;
  policies: PolicyCounts[];
  /** Undecided records by the fact that they hang on; one record may hang on several. */
  missing: Partial<Record<FactName, number>>;
}

/** What a tally amounts to under these policies. */
export function totals(tally: TallyCounts, policies: readonly Policy[]): Totals {
  const verdicts = noVerdicts();
  const missing: Totals["missing"] = {};
  let records = 0;
  for (const [facts, n] of tally.facts) {
    records += n;
    count(verdicts, headline(policies, facts), n);
    for (const name of decisiveFacts(policies, facts)) missing[name] = (missing[name] ?? 0) + n;
  }
  return {
    records,
    malformed: tally.malformed,
    verdicts,
    policies: policies.map((policy) => policyCounts(tally, policy)),
    missing,
  };
}

function policyCounts(tally: TallyCounts, policy: Policy): PolicyCounts {
  const verdicts = noVerdicts();
  const rules = new Map<Rule, RuleCounts>(
    policy.rules.map((rule) => [rule, { id: rule.id, compliant: 0, violation: 0, indeterminate: 0 }]),
  );
  for (const [facts, n] of tally.facts) {
    count(verdicts, policy.verdict(facts), n);
    for (const { rule, verdict } of policy.rulesOn(facts)) rules.get(rule)![verdict] += n;
  }
  return { id: policy.id, digest: policy.digest, verdicts, rules: [...rules.values()] };
}

function noVerdicts(): VerdictCounts {
  return { compliant: 0, violation: 0, indeterminate: 0, notCovered: 0 };
}

function count(verdicts: VerdictCounts, verdict: Verdict, n: number): void {
  verdicts[verdict === "not-covered" ? "notCovered" : verdict] += n;
}
