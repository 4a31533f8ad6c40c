import type { ReceiptTotals } from "../metrics/totals-from-receipts.ts";
import type { Store } from "../stores/store.ts";
import { isBegun, totalDay } from "./daily-totals.ts";
import { reportDelivery } from "./delivery.ts";
import { HOUR } from "./hours.ts";
import { OutOfTime } from "./landed-in.ts";
import type { Window } from "./named-times.ts";
import type { ObjectQueue } from "./queue-objects.ts";
import { type Scanning, scanBucket } from "./scan-bucket.ts";

export interface LogScan extends Omit<Scanning, "mayGoOn"> {
  buckets: readonly string[];
  store: Store;
  queue: ObjectQueue;
  /** ms until the call is ended. */
  remaining(): number;
}

export interface LogScanned {
  /** Log objects that had no receipt and were queued. */
  unaudited: number;
  /** How long ago the first of them landed, in ms; 0 if there are none. */
  age: number;
  /** Hours in which a series of log objects is missing that usually is there, and of which no scan knew before. */
  gaps: number;
  totals: { day: string; totals: ReceiptTotals }[];
  /** What could not be done, a sentence each. */
  problems: string[];
}

/** In ms: events need some time, and the queue's alarm rings after as much. */
const GRACE = HOUR / 4;
/** Hours that a scan looks back: two, so that one that fails is made good by the next. */
const LOOKBACK = 2;
/** The hour of the day (UTC) in which a scan looks back further, for what a longer failure left, and begins to add up days. */
const DAILY_HOUR = 3;
const DAILY_LOOKBACK = 72;
const DAY = 24 * HOUR;
/** Yesterday, and the day that by now is complete even if the dead-letter queue was emptied late. */
const TOTALLED_DAYS_AGO = [1, 3];
/** In ms, kept free for reports. */
const RESERVE = 30_000;

/**
 * The net under the events: queues what landed and has no receipt, and keeps count of what lands when. Each log bucket has
 * its share of the time; one that cannot be listed in its share, or not at all, is a problem and keeps no other from being scanned.
 * What cannot be added up in its share is gone on with in the next hours.
 * @param now when the scan was due, ms since 1970
 */
export async function scanLogs(now: number, scan: LogScan): Promise<LogScanned> {
  const hour = new Date(now).getUTCHours();
  const isDaily = hour === DAILY_HOUR;
  const hours = isDaily ? DAILY_LOOKBACK : LOOKBACK;
  const window: Window = { from: now - (now % HOUR) - hours * HOUR, to: now - GRACE };
  const scanned: LogScanned = { unaudited: 0, age: 0, gaps: 0, totals: [], problems: [] };
  const begun = now - DAILY_HOUR * HOUR;
  const days: string[] = [];
  for (const day of TOTALLED_DAYS_AGO.map((ago) => dayOf(begun - ago * DAY))) {
    if (isDaily || (await isBegun(day, dayOf(begun), scan.store).catch(isProblem("daily totals")))) days.push(day);
  }
  const tasks: (() => Promise<void>)[] = [
    ...scan.buckets.map((bucket) => () => scanOne(bucket)),
    ...days.map((day) => () => totalOne(day)),
  ];
  let stopAt = 0;
  const sharing = { ...scan, mayGoOn: () => scan.remaining() > stopAt };

  async function scanOne(bucket: string): Promise<void> {
    const found = await scanBucket(bucket, window, sharing, (object) => scan.queue.add(object));
    scanned.unaudited += found.unaudited;
    if (found.oldest !== null) scanned.age = Math.max(scanned.age, now - found.oldest);
    scanned.gaps += await reportDelivery(bucket, found, window, now, scan.store);
  }

  async function totalOne(day: string): Promise<void> {
    const totals = await totalDay(day, dayOf(begun), sharing);
    if (totals !== null) scanned.totals.push({ day, totals });
    else if (hour === DAILY_HOUR - 1) throw new OutOfTime(`a day was not enough to add up the receipts of ${day}`);
  }

  function isProblem(what: string): (error: unknown) => void {
    return (error) => void scanned.problems.push(`${what}: ${error}`);
  }

  for (const [done, task] of tasks.entries()) {
    const left = scan.remaining() - RESERVE;
    stopAt = scan.remaining() - left / (tasks.length - done);
    await task().catch(isProblem(scan.buckets[done] ?? "daily totals"));
  }
  await scan.queue.end();
  return scanned;
}

/** YYYY-MM-DD */
function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
