import { tmpdir } from "node:os";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics } from "@aws-lambda-powertools/metrics";
import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { environment, environmentList, environmentListOrNone } from "../lib/environment.ts";
import { auditLanded } from "../lib/events/audit-landed.ts";
import { createComeAgain, type Failed } from "../lib/events/come-again.ts";
import { otherObjects } from "../lib/events/other-objects.ts";
import { createPace } from "../lib/events/pace.ts";
import { landedInput } from "../lib/inputs/landed.ts";
import { logBuckets } from "../lib/log-buckets.ts";
import type { Measure } from "../lib/metrics/audit-measures.ts";
import { emitMeasures } from "../lib/metrics/emit-measures.ts";
import { policiesInForce } from "../lib/policy/in-force.ts";
import { s3Client } from "../lib/s3/client.ts";
import { openBucketStore } from "../lib/stores/bucket.ts";

/** In s, after which a log object is tried again. */
const FIRST_WAIT = 60;

const findingsBucket = environment("FINDINGS_BUCKET");
const isLogBucket = logBuckets(environmentList("LOG_BUCKETS"));
const isOther = otherObjects(environmentListOrNone("OTHER_OBJECTS"));
const logger = new Logger();
const metrics = new Metrics();
const client = s3Client();
const store = openBucketStore({ client, bucket: findingsBucket });
const policiesNow = policiesInForce(environmentList("POLICIES"), async (key) => (await store.get(key))?.bytes ?? null);
const pace = createPace(Date.now);
const comeAgain = createComeAgain(environment("LOG_EVENTS_QUEUE"), FIRST_WAIT);

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(injectLambdaContext(logger))
  .handler(async ({ Records }, context) => {
    const measures: Measure[] = [];
    const failed: Failed[] = [];
    const response = await auditLanded(Records, {
      inputOf: (object) => landedInput(client, object),
      store,
      spoolDir: tmpdir(),
      isLogBucket,
      findingsBucket,
      isOther,
      policies: await policiesNow(),
      pace: pace.call(() => context.getRemainingTimeInMillis()),
      now: Date.now,
      onMeasures: (more) => measures.push(...more),
      onAudited: ({ bucket, key }, receipt) => logger.info("audited", { bucket, key, receipt }),
      onIgnored: (reason, object) => logger.info("left alone", { reason, bucket: object?.bucket, key: object?.key }),
      onFailure(message, error) {
        failed.push({ message, error });
        logger.error("not audited", { messageId: message.messageId, reason: (error as Error).message });
      },
    });
    emitMeasures(metrics, measures);
    await comeAgain(failed).catch(({ message }) =>
      logger.warn("the queue tries again in its own time", { reason: message }),
    );
    return response;
  });
