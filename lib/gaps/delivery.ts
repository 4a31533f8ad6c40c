import type { Store } from "../stores/store.ts";
import { HISTORY_DAYS, HOUR, isGap } from "./hours.ts";
import type { Window } from "./named-times.ts";
import type { BucketScan } from "./scan-bucket.ts";

/** What landed in one log bucket on one day, as it stands under `reports/delivery/`. */
export interface DeliveryReport {
  version: 1;
  bucket: string;
  /** YYYY-MM-DD */
  day: string;
  /** The hours of the day (UTC) that were counted. */
  hours: Record<number, DeliveryHour>;
  /** By the time of the scan: log objects that had no receipt and were queued, and when the first of them had landed. */
  unaudited: Record<string, { objects: number; oldest: string }>;
}

export interface DeliveryHour {
  /** Log objects by series: `s3://` and what their keys begin with. */
  landed: Record<string, number>;
  /** The series of which nothing landed, and usually something does. */
  gaps: string[];
}

const DAY_HOURS = 24;
const DAY = DAY_HOURS * HOUR;

/**
 * Adds a scan to the reports of its days, and gives how many gaps are in hours that no scan before it had counted. Scans of the
 * same hours count the same. Of two at the same moment, a report may lose what one of them counted.
 * @param now when the scan was due, ms since 1970
 */
export async function reportDelivery(
  bucket: string,
  scan: BucketScan,
  window: Window,
  now: number,
  store: Store,
): Promise<number> {
  const first = Math.floor(window.from / DAY);
  const last = Math.floor((window.to - 1) / DAY);
  const reports = new Map<number, DeliveryReport>();
  for (let day = first - HISTORY_DAYS; day <= last; day++) {
    reports.set(day, await readReport(bucket, iso(day * DAY).slice(0, 10), store));
  }

  const news = addScan(reports, scan, window);
  const { unaudited: objects, oldest } = scan;
  if (oldest !== null) reports.get(last)!.unaudited[iso(now)] = { objects, oldest: iso(oldest) };
  for (let day = first; day <= last; day++) {
    const report = reports.get(day)!;
    await store.put(keyOf(report), Buffer.from(`${JSON.stringify(report)}\n`));
  }
  return news;
}

function addScan(reports: ReadonlyMap<number, DeliveryReport>, { landed }: BucketScan, window: Window): number {
  const hours: { hour: number; report: DeliveryReport; at: number; isNew: boolean }[] = [];
  for (let hour = Math.ceil(window.from / HOUR); (hour + 1) * HOUR <= window.to; hour++) {
    const at = hour % DAY_HOURS;
    const report = reports.get((hour - at) / DAY_HOURS)!;
    hours.push({ hour, report, at, isNew: !(at in report.hours) });
    const counts = [...landed].map(([series, byHour]) => [series, byHour.get(hour) ?? 0] as const);
    report.hours[at] = { landed: Object.fromEntries(counts.filter(([, n]) => n > 0)), gaps: [] };
  }

  const all = countsOf(reports);
  let news = 0;
  for (const { hour, report, at, isNew } of hours) {
    const gaps = [...all].flatMap(([series, counts]) => (isGap(counts, hour) ? [series] : [])).sort();
    report.hours[at]!.gaps = gaps;
    if (isNew) news += gaps.length;
  }
  return news;
}

function countsOf(reports: ReadonlyMap<number, DeliveryReport>): Map<string, Map<number, number>> {
  const all = new Map<string, Map<number, number>>();
  for (const [day, { hours }] of reports) {
    for (const [at, { landed }] of Object.entries(hours)) {
      for (const [series, n] of Object.entries(landed)) {
        const counts = all.get(series) ?? new Map<number, number>();
        all.set(series, counts.set(day * DAY_HOURS + Number(at), n));
      }
    }
  }
  return all;
}

async function readReport(bucket: string, day: string, store: Store): Promise<DeliveryReport> {
  const empty: DeliveryReport = { version: 1, bucket, day, hours: {}, unaudited: {} };
  const stored = await store.get(keyOf(empty));
  return stored === null ? empty : JSON.parse(stored.bytes.toString());
}

function keyOf({ bucket, day }: DeliveryReport): string {
  return `reports/delivery/dt=${day}/${bucket}.json`;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
