import fc from "fast-check";
import { expect, test } from "vitest";
import { workThrough } from "../../lib/events/work-through.ts";
import { failures } from "../functions/recorded.ts";

test("exactly the messages whose work rejects have failed, and all are worked on", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { maxLength: 30 }),
      fc.integer({ min: 1, max: 9 }),
      async (works, atOnce) => {
        const messages = works.map((_, i) => ({ messageId: `m${i}`, body: `${i}` }));
        const worked: string[] = [];
        const told: string[] = [];
        let underWay = 0;
        const response = await workThrough(messages, {
          atOnce,
          async work({ body }) {
            expect(++underWay).toBeLessThanOrEqual(atOnce);
            await new Promise(setImmediate);
            underWay--;
            worked.push(body);
            if (!works[Number(body)]) throw new Error(body);
          },
          onFailure: ({ messageId }, error) => told.push(`${messageId} ${(error as Error).message}`),
        });
        const failed = messages.filter(({ body }) => !works[Number(body)]);
        expect(failures(response)).toEqual(failed.map(({ messageId }) => messageId));
        expect(told.toSorted()).toEqual(failed.map(({ messageId, body }) => `${messageId} ${body}`).sort());
        expect(worked.toSorted()).toEqual(messages.map(({ body }) => body).sort());
      },
    ),
    { numRuns: 50 },
  );
});

test("what the queue has handed out most often comes first; what is no queue's keeps its order", async () => {
  const order: string[] = [];
  const receives = [undefined, "1", "3", undefined, "10", "3", "2"];
  const messages = receives.map((count, i) => ({
    messageId: `m${i}`,
    body: "",
    ...(count && { attributes: { ApproximateReceiveCount: count } }),
  }));
  const response = await workThrough(messages, {
    atOnce: 1,
    async work({ messageId }) {
      order.push(messageId);
      throw new Error("no");
    },
    onFailure() {},
  });
  expect(order).toEqual(["m4", "m2", "m5", "m6", "m0", "m1", "m3"]);
  expect(failures(response)).toEqual(messages.map(({ messageId }) => messageId));
});
