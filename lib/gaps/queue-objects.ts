import { setTimeout as sleep } from "node:timers/promises";
import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { ObjectRef } from "../inputs/bucket.ts";

/** What SQS takes at once. */
const BATCH = 10;
/** How often a message is sent that SQS does not take, and how long to wait in between, in ms, growing. */
const ATTEMPTS = 5;
const WAIT = 200;

/** Puts objects into the queue of audit-log-object, as if they had just landed. Nothing is sent for certain before `end` resolves. */
export interface ObjectQueue {
  add(object: ObjectRef): Promise<void>;
  end(): Promise<void>;
}

/** @param isNew whether the objects landed lately: then the time between landing and audit is measured */
export function openObjectQueue(client: SQSClient, url: string, isNew: boolean): ObjectQueue {
  let waiting: string[] = [];

  async function send(): Promise<void> {
    let entries = waiting.map((MessageBody, i) => ({ Id: `${i}`, MessageBody }));
    waiting = [];
    for (let attempt = 1; entries.length > 0; attempt++) {
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }));
      const failed = new Set(Failed.map(({ Id }) => Id));
      entries = entries.filter(({ Id }) => failed.has(Id));
      if (entries.length === 0) return;
      if (attempt === ATTEMPTS) throw new Error(`the queue does not take messages: ${Failed[0]!.Code}`);
      await sleep(WAIT * attempt);
    }
  }

  return {
    async add(object) {
      waiting.push(messageOf(object, isNew));
      if (waiting.length === BATCH) await send();
    },
    end: send,
  };
}

/** An event of S3 in EventBridge's shape, as far as it is read. */
function messageOf({ bucket, key, size, lastModified }: ObjectRef, isNew: boolean): string {
  return JSON.stringify({
    source: "aws.s3",
    "detail-type": "Object Created",
    ...(isNew && { time: new Date(lastModified).toISOString() }),
    detail: { bucket: { name: bucket }, object: { key, size } },
  });
}
