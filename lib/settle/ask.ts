import { Readable } from "node:stream";
import { gzipLines, linesOf } from "../stores/gzip-lines.ts";
import { askedKey, askedKeys, findingsFolder, OBJECTS_AT_ONCE, type Settling } from "./settlement.ts";
import { keysAsked, type Snapshot } from "./snapshot.ts";

/**
 * Writes down the keys whose rows the open findings of a day ask for, and says how many. What was asked stays: a second
 * call of a run changes nothing. Reads every findings object of the day; its memory grows with the keys (some 150 bytes each).
 */
export async function askForDay(run: string, day: string, snapshot: Snapshot, settling: Settling): Promise<number> {
  const { store, list, policies, spoolDir } = settling;
  const keys = new Set<string>();
  await Readable.from(list(findingsFolder(day))).forEach(
    async ({ key }: { key: string }) => {
      const stored = await store.get(key);
      if (stored === null) return;
      for await (const line of linesOf(stored.bytes)) {
        for (const asked of keysAsked(JSON.parse(line), policies, snapshot)) keys.add(asked);
      }
    },
    { concurrency: OBJECTS_AT_ONCE },
  );
  const bytes = await gzipLines(spoolDir, async (spool) => {
    for (const key of [...keys].sort()) spool.add(JSON.stringify(key));
  });
  if (await store.create(askedKey(run, day), bytes)) return keys.size;
  let asked = 0;
  for await (const some of askedKeys(store, run, [day], 1)) asked += some.size;
  return asked;
}
