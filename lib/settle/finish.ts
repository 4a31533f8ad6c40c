import { Readable } from "node:stream";
import { byKeyAndTime } from "../evidence/inventory/inventories.ts";
import type { InventoryRow } from "../evidence/inventory/row.ts";
import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import { jsonLine } from "../findings/json-line.ts";
import { gzipLines, linesOf } from "../stores/gzip-lines.ts";
import { type Store, StoreError } from "../stores/store.ts";
import { type Outcome, settleFinding } from "./settle-finding.ts";
import { askedKeys, findingsFolder, OBJECTS_AT_ONCE, rowsKey, type Settling, stepObject } from "./settlement.ts";
import { keysAsked, type Snapshot, snapshotResolver } from "./snapshot.ts";

/** Keys that are settled at once; with their rows in some 500 MB. */
const KEYS_AT_ONCE = 500_000;
/** How often others may replace one findings object before this gives up. */
const ATTEMPTS = 5;

/** How many findings became what. */
export type Outcomes = Record<Exclude<Outcome, "unchanged">, number>;

/**
 * Settles the open findings of a day with all rows of the keys that were asked for. Findings objects are replaced as they were
 * read, or read again; the receipts beside them stay as they are: they say what the audit found.
 * @param files how many data files the inventory has
 */
export async function finishDay(
  run: string,
  day: string,
  files: number,
  snapshot: Snapshot,
  settling: Settling,
): Promise<Outcomes> {
  const outcomes: Outcomes = { violation: 0, closed: 0, narrowed: 0 };
  for await (const keys of askedKeys(settling.store, run, [day], KEYS_AT_ONCE)) {
    const rows = await rowsOf(keys, run, files, settling.store);
    await Readable.from(settling.list(findingsFolder(day))).forEach(
      async ({ key }: { key: string }) => {
        for (const outcome of await settleObject(key, rows, snapshot, settling)) outcomes[outcome]++;
      },
      { concurrency: OBJECTS_AT_ONCE },
    );
  }
  return outcomes;
}

type Rows = ReadonlyMap<string, readonly InventoryRow[]>;

async function rowsOf(keys: ReadonlySet<string>, run: string, files: number, store: Store): Promise<Rows> {
  const rows = new Map<string, InventoryRow[]>();
  for (let file = 0; file < files; file++) {
    for await (const line of linesOf(await stepObject(store, rowsKey(run, file)))) {
      const row: InventoryRow = JSON.parse(line);
      const others = rows.get(row.key);
      if (others) others.push(row);
      else if (keys.has(row.key)) rows.set(row.key, [row]);
    }
  }
  for (const ofKey of rows.values()) ofKey.sort(byKeyAndTime);
  return rows;
}

/** Settles the findings of one object, and gives what became of those that changed. */
async function settleObject(
  key: string,
  rows: Rows,
  snapshot: Snapshot,
  { store, policies, spoolDir }: Settling,
): Promise<(keyof Outcomes)[]> {
  const resolver = snapshotResolver(snapshot, (name) => rows.get(name) ?? []);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await store.get(key);
    if (stored === null) return [];
    let isAsked = false;
    let latest = 0;
    for await (const line of linesOf(stored.bytes)) {
      const finding: ComplianceFinding = JSON.parse(line);
      latest = Math.max(latest, finding.finding_info.modified_time ?? 0);
      isAsked ||= keysAsked(finding, policies, snapshot).some((name) => rows.has(name));
    }
    if (!isAsked) return [];

    // Whoever reads the object tells by this time what is new in it, also where an older inventory comes later.
    const modified = Math.max(snapshot.time, latest + 1);
    const changes: (keyof Outcomes)[] = [];
    const bytes = await gzipLines(spoolDir, async (spool) => {
      for await (const line of linesOf(stored.bytes)) {
        const { outcome, finding } = settleFinding(JSON.parse(line), policies, resolver, modified);
        spool.add(outcome === "unchanged" ? line : jsonLine(finding));
        if (outcome !== "unchanged") changes.push(outcome);
      }
    });
    if (changes.length === 0 || (await store.replace(key, bytes, stored.etag))) return changes;
  }
  throw new StoreError(`${key}: changed ${ATTEMPTS} times while its findings were being settled; try again later.`);
}
