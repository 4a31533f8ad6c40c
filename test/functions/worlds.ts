import { setTimeout as sleep } from "node:timers/promises";
import { listObjects, type ObjectRef } from "../../lib/inputs/bucket.ts";
import { landedInput } from "../../lib/inputs/landed.ts";
import type { Policy } from "../../lib/policy/policy.ts";
import { openPolicies } from "../../lib/policy/shipped.ts";
import { s3Client } from "../../lib/s3/client.ts";
import { openObject } from "../../lib/s3/open-object.ts";
import { openBucketStore } from "../../lib/stores/bucket.ts";
import { createMemoryBucket } from "../support/memory-bucket.ts";
import { type Fault, type S3Request, startS3 } from "../support/s3-server.ts";
import { type Chaos, note, pick, type Random, type Step } from "./chaos.ts";
import { ETAGS, etagOf, LOGS } from "./log-objects.ts";
import { createService, FINDINGS_BUCKET, LOG_BUCKET, type Service } from "./service.ts";

/** A service, and what it cannot see of itself. */
export interface World {
  service: Service;
  /** Findings objects as they were written, with when. */
  writes: { key: string; at: number }[];
  /** What audits have left in the store. */
  kept(): Map<string, Buffer>;
}

export const START = Date.UTC(2026, 1, 7, 9, 50);
const LANDED = START - 60_000;
const OBS_SSE = openPolicies(["obs-sse"]);

/** A log object as a listing tells it. */
export function listed(key: string): ObjectRef {
  return { bucket: LOG_BUCKET, key, etag: ETAGS[key]!, size: LOGS[key]!.length, lastModified: LANDED };
}

/** A world in memory. */
export function memoryWorld(spoolDir: string, policies: readonly Policy[] = OBS_SSE): World {
  const clock = { now: START };
  const writes: World["writes"] = [];
  const bucket = createMemoryBucket(
    () => clock.now,
    (key) => {
      if (!key.startsWith("findings/")) return;
      writes.push({ key, at: clock.now });
      service.found(key);
    },
  );
  const service: Service = createService(
    {
      store: bucket,
      list: bucket.list,
      async inputOf({ key }) {
        const bytes = LOGS[key];
        if (bytes === undefined) throw new Error("NoSuchKey");
        const about = { name: key, bucket: LOG_BUCKET, key, size: bytes.length, lastModified: LANDED };
        return { ...about, etag: async () => ETAGS[key]!, open: () => pieces(bytes, 300) };
      },
      async openFindings(key) {
        const bytes = bucket.held.get(key);
        return bytes ? { etag: etagOf(bytes), chunks: pieces(bytes, bytes.length) } : null;
      },
    },
    spoolDir,
    clock,
    policies,
  );
  return { service, writes, kept: () => audits(bucket.held) };
}

/** A world with object storage over HTTP, where requests go wrong by `chaos`. */
export async function httpWorld(spoolDir: string, chaos: Chaos): Promise<World> {
  const clock = { now: START };
  const s3 = await startS3(LOG_BUCKET, FINDINGS_BUCKET);
  for (const [key, bytes] of Object.entries(LOGS)) s3.put(LOG_BUCKET, key, bytes, LANDED);
  s3.faultOf = (request) => networkFault(request, chaos);
  const client = s3Client({ endpoint: s3.endpoint, maxAttempts: 2 });
  const store = openBucketStore({ client, bucket: FINDINGS_BUCKET });
  const writes: World["writes"] = [];
  function written(key: string): void {
    if (!key.startsWith("findings/")) return;
    writes.push({ key, at: clock.now });
    service.found(key);
  }
  const service: Service = createService(
    {
      store: {
        ...store,
        put: (key, bytes) => store.put(key, bytes).then(() => written(key)),
        putFile: (key, path) => store.putFile(key, path).then(() => written(key)),
      },
      list: (prefix, startAfter) =>
        listObjects({ client, bucket: FINDINGS_BUCKET, prefix, ...(startAfter && { startAfter }) }),
      inputOf: (object) => landedInput(client, object),
      openFindings: (key) => openObject({ client, bucket: FINDINGS_BUCKET, key }),
    },
    spoolDir,
    clock,
    OBS_SSE,
  );
  const held = () => new Map([...s3.buckets.get(FINDINGS_BUCKET)!].map(([key, { bytes }]) => [key, bytes]));
  return { service, writes, kept: () => audits(held()) };
}

function audits(held: Map<string, Buffer>): Map<string, Buffer> {
  return new Map([...held].filter(([key]) => !key.startsWith("alerts/")).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const STEP_OF: Partial<Record<S3Request["operation"], Step>> = {
  GetObject: "get",
  HeadObject: "head",
  PutObject: "put",
  ListObjectsV2: "list",
};

const NETWORK_FAULTS: Record<string, (random: Random) => Fault> = {
  "reset before": () => "reset",
  "reset after": () => "lost",
  "cut within the answer": (random) => ({ cut: Math.floor(random() * 200) }),
  throttled: () => ({ status: 503, code: "SlowDown" }),
  "failed inside": () => ({ status: 500, code: "InternalError" }),
  "answered late": (random) => ({ until: sleep(random() * 20) }),
};

function networkFault({ operation }: S3Request, chaos: Chaos): Fault | null {
  if (chaos.faultAt(STEP_OF[operation]!) === null) return null;
  const kind = pick(chaos.random, Object.keys(NETWORK_FAULTS));
  note(chaos, `HTTP ${operation}: ${kind}`);
  return NETWORK_FAULTS[kind]!(chaos.random);
}
