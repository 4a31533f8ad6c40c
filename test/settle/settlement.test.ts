import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GET, HTTP, openEncryption, PUT, SSE_C, SSE_KMS, V4 } from "../../lib/facts.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { jsonLine } from "../../lib/findings/json-line.ts";
import { findingsOf } from "../../lib/findings/ocsf.ts";
import type { LogRecord } from "../../lib/record.ts";
import { askForDay } from "../../lib/settle/ask.ts";
import { finishDay } from "../../lib/settle/finish.ts";
import { matchFile } from "../../lib/settle/match.ts";
import { type Plan, type PlannedFile, planSettlement } from "../../lib/settle/plan.ts";
import type { Settling } from "../../lib/settle/settlement.ts";
import { gzipLines } from "../../lib/stores/gzip-lines.ts";
import type { Store } from "../../lib/stores/store.ts";
import { judged, LOG_OBJECT, RECORD, TABLES } from "../findings/judged.ts";
import { Crash, crashing } from "../stores/memory-store.ts";
import { createMemoryBucket, type MemoryBucket } from "../support/memory-bucket.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { COLUMNS, inventoryObjects, MANIFEST, placeOf, row, SNAPSHOT } from "./inventory.ts";

const SPOOL = temporaryFolder();
const DAY = "2026-02-06";
const FINDINGS = [`findings/dt=${DAY}/my-logs/0a.ndjson.gz`, `findings/dt=${DAY}/my-logs/0b.ndjson.gz`];
const NOW = SNAPSHOT + 36 * 3_600_000;
const MANIFEST_AT = { bucket: "inventories", key: MANIFEST };

/** A GetObject over HTTP of each of these keys. */
function findingsOn(keys: readonly string[], changes: Partial<LogRecord> = {}): ComplianceFinding[] {
  return keys.flatMap((key, i) => findingsOf(judged({ key, requestId: `${key}${i}`, ...changes }), LOG_OBJECT));
}

function bytesOf(findings: readonly ComplianceFinding[]): Promise<Buffer> {
  return gzipLines(SPOOL, async (spool) => {
    for (const finding of findings) spool.add(jsonLine(finding));
  });
}

function read(bucket: MemoryBucket, key: string): ComplianceFinding[] {
  const text = gunzipSync(bucket.held.get(key)!).toString();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

async function bucketWith(...objects: ComplianceFinding[][]): Promise<MemoryBucket> {
  const bucket = createMemoryBucket(() => NOW);
  for (const [i, findings] of objects.entries()) await bucket.put(FINDINGS[i]!, await bytesOf(findings));
  await bucket.put(`receipts/dt=${DAY}/my-logs/0a.json`, Buffer.from("receipt"));
  return bucket;
}

function settling(bucket: MemoryBucket, inventory: Record<string, Buffer>, store: Store = bucket): Settling {
  return { store, list: bucket.list, policies: [TABLES], inventoryAt: placeOf(inventory), spoolDir: SPOOL };
}

function filesOf(bucket: MemoryBucket, { plan }: Pick<Plan, "plan">): PlannedFile[] {
  return JSON.parse(bucket.held.get(plan)!.toString());
}

/** A whole settlement, step by step. */
async function settleAll(bucket: MemoryBucket, inventory: Record<string, Buffer>, run = "run") {
  const with_ = settling(bucket, inventory);
  const plan = await planSettlement({ run, manifest: MANIFEST_AT, from: null }, with_, NOW);
  const { days, snapshot, files } = plan;
  for (const day of days) await askForDay(run, day, snapshot, with_);
  for (const file of filesOf(bucket, plan)) await matchFile(run, days, file, snapshot, with_);
  const outcomes = [];
  for (const day of days) outcomes.push(await finishDay(run, day, files, snapshot, with_));
  return outcomes.filter(({ violation, closed, narrowed }) => violation + closed + narrowed > 0);
}

/** The findings and the receipts, byte for byte. */
function findingsIn(bucket: MemoryBucket): Record<string, string> {
  const kept = [...bucket.held].filter(([key]) => !key.startsWith("settlements/"));
  return Object.fromEntries(kept.map(([key, bytes]) => [key, bytes.toString("base64")]));
}

test("a plan names the inventory, its files, and the days whose findings it may speak for", async () => {
  const bucket = createMemoryBucket(() => NOW);
  const inventory = inventoryObjects([[row("a", SSE_C)], [row("b", SSE_C)]]);
  const plan = await planSettlement({ run: "r1", manifest: MANIFEST_AT, from: null }, settling(bucket, inventory), NOW);
  expect(plan).toEqual({
    snapshot: {
      manifest: `s3://inventories/${MANIFEST}`,
      bucket: "photos",
      time: SNAPSHOT,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      columns: COLUMNS.split(", "),
    },
    files: 2,
    plan: "settlements/r1/files.json",
    days: Array.from({ length: 16 }, (_, i) => new Date(Date.UTC(2026, 0, 24 + i)).toISOString().slice(0, 10)),
  });
  expect(filesOf(bucket, plan)).toEqual(
    [0, 1].map((index) => ({
      index,
      key: `photos/daily/data/${index}.csv.gz`,
      size: inventory[`photos/daily/data/${index}.csv.gz`]!.length,
      md5: expect.stringMatching(/^[0-9a-f]{32}$/),
    })),
  );
  const longer = { run: "r1", manifest: MANIFEST_AT, from: "2025-12-31" };
  expect((await planSettlement(longer, settling(bucket, inventory), NOW)).days[0]).toBe("2025-12-31");
});

describe("there is no plan", () => {
  const inventory = inventoryObjects([]);
  const checksum = MANIFEST.replace(".json", ".checksum");
  const { [checksum]: _, ...unchecked } = inventory;
  const CASES: [string, Record<string, Buffer>, string | null, RegExp][] = [
    ["before the checksum is there", unchecked, null, /no manifest\.checksum beside it yet/],
    ["of a damaged manifest", { ...inventory, [checksum]: Buffer.from("0".repeat(32)) }, null, /has the MD5 [0-9a-f]+/],
    ["of what is no CSV inventory", inventoryObjects([], { fileFormat: "ORC" }), null, /fileFormat is "ORC"/],
    ["from no day", inventory, "yesterday", /^from: found "yesterday"; expected a day like/],
    ["from tomorrow", inventory, "2026-03-01", /^from: 0 days up to today/],
    ["of too many days", inventory, "2006-03-01", /^from: 7285 days up to today; expected 1 to 1500/],
  ];
  test.each(CASES)("%s", async (_, objects, from, message) => {
    const bucket = createMemoryBucket(() => NOW);
    const request = { run: "r", manifest: MANIFEST_AT, from };
    await expect(planSettlement(request, settling(bucket, objects), NOW)).rejects.toThrow(message);
  });
});

test("open findings become definite, each by all rows of its key, and the rest stays byte for byte", async () => {
  const before = findingsOn(["exposed", "kms", "differs", "unlisted", "later"]);
  before[4] = findingsOn(["later"], { time: SNAPSHOT + 1 })[0]!;
  const [written] = findingsOn(["written"], { facts: openEncryption(PUT, HTTP, V4) });
  const bucket = await bucketWith([...before, written!], findingsOn(["unlisted"]));
  const made = (key: string, encryption: number, seconds: number) =>
    row(key, encryption, { versionId: `v${seconds}`, isCurrent: false, lastModified: RECORD.time + seconds * 1000 });
  const inventory = inventoryObjects([
    [row("exposed", SSE_C), made("written", SSE_KMS, 0), row("later", SSE_C)],
    [],
    [row("kms", SSE_KMS), row("differs", SSE_C)],
    [row("differs", SSE_KMS), made("written", SSE_KMS, 2)],
  ]);
  const untouched = bucket.held.get(FINDINGS[1]!);

  expect(await settleAll(bucket, inventory)).toEqual([{ violation: 3, closed: 0, narrowed: 0 }]);
  const after = read(bucket, FINDINGS[0]!);
  expect(after.map(({ activity_name, evidences }) => [activity_name, ...evidences[0].data.facts.target])).toEqual([
    ["Update", "SSE-C"],
    ["Update", "SSE-KMS"],
    ["Create", "none", "SSE-S3", "SSE-KMS", "SSE-C"],
    ["Create", "none", "SSE-S3", "SSE-KMS", "SSE-C"],
    ["Create", "none", "SSE-S3", "SSE-KMS", "SSE-C"],
    ["Update", "SSE-KMS"],
  ]);
  expect(after.slice(2, 5)).toEqual(before.slice(2));
  expect(after.map(({ finding_info }) => finding_info.uid)).toEqual(
    [...before, written!].map(({ finding_info }) => finding_info.uid),
  );
  expect(bucket.held.get(FINDINGS[1]!)).toBe(untouched);
  expect(bucket.held.get(`receipts/dt=${DAY}/my-logs/0a.json`)!.toString()).toBe("receipt");
});

test("what landed after the asking is not settled by rows that were kept for others", async () => {
  const bucket = await bucketWith(findingsOn(["a"]));
  const inventory = inventoryObjects([[row("a", SSE_C), row("b", SSE_C)]]);
  const with_ = settling(bucket, inventory);
  const plan = await planSettlement({ run: "r", manifest: MANIFEST_AT, from: DAY }, with_, NOW);
  const { days, snapshot, files } = plan;
  expect(await Promise.all(days.map((day) => askForDay("r", day, snapshot, with_)))).toEqual([1, 0, 0]);
  await bucket.put(FINDINGS[1]!, await bytesOf(findingsOn(["b"])));
  expect(await askForDay("r", DAY, snapshot, with_)).toBe(1);
  for (const file of filesOf(bucket, plan)) {
    expect(await matchFile("r", days, file, snapshot, with_)).toEqual({ read: 2, kept: 1, unreadable: 0 });
  }
  expect(await finishDay("r", DAY, files, snapshot, with_)).toEqual({ violation: 1, closed: 0, narrowed: 0 });
  expect(read(bucket, FINDINGS[1]!)).toEqual(findingsOn(["b"]));
});

test("a findings object that is gone, as a re-audit removes it, holds nothing up", async () => {
  const bucket = await bucketWith(findingsOn(["a"]));
  const inventory = inventoryObjects([[row("a", SSE_C)]]);
  const with_: Settling = {
    ...settling(bucket, inventory),
    async *list(prefix) {
      yield { key: `${prefix}my-logs/gone.ndjson.gz` };
      yield* bucket.list(prefix);
    },
  };
  const { snapshot, files, plan, days } = await planSettlement(
    { run: "r", manifest: MANIFEST_AT, from: DAY },
    with_,
    NOW,
  );
  for (const day of days) await askForDay("r", day, snapshot, with_);
  for (const file of filesOf(bucket, { plan })) await matchFile("r", days, file, snapshot, with_);
  expect(await finishDay("r", DAY, files, snapshot, with_)).toEqual({ violation: 1, closed: 0, narrowed: 0 });
});

test("an older inventory that comes later dates its changes after those before, as what is new goes by that time", async () => {
  const [a, b] = [findingsOn(["a"]), findingsOn(["b"])];
  const bucket = await bucketWith([...a, ...b]);
  await settleAll(bucket, inventoryObjects([[row("a", SSE_C)]]), "r1");
  const older = { creationTimestamp: String(SNAPSHOT - 3_600_000) };
  await settleAll(bucket, inventoryObjects([[row("b", SSE_C)]], older), "r2");
  expect(read(bucket, FINDINGS[0]!).map(({ finding_info }) => finding_info.modified_time)).toEqual([
    SNAPSHOT,
    SNAPSHOT + 1,
  ]);
});

describe("nothing is settled", () => {
  const inventory = inventoryObjects([[row("a", SSE_C)], [row("a", SSE_KMS)]]);
  const data = "photos/daily/data/1.csv.gz";
  const { [data]: _, ...missing } = inventory;
  const CASES: [string, Record<string, Buffer>, RegExp][] = [
    ["without a data file", missing, /data file photos\/daily\/data\/1\.csv\.gz is not there/],
    [
      "by a data file that is another one",
      { ...inventory, [data]: inventoryObjects([[row("b", SSE_C)]])["photos/daily/data/0.csv.gz"]! },
      /data file photos\/daily\/data\/1\.csv\.gz has /,
    ],
  ];
  test.each(CASES)("%s", async (_, objects, message) => {
    const bucket = await bucketWith(findingsOn(["a"]));
    const before = findingsIn(bucket);
    await expect(settleAll(bucket, objects)).rejects.toThrow(message);
    expect(findingsIn(bucket)).toEqual(before);
  });

  test("by rows of which a part is not there yet", async () => {
    const bucket = await bucketWith(findingsOn(["a"]));
    const with_ = settling(bucket, inventory);
    const plan = await planSettlement({ run: "r", manifest: MANIFEST_AT, from: DAY }, with_, NOW);
    for (const day of plan.days) await askForDay("r", day, plan.snapshot, with_);
    await matchFile("r", plan.days, filesOf(bucket, plan)[0]!, plan.snapshot, with_);
    await expect(finishDay("r", DAY, plan.files, plan.snapshot, with_)).rejects.toThrow(
      "settlements/r/rows/1.ndjson.gz: not there",
    );
    expect(read(bucket, FINDINGS[0]!)).toEqual(findingsOn(["a"]));
  });
});

describe("whatever fails", () => {
  const KEYS = ["a", "b", "c"];
  const ROWS = fc.array(
    fc
      .tuple(fc.constantFrom(...KEYS, "d"), fc.constantFrom(SSE_C, SSE_KMS))
      .map(([key, encryption]) => row(key, encryption)),
    { maxLength: 2 },
  );
  const FILES = fc.array(ROWS, { maxLength: 3 });

  /** Does a step until it succeeds; each number says where one attempt crashes. */
  async function insist<T>(bucket: MemoryBucket, crashes: number[], step: (store: Store) => Promise<T>): Promise<T> {
    for (;;) {
      const at = crashes.pop();
      if (at === undefined) return step(bucket);
      const when = at % 2 === 0 ? "before" : "after";
      const done = await step(crashing(bucket, at >> 1, when)).catch((error) => {
        if (!(error instanceof Crash)) throw error;
      });
      if (done !== undefined) return done;
    }
  }

  test("files in any order, steps twice, and crashes at any step give the bytes of a clean run", async () => {
    const before = [findingsOn(KEYS), findingsOn(["c", "b"], { facts: openEncryption(GET, HTTP, V4) })];
    await fc.assert(
      fc.asyncProperty(FILES, fc.array(fc.nat(24), { maxLength: 8 }), fc.integer(), async (files, crashes, seed) => {
        const inventory = inventoryObjects(files);
        const clean = await bucketWith(...before);
        await settleAll(clean, inventory);

        const bucket = await bucketWith(...before);
        const run = "run";
        const request = { run, manifest: MANIFEST_AT, from: DAY };
        const plan = await planSettlement(request, settling(bucket, inventory), NOW);
        const { days, snapshot } = plan;
        const shuffled = <T>(items: readonly T[]) => [...items, ...items].sort((x, y) => rank(x, seed) - rank(y, seed));
        for (const day of shuffled(days)) {
          await insist(bucket, crashes, (store) => askForDay(run, day, snapshot, settling(bucket, inventory, store)));
        }
        for (const file of shuffled(filesOf(bucket, plan))) {
          await insist(bucket, crashes, (store) =>
            matchFile(run, days, file, snapshot, settling(bucket, inventory, store)),
          );
        }
        for (const day of shuffled(days)) {
          await insist(bucket, crashes, (store) =>
            finishDay(run, day, plan.files, snapshot, settling(bucket, inventory, store)),
          );
        }
        expect(findingsIn(bucket)).toEqual(findingsIn(clean));
      }),
      { numRuns: 30 },
    );
  });

  test("two runs at once, and a writer in between, lose nothing", async () => {
    const bucket = await bucketWith(findingsOn(KEYS));
    const inventory = inventoryObjects([[row("a", SSE_C), row("b", SSE_KMS)], [row("c", SSE_C)]]);
    const clean = await bucketWith(findingsOn(KEYS));
    await settleAll(clean, inventory);
    await Promise.all(["r1", "r2", "r3"].map((run) => settleAll(bucket, inventory, run)));
    expect(findingsIn(bucket)).toEqual(findingsIn(clean));

    const contended = await bucketWith(findingsOn(KEYS));
    let others = 0;
    const store: Store = {
      ...contended,
      async replace(key, bytes, etag) {
        if (others++ < 2) await contended.put(key, await bytesOf(findingsOn(KEYS.slice(0, others))));
        return contended.replace(key, bytes, etag);
      },
    };
    const with_ = settling(contended, inventory, store);
    const plan = await planSettlement({ run: "r", manifest: MANIFEST_AT, from: DAY }, with_, NOW);
    for (const day of plan.days) await askForDay("r", day, plan.snapshot, with_);
    for (const file of filesOf(contended, plan)) await matchFile("r", plan.days, file, plan.snapshot, with_);
    expect(await finishDay("r", DAY, plan.files, plan.snapshot, with_)).toEqual({
      violation: 2,
      closed: 0,
      narrowed: 0,
    });

    const never: Store = { ...contended, replace: async () => false };
    await contended.put(FINDINGS[0]!, await bytesOf(findingsOn(KEYS)));
    await expect(finishDay("r", DAY, plan.files, plan.snapshot, { ...with_, store: never })).rejects.toThrow(
      `${FINDINGS[0]}: changed 5 times`,
    );
  });
});

function rank(item: unknown, seed: number): number {
  let mixed = seed;
  for (const character of JSON.stringify(item)) mixed = Math.imul(mixed ^ character.charCodeAt(0), 0x01000193);
  return mixed;
}
