import { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test, vi } from "vitest";
import { unwrap } from "../../lib/events/unwrap.ts";
import { openObjectQueue } from "../../lib/gaps/queue-objects.ts";
import { CREDENTIALS } from "../support/s3-server.ts";
import { type SqsServer, startSqs } from "../support/sqs-server.ts";
import { landed } from "./bucket-listing.ts";

const TIME = Date.parse("2026-02-06T10:00:00Z");
const KEYS = ["a/plain", 'q"u+o te', "ünï", ...Array.from({ length: 22 }, (_, i) => `k${i}`)];

async function queue(isNew = true) {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
  const sqs = await startSqs();
  return { sqs, queue: openObjectQueue(new SQSClient({ endpoint: sqs.endpoint }), sqs.url, isNew) };
}

function keysIn({ messages }: SqsServer): string[] {
  return messages.flatMap((body) => unwrap(body).landed.map(({ key }) => key)).sort();
}

test("objects arrive as events that audit-log-object understands, ten at a time", async () => {
  const { sqs, queue: open } = await queue();
  for (const key of KEYS) await open.add(landed(key, TIME));
  await open.end();
  await open.end();
  expect(sqs.batches).toEqual([10, 10, 5]);
  expect(sqs.messages.map((body) => unwrap(body))).toEqual(
    KEYS.map((key) => ({
      landed: [{ bucket: "my-logs", key, etag: null, versionId: null, size: 10, time: TIME }],
      ignored: [],
    })),
  );
});

test("what landed long ago says no time, so its lag is not measured", async () => {
  const { sqs, queue: open } = await queue(false);
  await open.add(landed("a", TIME));
  await open.end();
  expect(unwrap(sqs.messages[0]!).landed[0]!.time).toBeNull();
});

test("a message that is refused is sent again, and those beside it are not", async () => {
  const { sqs, queue: open } = await queue();
  let refusals = 0;
  sqs.refuses = (body) => body.includes("k1") && refusals++ < 3;
  for (const key of KEYS) await open.add(landed(key, TIME));
  await open.end();
  expect(keysIn(sqs)).toEqual([...KEYS].sort());
  expect(sqs.messages).toHaveLength(KEYS.length);
});

test("a queue that takes nothing is a failure", async () => {
  const { sqs, queue: open } = await queue();
  sqs.refuses = () => true;
  await open.add(landed("a", TIME));
  await expect(open.end()).rejects.toThrow("the queue does not take messages: InternalError");
  expect(sqs.batches).toEqual([1, 1, 1, 1, 1]);
});
