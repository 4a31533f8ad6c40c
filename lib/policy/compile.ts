import { ANY_ENCRYPTION, FACTS_SIZE, type Facts, get, INTERFACES, interfaceCode, isCopy } from "../facts.ts";
import { type Policy, type Rule, type RuleVerdict, type Table, VERDICTS, type Verdict } from "./policy.ts";

/** Transports times signatures, as one set of bits: bit `transport * 3 + signature`. */
type Requests = number;
const SIGNATURES = 3;
const TRANSPORTS = 5;

/** A copy has 4 × 4 pairs of source and target encryption; anything else has one column, "no source", of 4. */
const NO_SOURCE = 4;
const PAIRS = 5 * 4;

/**
 * Makes a table fast to ask. Per interface and pair of encryptions it keeps which requests (transport × signature) are
 * broken, and whether the pair is covered at all; a verdict is then a handful of bit operations, done once for each
 * combination of facts and remembered in a table of one byte a combination.
 */
export function compile(table: Table): Policy {
  const broken: Requests[] = new Array(INTERFACES.length * PAIRS).fill(0);
  const covered: boolean[] = new Array(INTERFACES.length * PAIRS).fill(false);
  for (const rule of table.rules) {
    const breaks = ~requests(rule.transport, rule.signature);
    for (const pair of pairsOf(rule)) {
      covered[pair] = true;
      broken[pair]! |= breaks;
    }
  }

  function judge(facts: Facts): Verdict {
    const request = requests(get(facts, "transport"), get(facts, "signature"));
    const pairs = worlds(facts);
    if (request === 0 || pairs.length === 0) return "not-covered";
    let some = 0;
    let all = request;
    let anyCovered = false;
    for (const pair of pairs) {
      const breaks = broken[pair]! & request;
      some |= breaks;
      all &= breaks;
      anyCovered ||= covered[pair]!;
    }
    if (all === request) return "violation";
    if (!anyCovered) return "not-covered";
    return some === 0 ? "compliant" : "indeterminate";
  }

  const known = new Uint8Array(FACTS_SIZE);
  const pairsOfRules = table.rules.map((rule) => ({
    rule,
    matching: pairsOf(rule),
    permitted: requests(rule.transport, rule.signature),
  }));
  return {
    ...table,
    verdict(facts) {
      known[facts] ||= 1 + VERDICTS.indexOf(judge(facts));
      return VERDICTS[known[facts]! - 1]!;
    },
    rulesOn(facts) {
      const request = requests(get(facts, "transport"), get(facts, "signature"));
      const pairs = worlds(facts);
      return pairsOfRules.flatMap(({ rule, matching, permitted }) => {
        const hits = pairs.filter((pair) => matching.has(pair)).length;
        if (request === 0 || hits === 0) return [];
        const breaks = request & ~permitted;
        const verdict: RuleVerdict =
          breaks === 0 ? "compliant" : breaks === request && hits === pairs.length ? "violation" : "indeterminate";
        return [{ rule, verdict }];
      });
    },
  };
}

function requests(transport: number, signature: number): Requests {
  let bits = 0;
  for (let t = 0; t < TRANSPORTS; t++) if (transport & (1 << t)) bits |= signature << (t * SIGNATURES);
  return bits;
}

/** The interface-and-encryption pairs that a rule matches. */
function pairsOf(rule: Rule): Set<number> {
  const pairs = new Set<number>();
  for (let code = 0; code < INTERFACES.length; code++) {
    if (!(rule.interfaces & (1 << code))) continue;
    if (!isCopy(code) && rule.source !== null) continue;
    for (const pair of cells(code, rule.source ?? ANY_ENCRYPTION, rule.target)) pairs.add(pair);
  }
  return pairs;
}

/** The interface-and-encryption pairs that the facts leave open; none for what crossed no network. */
function worlds(facts: Facts): number[] {
  const code = interfaceCode(facts);
  if (code >= INTERFACES.length) return [];
  return cells(code, get(facts, "source"), get(facts, "target"));
}

function cells(code: number, source: number, target: number): number[] {
  const sources = isCopy(code) ? source : 1 << NO_SOURCE;
  const found: number[] = [];
  for (let s = 0; s <= NO_SOURCE; s++) {
    if (!(sources & (1 << s))) continue;
    for (let t = 0; t < 4; t++) if (target & (1 << t)) found.push(code * PAIRS + s * 4 + t);
  }
  return found;
}
