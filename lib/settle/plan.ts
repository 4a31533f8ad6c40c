import { hash } from "node:crypto";
import { type Manifest, type ManifestFile, readManifest } from "../evidence/inventory/manifest.ts";
import type { InventoryPlace } from "../evidence/inventory/place.ts";
import { s3Uri } from "../s3/place.ts";
import { filesKey, type Settling } from "./settlement.ts";
import type { Snapshot } from "./snapshot.ts";

export interface PlanRequest {
  run: string;
  /** Of an inventory: bucket and key of its manifest.json. */
  manifest: { bucket: string; key: string };
  /** The first day whose findings are looked at, YYYY-MM-DD; `null` for {@link LOOKBACK_DAYS} before the snapshot. */
  from: string | null;
}

/** A data file and its place in the manifest. */
export interface PlannedFile extends ManifestFile {
  index: number;
}

export interface Plan {
  snapshot: Snapshot;
  /** How many data files it has. */
  files: number;
  /** Key of the object that lists them, an array of {@link PlannedFile}. */
  plan: string;
  /** Days of findings, YYYY-MM-DD. */
  days: string[];
}

/** Days. A weekly inventory comes up to 7 days after a request; the rest is for one that failed, and logs that came late. */
export const LOOKBACK_DAYS = 14;
/** Each costs about 15 events of the state machine's history, which holds 25,000. */
const MOST_DAYS = 1500;
const DAY = 86_400_000;

/**
 * Reads an inventory's manifest and says what there is to do. Findings lie under the day on which their log object landed, which
 * is that of the request or later: so the days are those from some before the snapshot up to today.
 * @throws an Error with everything that is wrong with the manifest
 */
export async function planSettlement(
  { run, manifest: { bucket, key }, from }: PlanRequest,
  { store, inventoryAt }: Pick<Settling, "store" | "inventoryAt">,
  now: number,
): Promise<Plan> {
  const uri = s3Uri(bucket, key);
  const { manifest, digest } = await readChecked(inventoryAt(uri));
  const { bucket: listed, snapshot: time, columns, files } = manifest;
  const planned: PlannedFile[] = files.map((file, index) => ({ index, ...file }));
  const plan = filesKey(run);
  await store.put(plan, Buffer.from(JSON.stringify(planned)));
  const first = from === null ? time - LOOKBACK_DAYS * DAY : timeOf(from);
  return {
    snapshot: { manifest: uri, bucket: listed, time, digest, columns },
    files: planned.length,
    plan,
    days: daysBetween(first, now),
  };
}

async function readChecked(place: InventoryPlace): Promise<{ manifest: Manifest; digest: string }> {
  const bytes = await place.manifest();
  const checksum = (await place.checksum())?.toString("latin1").trim().toLowerCase();
  const md5 = hash("md5", bytes);
  // S3 writes it after the manifest; whoever called tries again.
  if (checksum === undefined) throw new Error(`${place.name}: there is no manifest.checksum beside it yet`);
  if (checksum !== md5) {
    throw new Error(`${place.name}: has the MD5 ${md5}, not the one in manifest.checksum; wait for the next inventory`);
  }
  // TextDecoder takes off a byte order mark.
  const { manifest, faults } = readManifest(new TextDecoder().decode(bytes));
  if (manifest === null) throw new Error(faults.map((fault) => `${place.name}: ${fault}`).join("\n"));
  return { manifest, digest: `sha256:${hash("sha256", bytes)}` };
}

function timeOf(day: string): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN;
  if (Number.isNaN(time)) throw new Error(`from: found ${JSON.stringify(day)}; expected a day like 2026-02-06`);
  return time;
}

function daysBetween(first: number, last: number): string[] {
  const days: string[] = [];
  for (let time = Math.floor(first / DAY) * DAY; time <= last; time += DAY) {
    days.push(new Date(time).toISOString().slice(0, 10));
  }
  if (days.length === 0 || days.length > MOST_DAYS) {
    throw new Error(`from: ${days.length} days up to today; expected 1 to ${MOST_DAYS}`);
  }
  return days;
}
