import type { Judgement } from "../audit.ts";

/** Who sent the requests that broke, or may have broken, a policy, and to which bucket. */
export interface OffenderCounts {
  requesters: Offender[];
  buckets: Offender[];
}

export interface Offender {
  name: string;
  violation: number;
  indeterminate: number;
  keyExposures: number;
}

/** Names that are told apart; all further ones count under {@link OTHERS}, so that memory stays bounded. */
const MOST = 10_000;
const OTHERS = "(others)";
export const ANONYMOUS = "anonymous";

export interface Offenders {
  add(judgement: Judgement, exposure: "exposed" | "possible" | null): void;
  counts(): OffenderCounts;
}

export function createOffenders(): Offenders {
  const requesters = new Map<string, Offender>();
  const buckets = new Map<string, Offender>();
  return {
    add({ record, verdict }, exposure) {
      if (verdict !== "violation" && verdict !== "indeterminate") return;
      for (const [all, name] of [
        [requesters, record.requester ?? ANONYMOUS],
        [buckets, record.bucket],
      ] as const) {
        const offender = entry(all, name);
        offender[verdict]++;
        if (exposure === "exposed") offender.keyExposures++;
      }
    },
    counts: () => ({ requesters: [...requesters.values()], buckets: [...buckets.values()] }),
  };
}

export function addUpOffenders(all: readonly OffenderCounts[]): OffenderCounts {
  return { requesters: merge(all.map((o) => o.requesters)), buckets: merge(all.map((o) => o.buckets)) };
}

function merge(lists: readonly Offender[][]): Offender[] {
  const merged = new Map<string, Offender>();
  for (const offender of lists.flat()) {
    const into = entry(merged, offender.name);
    into.violation += offender.violation;
    into.indeterminate += offender.indeterminate;
    into.keyExposures += offender.keyExposures;
  }
  return [...merged.values()].sort(
    (a, b) => b.violation - a.violation || b.indeterminate - a.indeterminate || (a.name < b.name ? -1 : 1),
  );
}

function entry(all: Map<string, Offender>, name: string): Offender {
  const key = all.has(name) || all.size < MOST ? name : OTHERS;
  const found = all.get(key);
  if (found) return found;
  const fresh = { name: key, violation: 0, indeterminate: 0, keyExposures: 0 };
  all.set(key, fresh);
  return fresh;
}
