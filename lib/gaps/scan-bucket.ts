import { createUidSet } from "../findings/uid-set.ts";
import type { ObjectRef } from "../inputs/bucket.ts";
import { type S3Place, s3Uri } from "../s3/place.ts";
import { objectId, receiptsFolder } from "../stores/log-object.ts";
import { HOUR } from "./hours.ts";
import { landedIn, OutOfTime } from "./landed-in.ts";
import { seriesOf, type Window } from "./named-times.ts";

export interface Scanning {
  /** The objects of a place, from the first after a key on, in the order of their keys' UTF-8 bytes. */
  list(place: S3Place, startAfter?: string): AsyncIterable<ObjectRef>;
  findingsBucket: string;
  mayGoOn(): boolean;
}

/** What landed in a log bucket in a window. */
export interface BucketScan {
  /** How many log objects by series (`s3://` and what their keys begin with) and hour since 1970. */
  landed: Map<string, Map<number, number>>;
  /** Of them, those without a receipt. */
  unaudited: number;
  /** When the first of those landed, ms since 1970; `null` if there are none. */
  oldest: number | null;
}

/** More would wait for one another: the client has 50 connections. */
export const RECEIPTS_AT_ONCE = 48;
const DAY = 24 * HOUR;
/** Series of one bucket that are counted apart; the rest count as one. */
const MOST_SERIES = 1000;
const RECEIPT = /\/([0-9a-f]{32})\.json$/;

/**
 * Lists what landed in a log bucket in a window and hands on what has no receipt. Which policies a receipt was written under does not
 * matter here. Its memory grows by some 30 bytes for each log object of the window's days.
 * @throws {OutOfTime} once `mayGoOn` says no
 */
export async function scanBucket(
  bucket: string,
  window: Window,
  { list, findingsBucket, mayGoOn }: Scanning,
  onUnaudited: (object: ObjectRef) => Promise<void>,
): Promise<BucketScan> {
  const seen = createUidSet();
  for (let time = window.from - (window.from % DAY); time < window.to; time += DAY) {
    const prefix = receiptsFolder({ bucket, lastModified: time });
    for await (const { key } of list({ bucket: findingsBucket, prefix })) {
      if (!mayGoOn()) throw new OutOfTime(`no time to list its receipts to their end; left off at ${key}`);
      const [, id] = RECEIPT.exec(key) ?? [];
      if (id !== undefined) seen.add(id);
    }
  }

  const scan: BucketScan = { landed: new Map(), unaudited: 0, oldest: null };
  for await (const object of landedIn(window, (after) => list({ bucket, prefix: "" }, after), mayGoOn)) {
    count(scan.landed, object);
    if (!seen.add(objectId(object))) continue;
    await onUnaudited(object);
    scan.unaudited++;
    scan.oldest = Math.min(scan.oldest ?? object.lastModified, object.lastModified);
  }
  return scan;
}

function count(landed: BucketScan["landed"], { bucket, key, lastModified }: ObjectRef): void {
  const own = s3Uri(bucket, seriesOf(key)?.stem ?? "");
  const series = landed.has(own) || landed.size < MOST_SERIES ? own : s3Uri(bucket, "");
  const hours = landed.get(series) ?? new Map<number, number>();
  landed.set(series, hours);
  const hour = Math.floor(lastModified / HOUR);
  hours.set(hour, (hours.get(hour) ?? 0) + 1);
}
