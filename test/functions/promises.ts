import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import { ALERT_KINDS, kindOf } from "../../lib/alerts/alert.ts";
import { alertId, countOf, windowOf } from "../../lib/alerts/alert-group.ts";
import type { AlertFinding } from "../../lib/alerts/alertable.ts";
import { groupFindings } from "../../lib/alerts/group-findings.ts";
import { totalsFromReceipts } from "../../lib/metrics/totals-from-receipts.ts";
import type { Policy } from "../../lib/policy/policy.ts";
import { objectId } from "../../lib/stores/log-object.ts";
import type { Receipt } from "../../lib/stores/receipt.ts";
import { type Chaos, calm, pick } from "./chaos.ts";
import { ETAGS, LOGS } from "./log-objects.ts";
import { LOG_BUCKET, nameOf, WINDOW_MS } from "./service.ts";
import { listed, memoryWorld, type World } from "./worlds.ts";

/**
 * Log objects land; the service works through them while things go wrong, and then the clock closes the windows.
 * @param changes policies that come into force one after the other; in the end what was audited under others is audited again
 */
export async function live(
  { service }: World,
  chaos: Chaos,
  landed: readonly string[],
  changes: readonly (readonly Policy[])[] = [],
): Promise<void> {
  const { random } = chaos;
  const left = [...changes];
  const { logEvents, findingsEvents, clock } = service;
  for (const key of landed) service.landed(key);
  while (logEvents.size > 0 || findingsEvents.size > 0 || left.length > 0) {
    if (left.length > 0 && random() < 0.2) {
      service.policies = left.shift()!;
      if (left.length === 0 || random() < 0.5) await service.reaudit(landed.map(listed));
    }
    const works = [
      ...(logEvents.size > 0 ? [service.audit, service.audit] : []),
      ...(findingsEvents.size > 0 ? [service.alert, service.alert] : []),
      service.close,
    ];
    // Now and then two at once.
    const now = random() < 0.2 ? [pick(random, works), pick(random, works)] : [pick(random, works)];
    await Promise.all(now.map((work) => work(chaos)));
    clock.now += Math.floor(random() * 240_000);
  }
  if (changes.length > 0) await service.reaudit(landed.map(listed));
  if (logEvents.size > 0) throw new Error("the last of the policies was in force, and something was not audited");
  // The clock calls every five minutes; in the end all is well with it.
  for (let minutes = 0; minutes < 90; minutes += 5) {
    clock.now += 300_000;
    await service.close(minutes < 45 ? chaos : calm(1));
  }
}

/** What a run leaves in which nothing goes wrong. */
export interface Clean {
  kept: Map<string, Buffer>;
  receipts: Receipt[];
}

export async function cleanRun(spoolDir: string, policies?: readonly Policy[]): Promise<Clean> {
  const world = memoryWorld(spoolDir, policies);
  await live(world, calm(1), Object.keys(LOGS));
  return { kept: world.kept(), receipts: receiptsIn(world.kept()) };
}

/** What it leaves of these log objects: each leaves keys of its own. */
function ofLanded({ kept }: Clean, landed: readonly string[]): Clean {
  const ids = landed.map((key) => objectId({ bucket: LOG_BUCKET, key, etag: ETAGS[key] ?? "" }));
  const ofThem = new Map([...kept].filter(([key]) => ids.some((id) => key.includes(id))));
  return { kept: ofThem, receipts: receiptsIn(ofThem) };
}

/** What is not wrong, and all the same not as in a clean run. */
export interface Dents {
  /** Objects that only their receipts count. */
  uncounted: number;
  /** Alerts that were sent again. */
  repeated: number;
}

/** The promises of the service, whatever went wrong, once these objects have landed; those that are no `LOGS` are missing. */
export function checkPromises(world: World, all: Clean, landed: readonly string[]): Dents {
  const { service, writes } = world;
  const clean = ofLanded(all, landed);
  const uncounted = checkStore(world, clean, landed);
  // Every finding is told of, in the end with the true count.
  expect(new Map(service.told.map(({ name, count }) => [name, count]))).toEqual(expectedAlerts(writes, clean));
  const distinct = new Set(service.told.map(({ name, count }) => `${name} ${count}`));
  return { uncounted, repeated: service.told.length - distinct.size };
}

/** The same once the policies have changed: as in a clean run under the last of them, and each group of its findings is told of. */
export function checkAfterChanges(world: World, all: Clean, landed: readonly string[]): Dents {
  const clean = ofLanded(all, landed);
  const uncounted = checkStore(world, clean, landed);
  const told = new Set(world.service.told.map(({ name }) => withoutWindow(name)));
  const writes = [...clean.kept.keys()].filter((key) => key.startsWith("findings/")).map((key) => ({ key, at: 0 }));
  for (const name of expectedAlerts(writes, clean).keys()) expect(told).toContain(withoutWindow(name));
  return { uncounted, repeated: 0 };
}

function withoutWindow(name: string): string {
  return name.replace(/ \S+/, "");
}

/** Gives how many objects only their receipts count. */
function checkStore({ service, kept }: World, clean: Clean, landed: readonly string[]): number {
  const missing = landed.filter((key) => !(key in LOGS));
  // Nothing is lost, and nothing is other than in a clean run. What cannot be audited is kept for people.
  if (!isSame(kept(), clean.kept)) expect(kept()).toEqual(clean.kept);
  const dead = service.logEvents.deadLetters.map((body) => JSON.parse(body).detail.object.key);
  expect([...new Set(dead)]).toEqual(missing);
  expect(service.findingsEvents.deadLetters).toEqual([]);

  // No object is counted twice, and what is not counted is made good by the receipts. (No two objects are of one size.)
  const of = (name: string) => service.measures.filter((measure) => measure.name === name).map(({ value }) => value);
  const sizes = of("Bytes");
  expect(new Set(sizes).size).toBe(sizes.length);
  const records = new Map(clean.receipts.map(({ object, counts }) => [object.size, counts.records]));
  expect(of("Records")).toEqual(sizes.map((size) => records.get(size)));
  expect(totalsFromReceipts(receiptsIn(kept()))).toEqual(totalsFromReceipts(clean.receipts));
  return clean.receipts.length - sizes.length;
}

/** The count of every group in every window in which something of it arrived. */
function expectedAlerts(writes: World["writes"], { kept }: Clean): Map<string, number> {
  const expected = new Map<string, number>();
  for (const [window, arrived] of Map.groupBy(writes, ({ at }) => windowOf(at, WINDOW_MS))) {
    const keys = new Set(arrived.map(({ key }) => key));
    const findings = [...keys].flatMap((key) => findingsIn(kept.get(key)!));
    for (const kind of ALERT_KINDS) {
      const ofKind = findings.filter((finding) => kindOf(finding) === kind);
      for (const group of groupFindings(ofKind, Number.POSITIVE_INFINITY)) {
        const id = `${alertId(group, window)}${kind === "findings" ? "" : "-key"}`;
        expected.set(nameOf({ kind, id, group }), countOf(group));
      }
    }
  }
  return expected;
}

function receiptsIn(kept: Map<string, Buffer>): Receipt[] {
  return [...kept].flatMap(([key, bytes]) => (key.startsWith("receipts/") ? [JSON.parse(bytes.toString())] : []));
}

/** Thousands of schedules look at the same few objects. */
const read = new WeakMap<Buffer, AlertFinding[]>();

function findingsIn(object: Buffer): AlertFinding[] {
  const known = read.get(object);
  if (known) return known;
  const lines = gunzipSync(object).toString().trimEnd().split("\n");
  const findings = lines.map((line): AlertFinding => JSON.parse(line));
  read.set(object, findings);
  return findings;
}

/** `toEqual` would tell where they differ, and takes a hundred times as long to say that they don't. */
function isSame(found: Map<string, Buffer>, expected: Map<string, Buffer>): boolean {
  return found.size === expected.size && [...expected].every(([key, bytes]) => found.get(key)?.equals(bytes));
}
