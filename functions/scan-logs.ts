import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import { environment, environmentList, environmentListOrNone } from "../lib/environment.ts";
import { otherObjects, without } from "../lib/events/other-objects.ts";
import { findLogBuckets } from "../lib/gaps/find-log-buckets.ts";
import { openObjectQueue } from "../lib/gaps/queue-objects.ts";
import { type Reaudited, reaudit } from "../lib/gaps/reaudit.ts";
import { readScanEvent, type ScanEvent } from "../lib/gaps/scan-event.ts";
import { type LogScanned, scanLogs } from "../lib/gaps/scan-logs.ts";
import { listObjects } from "../lib/inputs/bucket.ts";
import { emitDailyTotals, emitScan } from "../lib/metrics/scan-measures.ts";
import { policiesInForce } from "../lib/policy/in-force.ts";
import { s3Client } from "../lib/s3/client.ts";
import { bucketNames } from "../lib/s3/list-buckets.ts";
import type { S3Place } from "../lib/s3/place.ts";
import { openBucketStore } from "../lib/stores/bucket.ts";

/** In ms, kept free for the end of a re-audit. */
const RESERVE = 30_000;

const findingsBucket = environment("FINDINGS_BUCKET");
const logBuckets = environmentList("LOG_BUCKETS");
const queueUrl = environment("LOG_EVENTS_QUEUE");
const logger = new Logger();
const metrics = new Metrics();
const client = s3Client();
const sqs = new SQSClient({ maxAttempts: 8 });
const store = openBucketStore({ client, bucket: findingsBucket });
const policiesNow = policiesInForce(environmentList("POLICIES"), async (key) => (await store.get(key))?.bytes ?? null);
const isOther = otherObjects(environmentListOrNone("OTHER_OBJECTS"));
// What lies in the findings bucket is told apart by its folders.
const list = without(
  (object) => object.bucket !== findingsBucket && isOther(object),
  (place: S3Place, startAfter?: string) => listObjects({ client, ...place, ...(startAfter && { startAfter }) }),
);

export const handler = middy<ScanEvent, LogScanned | Reaudited>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context) => {
    const remaining = () => context.getRemainingTimeInMillis();
    const asked = readScanEvent(event);
    const { buckets, problems } = await findLogBuckets(logBuckets, findingsBucket, (text) => bucketNames(client, text));
    if ("range" in asked) {
      if (problems.length > 0) throw new Error(problems.join("\n"));
      const queue = openObjectQueue(sqs, queueUrl, false);
      const policies = await policiesNow();
      const mayGoOn = () => remaining() > RESERVE;
      const done = await reaudit(asked.range, { buckets, store, policies, list, queue, mayGoOn });
      logger.info("queued for another audit", { ...event, done });
      return done;
    }
    const queue = openObjectQueue(sqs, queueUrl, true);
    const scanned = await scanLogs(asked.due, { buckets, store, list, queue, findingsBucket, remaining });
    scanned.problems.unshift(...problems);
    emitScan(metrics, scanned);
    for (const { day, totals } of scanned.totals) emitDailyTotals(metrics, day, totals);
    logger.info("scanned", { ...scanned });
    // What is not scanned is not found: the alarm on errors tells people.
    if (scanned.problems.length > 0) throw new Error(scanned.problems.join("\n"));
    return scanned;
  });
