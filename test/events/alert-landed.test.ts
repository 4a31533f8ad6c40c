import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { alertLanded } from "../../lib/events/alert-landed.ts";
import { BackToQueue } from "../../lib/events/pace.ts";
import { created, failures } from "../functions/recorded.ts";
import { createMemoryBucket } from "../support/memory-bucket.ts";

const CHUNKS = 10;
const LIMIT = 300_000;

/** Reads findings objects of one size, each of which takes the processor for `ms`; gives who came back, and how many were read at once. */
async function read(count: number, size: number, ms: number) {
  let now = 0;
  let underWay = 0;
  let most = 0;
  const bytes = gzipSync("");
  const errors: unknown[] = [];
  const messages = Array.from({ length: count }, (_, i) => ({
    messageId: `${i}`,
    body: JSON.stringify(created("findings", `findings/${i}.ndjson.gz`, { size })),
  }));

  async function* chunks(): AsyncGenerator<Buffer> {
    most = Math.max(most, ++underWay);
    for (let i = 0; i < CHUNKS; i++) {
      now += ms / CHUNKS;
      await new Promise(setImmediate);
      yield i === 0 ? bytes : Buffer.alloc(0);
    }
    underWay--;
  }

  const bucket = createMemoryBucket(() => now);
  const response = await alertLanded(messages, {
    open: async () => ({ etag: "e", chunks: chunks() }),
    findingsBucket: "findings",
    threshold: "low",
    isExcepted: () => false,
    windowMs: 3_600_000,
    telling: { store: bucket, list: bucket.list, now: () => now, publish: async () => {} },
    remaining: () => LIMIT - now,
    onIgnored() {},
    onFailure: (_, error) => errors.push(error),
  });
  expect(errors.every((error) => error instanceof BackToQueue)).toBe(true);
  return { back: failures(response), most };
}

test("small objects are read at once", async () => {
  expect(await read(8, 1000, 10)).toEqual({ back: [], most: 4 });
});

test("big ones one after the other: at once none of four might be read in time", async () => {
  expect(await read(4, 100_000_000, 60_000)).toEqual({ back: ["3"], most: 1 });
});
