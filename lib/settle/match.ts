import { readDataFile } from "../evidence/inventory/data-file.ts";
import { lineReader } from "../evidence/inventory/line.ts";
import { gzipLines } from "../stores/gzip-lines.ts";
import type { PlannedFile } from "./plan.ts";
import { askedKeys, rowsKey, type Settling } from "./settlement.ts";
import type { Snapshot } from "./snapshot.ts";

/** Keys that are looked for at once, in some 150 MB. More are looked for by reading the file again. */
const KEYS_AT_ONCE = 1_000_000;

/** What one data file holds. */
export interface Matched {
  /** Rows in it, and rows of the keys that were asked for. */
  read: number;
  kept: number;
  unreadable: number;
}

/**
 * Streams a data file and writes down the rows of the keys that were asked for. Of memory it takes what those keys and
 * rows take, however long the file is.
 * @throws an Error if the file is not there, is damaged, or is not the one that the manifest lists: nothing is proved then
 */
export async function matchFile(
  run: string,
  days: readonly string[],
  file: PlannedFile,
  snapshot: Snapshot,
  { store, inventoryAt, spoolDir }: Settling,
): Promise<Matched> {
  const place = inventoryAt(snapshot.manifest);
  const matched: Matched = { read: 0, kept: 0, unreadable: 0 };
  const bytes = await gzipLines(spoolDir, async (spool) => {
    for await (const keys of askedKeys(store, run, days, KEYS_AT_ONCE)) {
      const data = await place.dataFile(file.key);
      if (data === null)
        throw new Error(`${place.name}: data file ${file.key} is not there; wait for the next inventory`);
      const { kept, read, unreadable } = await readDataFile(
        data,
        file,
        lineReader(snapshot.columns, snapshot.bucket, keys),
      ).catch((error) => {
        throw new Error(`${place.name}: data file ${file.key} ${error.message}`, { cause: error });
      });
      for (const row of kept) spool.add(JSON.stringify(row));
      matched.read = read;
      matched.kept += kept.length;
      matched.unreadable = unreadable;
    }
  });
  await store.put(rowsKey(run, file.index), bytes);
  return matched;
}
