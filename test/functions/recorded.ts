import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SQSEvent, SQSRecord } from "aws-lambda";

const FOLDER = join(import.meta.dirname, "events");

const texts = new Map<string, string>();

/** An event as it was recorded: a file of `events/`. */
// biome-ignore lint/suspicious/noExplicitAny: each has a shape of its own
export function recorded(name: string): any {
  const text = texts.get(name) ?? readFileSync(join(FOLDER, `${name}.json`), "utf8");
  texts.set(name, text);
  return JSON.parse(text);
}

/** The log object that the recorded events tell of: 5 records, one of them twice, and half a line. */
export const LOG = {
  bucket: "my-logs",
  key: "own logs+1/2026-02-06-13-00-00-ABCDEF",
  bytes: readFileSync(join(FOLDER, "2026-02-06-13-00-00-ABCDEF")),
  lastModified: Date.UTC(2026, 1, 6, 13, 0, 5),
};

/** A batch of messages with these bodies; their ids are their numbers. */
export function sqsEvent(...bodies: unknown[]): SQSEvent {
  const Records = bodies.map((body, i): SQSRecord => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return { ...recorded("sqs-message"), messageId: `${i}`, receiptHandle: `handle ${i}`, body: text };
  });
  return { Records };
}

export function inSns(event: unknown): unknown {
  return { ...recorded("sns-envelope"), Message: JSON.stringify(event) };
}

/** EventBridge's event of an object that was created. */
export function created(
  bucket: string,
  key: string,
  about: { etag?: string; size?: number; time?: string } = {},
): unknown {
  const event = recorded("eventbridge-created");
  const { etag, size, time } = about;
  return {
    ...event,
    ...(time && { time }),
    detail: {
      ...event.detail,
      bucket: { name: bucket },
      object: { key, ...(etag && { etag }), ...(size && { size }) },
    },
  };
}

/** Which messages of a batch have failed. */
export function failures(response: unknown): string[] {
  const { batchItemFailures } = response as { batchItemFailures: { itemIdentifier: string }[] };
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}
