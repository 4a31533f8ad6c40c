import { hash } from "node:crypto";
import { jsonLine } from "../findings/json-line.ts";
import { gzipLines } from "../stores/gzip-lines.ts";
import type { Store } from "../stores/store.ts";
import { type BucketPosture, CHECKS, type CheckId, type CheckResult } from "./posture.ts";
import { type PostureChange, postureFinding } from "./posture-finding.ts";

/** Where the last check's results stand, for people and for the next check. */
export const POSTURE_KEY = "reports/posture.json";
/** In the place of a log bucket: no bucket can be called so, and it stands in the Athena tables (infra/athena.yml). */
const FOLDER = "ACCOUNT";

/** In ms, after which a result that has not changed is written again: findings are kept for 31 days at least (RetentionDays). */
const REPEAT = 28 * 86_400_000;

/** Results by bucket and check; of what does not pass, when the finding was made and when it was written last, ms since 1970. */
export type KnownPosture = Record<string, Partial<Record<CheckId, KnownResult>>>;
type KnownResult = CheckResult & { created?: number; written?: number };

/**
 * Compares the settings of all buckets with those at the last check, and writes a findings object with what has changed, if
 * anything has: a finding that is new, that turned from unknown to failed or back, or that is closed. One that stays is written
 * again before the object that holds it expires. An object is called by a digest of what it holds. It is written before the results: a crash in between costs a repeat of findings under the same uids.
 * @param time of the check, ms since 1970
 * @returns how many findings were written
 */
export async function checkPosture(
  postures: ReadonlyMap<string, BucketPosture>,
  time: number,
  { store, spoolDir }: { store: Store; spoolDir: string },
): Promise<number> {
  const stored = await store.get(POSTURE_KEY);
  const known: KnownPosture = stored === null ? {} : JSON.parse(stored.bytes.toString()).buckets;
  const changes = changesOf(known, postures, time);
  if (changes.length > 0) {
    const bytes = await gzipLines(spoolDir, async (spool) => {
      for (const change of changes) spool.add(jsonLine(postureFinding(change, time)));
    });
    const day = new Date(time).toISOString().slice(0, 10);
    await store.put(`findings/dt=${day}/${FOLDER}/${hash("sha256", bytes).slice(0, 32)}.ndjson.gz`, bytes);
  }
  const now = {
    version: 1,
    checked: new Date(time).toISOString(),
    buckets: knownAfter(known, postures, changes, time),
  };
  await store.put(POSTURE_KEY, Buffer.from(`${JSON.stringify(now)}\n`));
  return changes.length;
}

const GONE: CheckResult = { status: "pass", detail: "there is no such bucket any more" };

/** In the order of the buckets' names and of the checks. */
export function changesOf(
  known: KnownPosture,
  postures: ReadonlyMap<string, BucketPosture>,
  time: number,
): PostureChange[] {
  const buckets = [...new Set([...Object.keys(known), ...postures.keys()])].sort();
  return buckets.flatMap((bucket) =>
    CHECKS.flatMap((check) => {
      const before = known[bucket]?.[check];
      const result = postures.get(bucket)?.[check] ?? GONE;
      const created = before?.created ?? time;
      const activity = activityOf(before?.status ?? "pass", result.status);
      if (activity !== null) return [{ bucket, check, activity, result, created }];
      const isDue = result.status !== "pass" && time - (before?.written ?? created) >= REPEAT;
      return isDue ? [{ bucket, check, activity: "Update", result, created, isUnchanged: true }] : [];
    }),
  );
}

function activityOf(before: CheckResult["status"], now: CheckResult["status"]): PostureChange["activity"] | null {
  if (before === now) return null;
  if (before === "pass") return "Create";
  return now === "pass" ? "Close" : "Update";
}

function knownAfter(
  known: KnownPosture,
  postures: ReadonlyMap<string, BucketPosture>,
  changes: readonly PostureChange[],
  time: number,
): KnownPosture {
  const isWritten = new Set(changes.map(({ bucket, check }) => `${bucket}/${check}`));
  const sorted = [...postures].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([bucket, posture]) => [
      bucket,
      Object.fromEntries(
        CHECKS.map((check) => {
          const result = posture[check];
          if (result.status === "pass") return [check, result];
          const { created = time, written = created } = known[bucket]?.[check] ?? {};
          return [check, { ...result, created, written: isWritten.has(`${bucket}/${check}`) ? time : written }];
        }),
      ),
    ]),
  );
}
