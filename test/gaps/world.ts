import type { ObjectQueue } from "../../lib/gaps/queue-objects.ts";
import type { ObjectRef } from "../../lib/inputs/bucket.ts";
import type { S3Place } from "../../lib/s3/place.ts";
import { type LogObject, storeKeys } from "../../lib/stores/log-object.ts";
import { type ReceiptFacts, receiptBytes } from "../../lib/stores/receipt.ts";
import { createMemoryBucket, type MemoryBucket } from "../support/memory-bucket.ts";
import { listingOf } from "./bucket-listing.ts";

export const HOUR = 3_600_000;
export const FINDINGS = "findings-bucket";
export const POLICY = { id: "obs-sse", digest: "sha256:1" };

/** Log buckets, the findings bucket and a queue, in memory. */
export interface World {
  store: MemoryBucket;
  queue: ObjectQueue;
  queued: string[];
  list(place: S3Place, startAfter?: string): AsyncIterable<ObjectRef>;
}

export function world(objects: readonly ObjectRef[]): World {
  const store = createMemoryBucket(() => 0);
  const waiting: string[] = [];
  const queued: string[] = [];
  return {
    store,
    queued,
    queue: {
      async add({ bucket, key }) {
        waiting.push(`${bucket}/${key}`);
      },
      async end() {
        queued.push(...waiting.splice(0));
      },
    },
    async *list({ bucket, prefix }, startAfter) {
      if (bucket === "gone") throw Object.assign(new Error("The bucket is not there"), { name: "NoSuchBucket" });
      if (bucket !== FINDINGS)
        return yield* listingOf(objects.filter((object) => object.bucket === bucket)).list(startAfter);
      for await (const { key } of store.list(prefix, startAfter))
        yield { bucket, key, etag: "", size: 0, lastModified: 0 };
    },
  };
}

/** Writes the receipt of an audit: of two records, one of them a violation, under these policies. */
export async function audited({ store }: World, object: ObjectRef, policies = [POLICY]): Promise<void> {
  const facts = {
    size: object.size,
    sha256: "0".repeat(64),
    evidence: [],
    totals: {
      records: 2,
      malformed: 1,
      verdicts: { compliant: 1, violation: 1, indeterminate: 0, notCovered: 0 },
      policies: policies.map((policy) => ({ ...policy, rules: [] })),
    },
  } as unknown as ReceiptFacts;
  const logObject: LogObject = { ...object, sourceId: "s3-access-log" };
  const bytes = receiptBytes(logObject, facts, { findings: 1, quarantined: 1, keyExposures: 0 });
  await store.put(storeKeys(logObject).receipt, bytes);
}
