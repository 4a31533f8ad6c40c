/**
 * The one name that a mistyped value most likely means, whatever its case. `null` where none is near (a third of its
 * letters may differ, one at least) or several are alike.
 */
export function nearest(value: string, names: readonly string[]): string | null {
  const ranked = names
    .filter((name) => Math.abs(name.length - value.length) <= allowed(name))
    .map((name) => ({ name, distance: distance(value.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= allowed(name))
    .toSorted((a, b) => a.distance - b.distance);
  const [first, second] = ranked;
  return first === undefined || first.distance === second?.distance ? null : first.name;
}

/** ` (did you mean X?)`, or nothing. */
export function didYouMean(value: string, names: readonly string[]): string {
  const name = nearest(value, names);
  return name === null ? "" : ` (did you mean ${name}?)`;
}

function allowed(name: string): number {
  return Math.max(1, Math.floor(name.length / 3));
}

/** Levenshtein's distance: how many letters to add, drop or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const change = row[j]! + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(change, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
