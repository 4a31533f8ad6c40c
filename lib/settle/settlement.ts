import type { InventoryPlace } from "../evidence/inventory/place.ts";
import type { Policy } from "../policy/policy.ts";
import { linesOf } from "../stores/gzip-lines.ts";
import type { Store } from "../stores/store.ts";

/**
 * Settles open findings with an inventory that has landed, in four steps, each of many calls at once:
 *
 *     plan    reads the manifest                                       settlements/<run>/files.json
 *     ask     one call a day: which keys do its open findings need?    settlements/<run>/asked/<day>.ndjson.gz
 *     match   one call a data file: the rows of those keys             settlements/<run>/rows/<file>.ndjson.gz
 *     finish  one call a day: all rows of a key together settle it     findings/dt=<day>/…
 *
 * The versions of one key may stand in several data files, and only all its rows together prove anything: so no row counts
 * before every file was read, and a key that was not asked for when reading began is not settled, whatever landed since.
 * What is asked is written once (`create`), and a row's file follows from it and the data file; so a step that is repeated,
 * or done twice at once, writes the same bytes. Runs are apart from each other, and meet at the findings alone: those are
 * replaced only as they were read, and what is settled is never settled again.
 *
 * Limits: inventories settle one after the other, so where two contradict each other, which leaves an audit with both open, the
 * first decides. A copy is settled where its finding names the source. An audit that writes the findings anew (of other
 * policies, or after a crash before its receipt) opens them again, for the next inventory or one that is started by hand.
 */
export interface Settling {
  store: Store;
  /** The keys that begin with `prefix`. */
  list(prefix: string): AsyncIterable<{ key: string }>;
  policies: readonly Policy[];
  inventoryAt(uri: string): InventoryPlace;
  /** For what is on its way into the store. */
  spoolDir: string;
}

/** How many findings objects a call reads at once. */
export const OBJECTS_AT_ONCE = 8;

/** @param run names an execution: letters, digits, dashes */
export function filesKey(run: string): string {
  return `settlements/${run}/files.json`;
}

/** @param day YYYY-MM-DD */
export function askedKey(run: string, day: string): string {
  return `settlements/${run}/asked/${day}.ndjson.gz`;
}

export function rowsKey(run: string, file: number): string {
  return `settlements/${run}/rows/${file}.ndjson.gz`;
}

export function findingsFolder(day: string): string {
  return `findings/dt=${day}/`;
}

/** The keys that were asked for on these days, `most` at a time and the next when they are done with. */
export async function* askedKeys(
  store: Store,
  run: string,
  days: readonly string[],
  most: number,
): AsyncGenerator<ReadonlySet<string>> {
  let keys = new Set<string>();
  for (const day of days) {
    for await (const line of linesOf(await stepObject(store, askedKey(run, day)))) {
      keys.add(JSON.parse(line));
      if (keys.size < most) continue;
      yield keys;
      keys = new Set();
    }
  }
  if (keys.size > 0) yield keys;
}

/** What an earlier step wrote. */
export async function stepObject(store: Store, key: string): Promise<Buffer> {
  const stored = await store.get(key);
  if (stored === null)
    throw new Error(`${key}: not there; expected what an earlier step wrote: start the settlement anew`);
  return stored.bytes;
}
