import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { Alert } from "../lib/alerts/alert.ts";
import { chatOf, mailOf } from "../lib/alerts/messages.ts";
import { closeWindows } from "../lib/alerts/window.ts";
import { environment, environmentChoice } from "../lib/environment.ts";
import { alertLanded } from "../lib/events/alert-landed.ts";
import { createComeAgain, type Failed } from "../lib/events/come-again.ts";
import { exceptionsInForce } from "../lib/exceptions/in-force.ts";
import { exceptionsOf } from "../lib/exceptions/match.ts";
import { listObjects } from "../lib/inputs/bucket.ts";
import { SEVERITIES } from "../lib/policy/policy.ts";
import { s3Client } from "../lib/s3/client.ts";
import { openObject } from "../lib/s3/open-object.ts";
import { openBucketStore } from "../lib/stores/bucket.ts";

/** By the clock: infra/schedules.yml. */
interface CloseWindows {
  closeWindows: string;
}

/** In ms, for the last window that is begun to be closed. */
const RESERVE = 120_000;
/** In s, after which findings are tried again: by then the lease of an alert that could not be sent is over (lib/alerts/tell.ts). */
const FIRST_WAIT = 360;

const findingsBucket = environment("FINDINGS_BUCKET");
const alertsTopic = environment("ALERTS_TOPIC");
const chatTopic = environment("CHAT_TOPIC");
const threshold = environmentChoice("SEVERITY_THRESHOLD", SEVERITIES);
const windowMs = Number(environment("ALERT_WINDOW_MINUTES")) * 60_000;
const logger = new Logger();
const client = s3Client();
const sns = new SNSClient({ maxAttempts: 5, requestHandler: { connectionTimeout: 5_000, socketTimeout: 10_000 } });
const comeAgain = createComeAgain(environment("FINDINGS_QUEUE"), FIRST_WAIT);
const store = openBucketStore({ client, bucket: findingsBucket });
const exceptionsNow = exceptionsInForce(environment("EXCEPTIONS"), store.get, ({ message }) =>
  logger.error("no exceptions: everything is told", { reason: message }),
);
const telling = {
  store,
  list: (prefix: string, startAfter?: string) =>
    listObjects({ client, bucket: findingsBucket, prefix, ...(startAfter && { startAfter }) }),
  async publish(alert: Alert) {
    await sns.send(new PublishCommand({ TopicArn: alertsTopic, ...mailOf(alert) }));
    await sns.send(new PublishCommand({ TopicArn: chatTopic, ...chatOf(alert) }));
    logger.info("told", { alert: alert.id, kind: alert.kind, rule: alert.group.of?.rule ?? null });
  },
  now: Date.now,
};

export const handler = middy<SQSEvent | CloseWindows, SQSBatchResponse | undefined>()
  .use(injectLambdaContext(logger))
  .handler(async (event, context) => {
    const remaining = () => context.getRemainingTimeInMillis();
    if ("closeWindows" in event) {
      await closeWindows(windowMs, telling, () => remaining() > RESERVE);
      return undefined;
    }
    const exceptions = await exceptionsNow();
    const failed: Failed[] = [];
    const response = await alertLanded(event.Records, {
      open: ({ bucket, key }) => openObject({ client, bucket, key }),
      findingsBucket,
      threshold,
      isExcepted: (finding) => exceptionsOf(finding, exceptions) !== null,
      windowMs,
      telling,
      remaining,
      onIgnored: (reason, object) => logger.info("left alone", { reason, key: object?.key }),
      onFailure(message, error) {
        failed.push({ message, error });
        logger.error("not told", { messageId: message.messageId, reason: (error as Error).message });
      },
    });
    await comeAgain(failed).catch(({ message }) =>
      logger.warn("the queue tries again in its own time", { reason: message }),
    );
    return response;
  });
