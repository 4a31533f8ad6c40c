import type { SQSBatchResponse } from "aws-lambda";

/** A message of a queue, as far as its work needs it. */
export interface Message {
  messageId: string;
  body: string;
  receiptHandle?: string;
  attributes?: { ApproximateReceiveCount: string };
}

export interface Work<M extends Message> {
  /** How many messages are under way at once. */
  atOnce: number;
  /** Resolves once the message's work is done for good. */
  work(message: M): Promise<void>;
  onFailure(message: M, error: unknown): void;
}

/**
 * Works through a batch. A message whose work is not known to have succeeded has failed, and goes back to the queue. Those that came
 * back most often are first: what there was no time for has used up a receive each time, and after the last one it is given up.
 */
export async function workThrough<M extends Message>(messages: readonly M[], work: Work<M>): Promise<SQSBatchResponse> {
  const failed = new Set(messages.map(({ messageId }) => messageId));
  const waiting = messages.toSorted((a, b) => receivesOf(b) - receivesOf(a)).values();

  async function lane(): Promise<void> {
    for (const message of waiting) {
      try {
        await work.work(message);
        failed.delete(message.messageId);
      } catch (error) {
        work.onFailure(message, error);
      }
    }
  }

  await Promise.all(Array.from({ length: work.atOnce }, lane));
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** How often the queue has handed out a message; once, if it came from elsewhere. */
export function receivesOf({ attributes }: Message): number {
  return Number(attributes?.ApproximateReceiveCount ?? 1);
}
