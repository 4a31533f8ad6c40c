import { tmpdir } from "node:os";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { environment, environmentList } from "../lib/environment.ts";
import { inBucket } from "../lib/evidence/inventory/in-bucket.ts";
import { listObjects } from "../lib/inputs/bucket.ts";
import { policiesInForce } from "../lib/policy/in-force.ts";
import { s3Client } from "../lib/s3/client.ts";
import { type SettleStep, settleStep } from "../lib/settle/settle-step.ts";
import { openBucketStore } from "../lib/stores/bucket.ts";

const findingsBucket = environment("FINDINGS_BUCKET");
const logger = new Logger();
const client = s3Client();
const store = openBucketStore({ client, bucket: findingsBucket });
const policiesNow = policiesInForce(environmentList("POLICIES"), async (key) => (await store.get(key))?.bytes ?? null);

/** Called by infra/settlement.asl. */
export const handler = middy<SettleStep, object>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const settling = {
      store,
      list: (prefix: string) => listObjects({ client, bucket: findingsBucket, prefix }),
      policies: await policiesNow(),
      inventoryAt: (uri: string) => inBucket(client, uri),
      spoolDir: tmpdir(),
    };
    const result = await settleStep(event, settling, Date.now());
    logger.info("step done", { step: event.step, run: event.run, result });
    return result;
  });
