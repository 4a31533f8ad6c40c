import { Readable } from "node:stream";
import type { ObjectRef } from "../inputs/bucket.ts";
import type { Policy } from "../policy/policy.ts";
import { priorAudit, readReceipt } from "../stores/prior-audit.ts";
import type { Store } from "../stores/store.ts";
import { HOUR } from "./hours.ts";
import { landedIn, OutOfTime } from "./landed-in.ts";
import type { Window } from "./named-times.ts";
import type { ObjectQueue } from "./queue-objects.ts";
import type { Scanning } from "./scan-bucket.ts";

export interface Reaudit extends Pick<Scanning, "list" | "mayGoOn"> {
  buckets: readonly string[];
  store: Store;
  policies: readonly Policy[];
  queue: ObjectQueue;
}

export interface Reaudited {
  /** Log objects that landed in the range, and those of them that are audited anew. */
  checked: number;
  queued: number;
  /** Where the next call must begin, as there was no more time; `null` once the range is done. */
  from: string | null;
}

const DAY = 24 * HOUR;
const RECEIPTS_AT_ONCE = 16;

/**
 * Queues the log objects that landed in a range and have no receipt of an audit under the policies in force, day by day.
 * The audit writes their keys anew, removes findings that are gone, and replaces the receipt. What inventories had settled
 * is open again then: the state machine of infra/settlement.yml settles it anew, started with the range's first day.
 */
export async function reaudit({ from, to }: Window, reaudit: Reaudit): Promise<Reaudited> {
  const done: Reaudited = { checked: 0, queued: 0, from: null };
  for (let begin = from; begin < to; begin = nextDay(begin)) {
    try {
      for (const bucket of reaudit.buckets) {
        await reauditBucket(bucket, { from: begin, to: Math.min(nextDay(begin), to) }, reaudit, done);
      }
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      done.from = new Date(begin).toISOString();
      break;
    }
  }
  await reaudit.queue.end();
  return done;
}

async function reauditBucket(bucket: string, window: Window, reaudit: Reaudit, done: Reaudited): Promise<void> {
  const { store, policies, list, mayGoOn, queue } = reaudit;
  const landed = landedIn(window, (after) => list({ bucket, prefix: "" }, after), mayGoOn);
  const due = Readable.from(landed).filter(
    async (object: ObjectRef) => {
      done.checked++;
      return priorAudit(await readReceipt(store, object), { policies, evidence: null, sourceId: null }) === null;
    },
    { concurrency: RECEIPTS_AT_ONCE },
  );
  for await (const object of due) {
    await queue.add(object);
    done.queued++;
  }
}

function nextDay(time: number): number {
  return time - (time % DAY) + DAY;
}
