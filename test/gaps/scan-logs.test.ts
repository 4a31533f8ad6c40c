import { describe, expect, test } from "vitest";
import type { DeliveryReport } from "../../lib/gaps/delivery.ts";
import { scanLogs } from "../../lib/gaps/scan-logs.ts";
import { landed } from "./bucket-listing.ts";
import { audited, FINDINGS, HOUR, type World, world } from "./world.ts";

const DUE = Date.parse("2026-02-06T10:23:00Z");
const TEN = Date.parse("2026-02-06T10:00:00Z");
const minute = (minutes: number) => TEN + minutes * 60_000;

function scan({ store, queue, list }: World, due = DUE, buckets = ["my-logs"], remaining = () => 900_000) {
  return scanLogs(due, { buckets, store, queue, list, findingsBucket: FINDINGS, remaining });
}

function report({ store }: World, day: string, bucket = "my-logs"): DeliveryReport {
  return JSON.parse(store.held.get(`reports/delivery/dt=${day}/${bucket}.json`)!.toString());
}

test("what landed in the last hours and has no receipt is queued", async () => {
  const objects = [
    landed("photos/2026-02-06-07-59-00-0C6A", minute(-121)),
    landed("photos/2026-02-06-08-00-00-0C6A", minute(-120)),
    landed("photos/2026-02-06-09-00-00-0C6A", minute(-60)),
    landed("photos/2026-02-06-09-30-00-0C6A", minute(-30)),
    landed("photos/2026-02-06-10-09-00-0C6A", minute(9)),
    landed("ops.log", minute(7)),
  ];
  const made = world(objects);
  await audited(made, objects[2]!);
  await audited(made, objects[3]!);
  // Of the same key as it was before.
  await audited(made, { ...objects[5]!, etag: "1" });
  expect(await scan(made)).toEqual({ unaudited: 2, age: 143 * 60_000, gaps: 0, totals: [], problems: [] });
  expect(made.queued).toEqual(["my-logs/ops.log", "my-logs/photos/2026-02-06-08-00-00-0C6A"]);
  expect(report(made, "2026-02-06")).toEqual({
    version: 1,
    bucket: "my-logs",
    day: "2026-02-06",
    hours: {
      8: { landed: { "s3://my-logs/photos/": 1 }, gaps: [] },
      9: { landed: { "s3://my-logs/photos/": 2 }, gaps: [] },
    },
    unaudited: { "2026-02-06T10:23:00.000Z": { objects: 2, oldest: "2026-02-06T08:00:00.000Z" } },
  });
});

test("over midnight both days have their reports, and receipts of both count", async () => {
  const objects = [
    landed("2026-02-05-23-10-00-0C6A", minute(-650)),
    landed("2026-02-06-00-10-00-0C6A", minute(-590)),
    landed("2026-02-06-00-11-00-0C6A", minute(-589)),
  ];
  const made = world(objects);
  await audited(made, objects[0]!);
  await audited(made, objects[1]!);
  expect(await scan(made, minute(-520))).toMatchObject({ unaudited: 1 });
  expect(made.queued).toEqual(["my-logs/2026-02-06-00-11-00-0C6A"]);
  expect(report(made, "2026-02-05").hours).toEqual({ 23: { landed: { "s3://my-logs/": 1 }, gaps: [] } });
  expect(report(made, "2026-02-06").hours).toEqual({ 0: { landed: { "s3://my-logs/": 2 }, gaps: [] } });
});

describe("hour by hour", () => {
  /** Three weeks in which both series log in every hour, until one of them is silent for three hours. */
  const START = TEN - 21 * 24 * HOUR;
  const SILENT = [TEN - 5 * HOUR, TEN - 2 * HOUR];
  const objects = Array.from({ length: 21 * 24 }, (_, i) => START + i * HOUR).flatMap((time) => {
    const name = `${new Date(time + 60_000).toISOString().slice(0, 19).replace(/[T:]/g, "-")}-0C6A`;
    const isSilent = time >= SILENT[0]! && time < SILENT[1]!;
    const photos = landed(`photos/${name}`, time + 60_000);
    return isSilent ? [photos] : [photos, landed(`films/${name}`, time + 60_000)];
  });

  test("a gap is told of once, and stands in the report of its hour", async () => {
    const made = world(objects);
    const told: [string, number][] = [];
    const firstDaily = Date.parse("2026-01-17T03:05:00Z");
    for (let due = firstDaily; due < TEN - 24 * HOUR; due += 72 * HOUR) {
      expect(await scan(made, due)).toMatchObject({ gaps: 0 });
    }
    for (let due = TEN - 24 * HOUR; due <= TEN + HOUR; due += HOUR) {
      const { gaps } = await scan(made, due + 5 * 60_000);
      if (gaps > 0) told.push([new Date(due).toISOString().slice(11, 16), gaps]);
    }
    expect(told).toEqual([
      ["07:00", 1],
      ["08:00", 1],
      ["09:00", 1],
    ]);
    const { hours } = report(made, "2026-02-06");
    const gaps = Object.entries(hours).map(([hour, { gaps }]) => [Number(hour), gaps]);
    const films = ["s3://my-logs/films/"];
    expect(gaps).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((hour) => [hour, hour > 4 && hour < 8 ? films : []]));

    // What comes late after all fills the gap in the daily scan.
    const late = world([...objects, landed("films/2026-02-06-06-30-00-0C6A", TEN - 3.5 * HOUR)]);
    for (const [key, bytes] of made.store.held) await late.store.put(key, bytes);
    expect(await scan(late, TEN + 17 * HOUR)).toMatchObject({ gaps: 32, problems: [] });
    expect(report(late, "2026-02-06").hours[6]).toEqual({
      landed: { "s3://my-logs/films/": 1, "s3://my-logs/photos/": 1 },
      gaps: [],
    });
  });
});

test("once a day a scan looks back for three days, and adds up the receipts of whole days", async () => {
  const due = Date.parse("2026-02-06T03:10:00Z");
  const three = due - 71 * HOUR;
  const objects = [
    landed("a", three),
    landed("b", due - 20 * HOUR),
    landed("c", due - 20 * HOUR, "other-logs"),
    landed("d", due - 21 * HOUR, "other-logs"),
  ];
  const made = world(objects);
  for (const object of objects.slice(1)) await audited(made, object);
  const totals = (objects: number) => ({
    objects,
    bytes: 10 * objects,
    records: 2 * objects,
    malformed: objects,
    verdicts: { compliant: objects, violation: objects, indeterminate: 0, notCovered: 0 },
    findings: objects,
    quarantined: objects,
    keyExposures: 0,
  });
  expect(await scan(made, due, ["my-logs", "other-logs"])).toEqual({
    unaudited: 1,
    age: 71 * HOUR,
    gaps: 0,
    totals: [
      { day: "2026-02-05", totals: totals(3) },
      { day: "2026-02-03", totals: totals(0) },
    ],
    problems: [],
  });
  expect(made.queued).toEqual(["my-logs/a"]);
  expect(JSON.parse(made.store.held.get("reports/totals/dt=2026-02-05.json")!.toString())).toEqual({
    day: "2026-02-05",
    ...totals(3),
  });
});

test("a bucket that cannot be listed, or not in its share of the time, is a problem and keeps no other from being scanned", async () => {
  const many = Array.from({ length: 50 }, (_, i) => landed(`ops-${i}`, minute(0), "big"));
  const made = world([...many, landed("a", minute(0))]);
  let left = 130_000;
  const remaining = () => (left -= 100);
  const scanned = await scan(made, DUE, ["gone", "big", "my-logs"], () => remaining());
  expect(scanned.problems).toEqual(["gone: NoSuchBucket: The bucket is not there"]);

  left = 32_000;
  const rushed = await scan(made, DUE, ["gone", "big", "my-logs"], () => remaining());
  expect(rushed.problems).toEqual([
    "gone: NoSuchBucket: The bucket is not there",
    expect.stringMatching(/^big: OutOfTime: no time to list it to its end; left off at "ops-\d+"$/),
  ]);
  expect(made.queued.slice(-1)).toEqual(["my-logs/a"]);
  expect([...made.store.held.keys()].filter((key) => key.includes("/gone"))).toEqual([]);
});

describe("days of more receipts than one call can add up", () => {
  const THREE = Date.parse("2026-02-06T03:10:00Z");
  const YESTERDAY = "reports/totals/dt=2026-02-05.json";
  const BEFORE = "reports/totals/dt=2026-02-03.json";
  const RECEIPTS = 10;

  /** A world with receipts of yesterday; of the third log object there are three. */
  async function full(): Promise<World> {
    const made = world([]);
    for (let i = 0; i < RECEIPTS; i++) await audited(made, landed(`${i}`, THREE - 20 * HOUR));
    return made;
  }

  /** Time for so many receipts, and then a quarter of an hour until somebody asks again. */
  function timeFor(receipts: number): () => number {
    let left = receipts;
    return () => (left-- > 0 ? 900_000 : 0);
  }

  const held = ({ store }: World, key: string) => JSON.parse(`${store.held.get(key) ?? null}`);
  const totals = (made: World) => [...made.store.held.keys()].filter((key) => key.startsWith("reports/totals/"));

  /** In the hour of the day: the first questions for the time are about each task's share. */
  async function inHour(made: World, hours: number, receipts: number, tasks: number) {
    return scan(made, THREE + hours * HOUR, [], timeFor(receipts + 2 * tasks));
  }

  test("are gone on with hourly, and are no total before they are whole", async () => {
    const made = await full();
    const first = await inHour(made, 0, 3, 1);
    expect(first).toMatchObject({ problems: [], totals: [{ day: "2026-02-03", totals: { objects: 0 } }] });
    expect(totals(made)).toEqual([BEFORE]);
    let hour = 1;
    for (; totals(made).length === 1; hour++) {
      const { problems } = await inHour(made, hour, 2, 1);
      expect(problems).toEqual([]);
    }
    expect(hour).toBeGreaterThan(3);
    expect(hour).toBeLessThan(RECEIPTS);
    expect(held(made, YESTERDAY)).toMatchObject({ day: "2026-02-05", objects: RECEIPTS, records: 2 * RECEIPTS });

    // Once it is done nothing is begun anew before the next day.
    const before = new Map(made.store.held);
    expect((await scan(made, THREE + hour * HOUR, [])).totals).toEqual([]);
    expect(made.store.held).toEqual(before);
  });

  test("count each receipt once: what is written meanwhile before the key that was reached, the next time", async () => {
    const made = await full();
    await inHour(made, 0, 3, 1);
    const { after } = held(made, "reports/totals-begun/dt=2026-02-05.json");
    const receipts = [...made.store.held.keys()].filter((key) => key.startsWith("receipts/")).sort();
    const reached = receipts.indexOf(after);
    expect(reached).toBeGreaterThan(0);
    expect(reached).toBeLessThan(RECEIPTS - 1);
    const text = `${made.store.held.get(receipts[0]!)}`;
    const twice = Buffer.from(text.replace('"records":2', '"records":200'));
    await made.store.put(receipts[0]!, twice);
    await made.store.put(receipts.at(-1)!, twice);
    await made.store.put(receipts[0]!.replace(/.{5}json$/, "-.json"), twice);
    const { totals } = await scan(made, THREE + HOUR, []);
    expect(totals).toEqual([
      { day: "2026-02-05", totals: expect.objectContaining({ objects: RECEIPTS, records: 2 * RECEIPTS + 198 }) },
    ]);
  });

  test("are begun anew the next day, and told of where a day was not enough", async () => {
    const made = await full();
    await inHour(made, 0, 3, 1);
    const { problems } = await inHour(made, 23, 1, 1);
    expect(problems).toEqual(["daily totals: OutOfTime: a day was not enough to add up the receipts of 2026-02-05"]);
    // Two days later the same day is added up from its start.
    expect((await scan(made, THREE + 48 * HOUR, [])).totals).toMatchObject([
      { day: "2026-02-07" },
      { day: "2026-02-05", totals: { objects: RECEIPTS } },
    ]);
    expect((await scan(made, THREE + 49 * HOUR, [])).totals).toEqual([]);
  });

  test("are gone on with when the same hour is called again", async () => {
    const made = await full();
    await inHour(made, 0, 3, 1);
    const { after } = held(made, "reports/totals-begun/dt=2026-02-05.json");
    await inHour(made, 0, 3, 1);
    expect(held(made, "reports/totals-begun/dt=2026-02-05.json").after > after).toBe(true);
  });
});

test("receipts that cannot be listed in a bucket's share of the time are a problem", async () => {
  const made = world([landed("a", minute(0))]);
  for (let i = 0; i < 5; i++) await audited(made, landed(`${i}`, minute(-60)));
  let left = 32_000;
  const { problems } = await scan(made, DUE, ["my-logs"], () => (left -= 1_000));
  expect(problems).toEqual([
    expect.stringMatching(
      /^my-logs: OutOfTime: no time to list its receipts to their end; left off at receipts\/dt=2026-02-06/,
    ),
  ]);
});

test("a series too many counts for its bucket as a whole", async () => {
  const objects = Array.from({ length: 1002 }, (_, i) => landed(`${i}/2026-02-06-09-00-00-0C6A`, minute(-60)));
  const made = world(objects);
  await scan(made);
  const { landed: counts } = report(made, "2026-02-06").hours[9]!;
  expect(Object.keys(counts)).toHaveLength(1001);
  expect(counts["s3://my-logs/"]).toBe(2);
});
