import { Readable } from "node:stream";
import type { ObjectRef } from "../inputs/bucket.ts";
import type { Policy } from "../policy/policy.ts";
import { priorAudit, readReceipt } from "../stores/prior-audit.ts";
import type { Store } from "../stores/store.ts";
import { HOUR } from "./hours.ts";
import { landedIn, OutOfTime } from "./landed-in.ts";
import type { Window } from "./named-times.ts";
import type { ObjectQueue } from "./queue-objects.ts";
import { RECEIPTS_AT_ONCE, type Scanning } from "./scan-bucket.ts";

export interface Reaudit extends Pick<Scanning, "list" | "mayGoOn"> {
  buckets: readonly string[];
  store: Store;
  policies: readonly Policy[];
  queue: ObjectQueue;
}

/** How far a day is checked: the log buckets before this one, and in it the keys up to this one; none if it is empty. */
export interface Position {
  bucket: string;
  key: string;
}

export interface Range extends Window {
  /** Where a call before this one ran out of time, on the day of `from`. */
  after?: Position | null;
}

export interface Reaudited {
  /** Log objects that landed in the range, and those of them that are audited anew. */
  checked: number;
  queued: number;
  /** Where the next call must begin, as there was no more time; `null` once the range is done. */
  from: string | null;
  after: Position | null;
}

const DAY = 24 * HOUR;

/**
 * Queues the log objects that landed in a range and have no receipt of an audit under the policies in force, day by day.
 * The audit writes their keys anew, removes findings that are gone, and replaces the receipt. What inventories had settled
 * is open again then: the state machine of infra/settlement.yml settles it anew, started with the range's first day.
 *
 * What the log buckets no longer hold cannot be audited: its findings stay as they are, and nothing tells of them.
 */
export async function reaudit({ from, to, after = null }: Range, reaudit: Reaudit): Promise<Reaudited> {
  const done: Reaudited = { checked: 0, queued: 0, from: null, after: null };
  for (let begin = from; begin < to && done.after === null; begin = nextDay(begin)) {
    const window = { from: begin, to: Math.min(nextDay(begin), to) };
    done.after = await reauditDay(window, begin === from ? after : null, reaudit, done);
    if (done.after !== null) done.from = new Date(begin).toISOString();
  }
  await reaudit.queue.end();
  return done;
}

/** Gives where it ran out of time, if it did. */
async function reauditDay(
  window: Window,
  after: Position | null,
  reaudit: Reaudit,
  done: Reaudited,
): Promise<Position | null> {
  const { buckets } = reaudit;
  const first = after === null ? 0 : buckets.indexOf(after.bucket);
  if (first < 0) throw new Error(`${after!.bucket} is none of the log buckets; without "after" the day is begun anew`);
  for (const bucket of buckets.slice(first)) {
    const key = await reauditBucket(bucket, window, bucket === after?.bucket ? after.key : "", reaudit, done);
    if (key !== null) return { bucket, key };
  }
  return null;
}

/** Gives the key behind which it ran out of time, if it did: all up to it is checked. */
async function reauditBucket(
  bucket: string,
  window: Window,
  after: string,
  { store, policies, list, mayGoOn, queue }: Reaudit,
  done: Reaudited,
): Promise<string | null> {
  let leftOff: string | null = null;
  async function* landed(): AsyncGenerator<ObjectRef> {
    try {
      yield* landedIn(window, (startAfter) => list({ bucket, prefix: "" }, startAfter), mayGoOn, after);
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      leftOff = error.after;
    }
  }
  const checked = Readable.from(landed()).map(
    async (object: ObjectRef) => {
      const receipt = priorAudit(await readReceipt(store, object), { policies, evidence: null, sourceId: null });
      return { object, isDue: receipt === null };
    },
    { concurrency: RECEIPTS_AT_ONCE },
  );
  for await (const { object, isDue } of checked) {
    done.checked++;
    if (!isDue) continue;
    await queue.add(object);
    done.queued++;
  }
  return leftOff;
}

function nextDay(time: number): number {
  return time - (time % DAY) + DAY;
}
