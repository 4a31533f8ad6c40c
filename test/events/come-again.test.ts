import { expect, test, vi } from "vitest";
import { createComeAgain } from "../../lib/events/come-again.ts";
import { BackToQueue } from "../../lib/events/pace.ts";
import { CREDENTIALS } from "../support/s3-server.ts";
import { startSqs } from "../support/sqs-server.ts";

async function open() {
  const sqs = await startSqs();
  const environment = { ...CREDENTIALS, AWS_ENDPOINT_URL_SQS: sqs.endpoint };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return { sqs, comeAgain: createComeAgain(sqs.url, 60) };
}

function failed(handle: string, receives: number, error: Error = new Error("no")) {
  const attributes = { ApproximateReceiveCount: `${receives}` };
  return { message: { messageId: handle, body: "", receiptHandle: handle, attributes }, error };
}

test("the oftener a message has failed, the later it comes again, and never later than after 6 minutes", async () => {
  const { sqs, comeAgain } = await open();
  await comeAgain(Array.from({ length: 12 }, (_, i) => failed(`${i + 1}`, i + 1)));
  expect(Object.values(sqs.waits)).toEqual([60, 240, ...Array(10).fill(360)]);
});

test("what there was no time for comes at once, one after the other", async () => {
  const { sqs, comeAgain } = await open();
  const late = new BackToQueue("late");
  await comeAgain([failed("a", 1, late), failed("b", 1), failed("c", 7, late), failed("d", 2, late)]);
  expect(sqs.waits).toEqual({ a: 0, b: 60, c: 2, d: 4 });
});

test("what did not come from a queue is not the queue's", async () => {
  const { sqs, comeAgain } = await open();
  await comeAgain([{ message: { messageId: "history", body: "" }, error: new Error("no") }]);
  await comeAgain([]);
  expect(sqs.waits).toEqual({});
});

test("a queue that does not listen", async () => {
  const { sqs, comeAgain } = await open();
  sqs.refuses = (handle) => handle === "b";
  await expect(comeAgain([failed("a", 1), failed("b", 1)])).rejects.toThrow("1 of 2 messages: InternalError");
  expect(sqs.waits).toEqual({ a: 60 });
});
