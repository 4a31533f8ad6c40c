import type { Judgement } from "../audit.ts";
import type { FactName } from "../facts.ts";
import { missingEvidence } from "../findings/missing-evidence.ts";

/** One way to get missing evidence, and how many undecided records it would help with. */
export interface Advice {
  fact: FactName;
  /** Half a sentence. */
  how: string;
  records: number;
}

export interface AdviceCollector {
  add(judgement: Judgement, sourceId: string): void;
  /** The most helpful first. */
  counts(): Advice[];
}

/** Ways that are told apart; further ones are left out, so that memory stays bounded. */
const MOST = 1000;

export function createAdvice(): AdviceCollector {
  const all = new Map<string, Advice>();
  return {
    add(judgement, sourceId) {
      for (const fact of judgement.missing) {
        count(all, { fact, how: missingEvidence(judgement, fact, sourceId).how, records: 1 });
      }
    },
    counts: () => sorted(all),
  };
}

export function addUpAdvice(lists: readonly (readonly Advice[])[]): Advice[] {
  const all = new Map<string, Advice>();
  for (const advice of lists.flat()) count(all, advice);
  return sorted(all);
}

function count(all: Map<string, Advice>, advice: Advice): void {
  const name = `${advice.fact} ${advice.how}`;
  const known = all.get(name);
  if (known) known.records += advice.records;
  else if (all.size < MOST) all.set(name, { ...advice });
}

function sorted(all: ReadonlyMap<string, Advice>): Advice[] {
  return [...all.values()].sort((a, b) => b.records - a.records || (a.how < b.how ? -1 : 1));
}
