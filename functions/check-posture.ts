import { tmpdir } from "node:os";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import { environment, environmentList } from "../lib/environment.ts";
import { logBuckets } from "../lib/log-buckets.ts";
import { checkPosture } from "../lib/posture/check-posture.ts";
import { readPostures } from "../lib/posture/read-postures.ts";
import { s3Client } from "../lib/s3/client.ts";
import { openBucketStore } from "../lib/stores/bucket.ts";

/** By the clock: infra/schedules.yml. */
interface CheckEvent {
  scheduled: string;
}

const findingsBucket = environment("FINDINGS_BUCKET");
const isLogBucket = logBuckets([findingsBucket, ...environmentList("LOG_BUCKETS")]);
const logger = new Logger();
const client = s3Client();
const store = openBucketStore({ client, bucket: findingsBucket });
const clients = new Map([[undefined as string | undefined, client]]);

export const handler = middy<CheckEvent, { buckets: number; findings: number }>()
  .use(injectLambdaContext(logger))
  .handler(async ({ scheduled }) => {
    const postures = await readPostures({ clientFor, isLogBucket });
    const findings = await checkPosture(postures, Date.parse(scheduled), { store, spoolDir: tmpdir() });
    const result = { buckets: postures.size, findings };
    logger.info("checked", result);
    return result;
  });

/** Buckets in other regions are asked there. */
function clientFor(region: string | undefined) {
  const known = clients.get(region) ?? s3Client({ ...(region && { region }) });
  clients.set(region, known);
  return known;
}
