import { beginningOf } from "../log-buckets.ts";

export interface FoundLogBuckets {
  /** Each once. */
  buckets: string[];
  /** Beginnings that stand for nothing now, or of which that is not known, a sentence each. */
  problems: string[];
}

/**
 * The log buckets by name. The findings bucket is never what a beginning stands for: auditing what an audit wrote would never end.
 * @param entries names, and beginnings of names that end in `*`
 * @param namesFrom the buckets whose names begin with a text
 */
export async function findLogBuckets(
  entries: readonly string[],
  findingsBucket: string,
  namesFrom: (beginning: string) => AsyncIterable<string>,
): Promise<FoundLogBuckets> {
  const buckets = new Set<string>();
  const problems: string[] = [];
  for (const entry of entries) {
    const beginning = beginningOf(entry);
    if (beginning === null) {
      buckets.add(entry);
      continue;
    }
    try {
      let found = 0;
      for await (const name of namesFrom(beginning)) {
        if (name === findingsBucket) continue;
        buckets.add(name);
        found++;
      }
      if (found === 0) problems.push(`${entry}: no bucket of this account and region has a name that begins so`);
    } catch (error) {
      problems.push(`${entry}: ${error}`);
    }
  }
  return { buckets: [...buckets], problems };
}
