import { expect, it } from "vitest";
import type { Facts } from "../../../lib/facts.ts";
import { createCounting } from "../../../lib/sources/cloudtrail/counting.ts";
import { createEvent } from "../../../lib/sources/cloudtrail/event.ts";
import { KEY } from "../../../lib/sources/cloudtrail/fields.ts";
import type { History, Question, Settled } from "../../../lib/sources/cloudtrail/history.ts";
import type { Request } from "../../../lib/sources/cloudtrail/request.ts";
import { createTape, scanObject } from "../../../lib/sources/cloudtrail/scan-object.ts";
import { createPage } from "../../../lib/sources/cloudtrail/text.ts";

const page = createPage(1 << 20);
const tape = createTape();
const event = createEvent(page, tape);

const questionOf = (facts: Facts): Question => ({
  alone: { facts, settlements: [], unasked: [] },
  time: 0,
  read: null,
  copied: null,
  upload: null,
});

/** Reads are of even facts, other questions of odd ones, and 0 asks nothing; an answer is negative. */
function countingWith(isKnown: (hash: number) => boolean, most?: number) {
  const seen: Facts[] = [];
  const asked: number[] = [];
  const read: unknown[] = [];
  const history: History = {
    note() {},
    end() {},
    isOpenRead: ({ own }) => own !== 0 && own % 2 === 0,
    question: ({ own }) => (own === 0 ? null : questionOf(own)),
    ask: (hash) => asked.push(hash),
    mayBeKnown: isKnown,
    read(object, hash, time, own) {
      read.push([object, hash, time]);
      return questionOf(own);
    },
    answer: ({ alone }): Settled => ({ ...alone, facts: -alone.facts }),
  };
  const counting = createCounting(history, page, (facts) => seen.push(facts), most);
  return {
    ...counting,
    asked,
    read,
    now: () => seen.splice(0),
    count(own: Facts, requestParameters: object = { key: "some key" }) {
      page.mark(0, page.bytes.write(JSON.stringify({ requestParameters })));
      scanObject(page, 0, tape, "event");
      event.turnToTape();
      counting.add({ event, bucket: "b", time: own * 1000, own } as Request, event.hash(KEY));
    },
  };
}

it("what asks nothing is counted at once, the rest in the end", () => {
  const { count, ask, end, now } = countingWith(() => true);
  for (const own of [0, 1, 2, 0, 3]) count(own);
  expect(now()).toEqual([0, 0]);
  ask();
  end();
  expect(now()).toEqual([-2, -1, -3]);
  end();
  expect(now()).toEqual([]);
});

it("a read is asked about by its key's hash, and looked up only if something may be known of it", () => {
  const { count, ask, end, now, asked, read } = countingWith((hash) => hash === asked[0] || hash === 0);
  count(2, { key: "2026/ü.pdf", versionId: "v1" });
  count(4, { key: "2026/other" });
  count(6, { key: 'quote"' });
  ask();
  expect(asked).toEqual([expect.any(Number), expect.any(Number), 0]);
  end();
  expect(now()).toEqual([-2, 4, -6]);
  expect(read).toEqual([
    [{ bucket: "b", key: "2026/ü.pdf", versionId: "v1" }, asked[0], 2000],
    [{ bucket: "b", key: 'quote"', versionId: null }, 0, 6000],
  ]);
});

it("when there are too many, all are answered", () => {
  const { count, end, now } = countingWith(() => true, 3);
  for (const own of [1, 2]) count(own);
  expect(now()).toEqual([]);
  count(4);
  expect(now()).toEqual([-2, -4, -1]);
  count(6);
  end();
  expect(now()).toEqual([-6]);
});

it("there is room for many", () => {
  const { count, end, now, read } = countingWith(() => true);
  for (let i = 1; i <= 3000; i++) count(2 * i, { key: `key-${i}-${"k".repeat(i % 300)}` });
  end();
  expect(now()).toEqual(Array.from({ length: 3000 }, (_, i) => -2 * (i + 1)));
  expect(read.at(-1)).toEqual([{ bucket: "b", key: "key-3000-", versionId: null }, expect.any(Number), 6_000_000]);
});

it("when their keys are too long together, all are answered", () => {
  const { count, now } = countingWith(() => false);
  const key = "k".repeat(1 << 19);
  let answered = 0;
  for (let i = 1; i <= 200; i++) {
    count(2 * i, { key });
    answered += now().length;
  }
  expect(answered).toBe(128);
});
