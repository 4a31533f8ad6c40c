import { ChangeMessageVisibilityBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { BackToQueue } from "./pace.ts";
import { type Message, receivesOf } from "./work-through.ts";

export interface Failed {
  message: Message;
  error: unknown;
}

/** Tells the queue when the messages of a batch that are not done come again. Rejects where it does not listen: then they come after its visibility timeout. */
export type ComeAgain = (failed: readonly Failed[]) => Promise<void>;

/** In s: a message that never works is given up after some five hours (maxReceiveCount, infra/queues.yml). */
const LONGEST = 360;
/** With each time that a message fails. */
const GROWTH = 4;
/** In s, between messages that there was no time for: together they would meet in one call again. */
const APART = 2;
/** What SQS takes at once. */
const BATCH = 10;

/**
 * @param url of the queue
 * @param first in s, after which a message comes again that has failed once
 */
export function createComeAgain(url: string, first: number): ComeAgain {
  let client: SQSClient | undefined;
  return async (failed) => {
    const waits = waitsOf(failed, first);
    if (waits.length === 0) return;
    // Hardly any call needs it.
    client ??= new SQSClient({ maxAttempts: 3, requestHandler: { connectionTimeout: 2_000, socketTimeout: 2_000 } });
    for (let from = 0; from < waits.length; from += BATCH) {
      const Entries = waits.slice(from, from + BATCH).map((wait, i) => ({ Id: `${i}`, ...wait }));
      const { Failed = [] } = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
      if (Failed.length > 0) throw new Error(`${Failed.length} of ${Entries.length} messages: ${Failed[0]!.Code}`);
    }
  };
}

/** What did not come from a queue, as history does not, has no receipt handle, and whoever sent it knows what to do. */
function waitsOf(failed: readonly Failed[], first: number): { ReceiptHandle: string; VisibilityTimeout: number }[] {
  let returned = 0;
  return failed.flatMap(({ message, error }) => {
    const { receiptHandle } = message;
    if (receiptHandle === undefined) return [];
    const wait = error instanceof BackToQueue ? APART * returned++ : first * GROWTH ** (receivesOf(message) - 1);
    return [{ ReceiptHandle: receiptHandle, VisibilityTimeout: Math.min(wait, LONGEST) }];
  });
}
