/**
 * Whether a bucket is one of the log buckets.
 * @param entries names, and beginnings of names that end in `*`
 */
export function logBuckets(entries: readonly string[]): (bucket: string) => boolean {
  const names = new Set(entries);
  const beginnings = entries.flatMap((entry) => beginningOf(entry) ?? []);
  return (bucket) => names.has(bucket) || beginnings.some((beginning) => bucket.startsWith(beginning));
}

/** What all names begin with that an entry stands for; `null` for an entry that is a name itself. */
export function beginningOf(entry: string): string | null {
  return entry.endsWith("*") ? entry.slice(0, -1) : null;
}
