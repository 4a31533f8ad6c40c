import type { Narrowing, Resolver } from "./evidence/evidence.ts";
import { FACT_NAMES, FACTS_SIZE, type FactName, type Facts, get, interfaceCode, isCopy, set } from "./facts.ts";
import type { Policy, Rule, RuleVerdict, Verdict } from "./policy/policy.ts";
import { worst } from "./policy/policy.ts";
import type { LogRecord, Malformed } from "./record.ts";
import type { Recipient } from "./sources/source.ts";
import type { Tally } from "./tally.ts";

/** What one policy says of one record. */
export interface PolicyJudgement {
  policy: Policy;
  verdict: Verdict;
  /** Every rule that matches some world of the record. */
  rules: readonly { rule: Rule; verdict: RuleVerdict }[];
}

/** What is known of one record in the end. */
export interface Judgement {
  record: LogRecord;
  /** The record's facts after all evidence. */
  facts: Facts;
  /** The worst of the policies' verdicts. */
  verdict: Verdict;
  policies: readonly PolicyJudgement[];
  /** The evidence that narrowed a fact. */
  evidence: Narrowing[];
  /** Evidence that contradicts what was known: reported, and never used. */
  contradictions: Narrowing[];
  /** The open facts that the verdict hangs on; empty unless it is indeterminate. */
  missing: readonly FactName[];
}

export interface Judge {
  policies: readonly Policy[];
  resolvers: readonly Resolver[];
  /** Every record is handed over, and held against what may contradict it; otherwise those alone that need a second look. */
  everyRecord?: boolean;
}

/** Draws the verdict on a record, asking only those resolvers that hear of it. */
export function judge(judging: Judge, record: LogRecord): Judgement {
  const { policies, resolvers } = judging;
  let facts = record.facts;
  const evidence = [...record.evidence];
  const contradictions: Narrowing[] = [];
  for (const resolver of resolvers) {
    if (!hears(resolver, judging, facts)) continue;
    const mayNarrow = narrows(resolver, policies, facts);
    for (const narrowing of resolver.resolve(record, facts)) {
      const before = get(facts, narrowing.fact);
      const after = before & narrowing.values;
      if (after === 0) contradictions.push(narrowing);
      else if (mayNarrow && after !== before) {
        facts = set(facts, narrowing.fact, after);
        evidence.push(narrowing);
      }
    }
  }
  return { record, facts, ...outcomeOf(policies, facts), evidence, contradictions };
}

/** What follows from the facts alone. */
type Outcome = Pick<Judgement, "verdict" | "policies" | "missing">;

/** Outcomes of the facts that were met; those of a log are few. */
const outcomes = new WeakMap<readonly Policy[], Map<Facts, Outcome>>();

function outcomeOf(policies: readonly Policy[], facts: Facts): Outcome {
  const met = outcomes.get(policies) ?? new Map<Facts, Outcome>();
  outcomes.set(policies, met);
  const outcome = met.get(facts) ?? {
    verdict: headline(policies, facts),
    policies: policies.map((policy) => ({ policy, verdict: policy.verdict(facts), rules: policy.rulesOn(facts) })),
    missing: decisiveFacts(policies, facts),
  };
  met.set(facts, outcome);
  return outcome;
}

/** Every resolver hears of what is open, and one that may contradict a decided record, of what it narrows, or of all. */
function hears(resolver: Resolver, { policies, everyRecord }: Judge, facts: Facts): boolean {
  return narrows(resolver, policies, facts) || (resolver.contradicts === true && everyRecord === true);
}

/** A record that is in order is left as its log has it, so that it counts alike whether or not it was looked at again. */
function narrows(resolver: Resolver, policies: readonly Policy[], facts: Facts): boolean {
  return isOpen(policies, facts) || (resolver.contradicts === true && headline(policies, facts) === "violation");
}

/** The worst of the policies' verdicts. */
export function headline(policies: readonly Policy[], facts: Facts): Verdict {
  return policies.map((policy) => policy.verdict(facts)).reduce(worst, "not-covered");
}

/** Whether more evidence could change what some policy says. */
export function isOpen(policies: readonly Policy[], facts: Facts): boolean {
  return policies.some((policy) => policy.verdict(facts) === "indeterminate");
}

/**
 * The facts that an undecided verdict hangs on: those where two worlds, alike in all else, are one broken and one not.
 * Empty when every policy is decided.
 */
export function decisiveFacts(policies: readonly Policy[], facts: Facts): FactName[] {
  const open = policies.filter((policy) => policy.verdict(facts) === "indeterminate");
  if (open.length === 0) return [];
  const worlds = worldsOf(facts);
  return FACT_NAMES.filter((name) =>
    open.some((policy) => {
      const seen = new Map<Facts, boolean>();
      return worlds.some((world) => {
        const rest = set(world, name, 0);
        const broken = policy.verdict(world) === "violation";
        const other = seen.get(rest);
        seen.set(rest, broken);
        return other !== undefined && other !== broken;
      });
    }),
  );
}

/** Every choice of one value from each fact; a request without a copy source has the one choice "none" there. */
export function worldsOf(facts: Facts): Facts[] {
  let worlds = [facts];
  for (const name of FACT_NAMES) {
    if (name === "source" && !isCopy(interfaceCode(facts))) continue;
    worlds = worlds.flatMap((world) => bitsOf(get(facts, name)).map((bit) => set(world, name, bit)));
  }
  return worlds;
}

function bitsOf(set: number): number[] {
  const bits: number[] = [];
  for (let rest = set; rest; rest &= rest - 1) bits.push(rest & -rest);
  return bits;
}

/** What a combination of facts asks for: to be counted, or to be decoded and looked at. */
const COUNT = 1;
const DECODE = 2;

/** What each combination of facts asks for under some policies, filled in as it is met; one table for all log objects. */
const known = new WeakMap<readonly Policy[], Uint8Array>();

function looksUnder(policies: readonly Policy[]): Uint8Array {
  const looks = known.get(policies) ?? new Uint8Array(FACTS_SIZE);
  known.set(policies, looks);
  return looks;
}

export interface Audit extends Judge {
  onJudgement?: (judgement: Judgement) => void;
  onMalformed?: (line: Malformed) => void;
}

/**
 * The recipient that judges: a compliant or uncovered record becomes one counter and nothing else, all others are decoded,
 * given to the resolvers, and reported. Every record is counted in `tally`, under its facts after evidence.
 */
export function auditInto(tally: Tally, audit: Audit): Recipient {
  const looks = looksUnder(audit.policies);
  function look(facts: Facts): number {
    const verdict = headline(audit.policies, facts);
    return verdict === "violation" || verdict === "indeterminate" ? DECODE : COUNT;
  }
  function wants(facts: Facts): boolean {
    looks[facts] ||= look(facts);
    return looks[facts] === DECODE || audit.everyRecord === true;
  }
  return {
    wants,
    see(facts) {
      if (wants(facts)) return true;
      tally.add(facts);
      return false;
    },
    judge(record) {
      const judgement = judge(audit, record);
      tally.add(judgement.facts);
      audit.onJudgement?.(judgement);
    },
    malformed(line) {
      tally.addMalformed();
      audit.onMalformed?.(line);
    },
  };
}

/** The recipient of the first pass: tells the resolvers what they hear of, and counts nothing. */
export function askInto(judging: Judge): Recipient {
  const { resolvers } = judging;
  return recipientOf(
    (facts) => resolvers.some((resolver) => hears(resolver, judging, facts)),
    (record) => {
      for (const resolver of resolvers) {
        if (hears(resolver, judging, record.facts)) resolver.ask?.(record, record.facts);
      }
    },
  );
}

/** The recipient of a later pass: hands over every record whose verdict the resolvers leave open, and nothing is counted. */
export function openInto(judging: Judge, onOpen: (judgement: Judgement) => void): Recipient {
  return recipientOf(
    (facts) => isOpen(judging.policies, facts),
    (record) => {
      const judgement = judge(judging, record);
      if (judgement.missing.length > 0) onOpen(judgement);
    },
  );
}

/** A recipient of the records alone whose facts are wanted. */
function recipientOf(isWanted: (facts: Facts) => boolean, judge: Recipient["judge"]): Recipient {
  const looks = new Uint8Array(FACTS_SIZE);
  function see(facts: Facts): boolean {
    looks[facts] ||= isWanted(facts) ? DECODE : COUNT;
    return looks[facts] === DECODE;
  }
  return {
    wants: see,
    see,
    judge,
    malformed() {},
  };
}
