import { describe, expect, test } from "vitest";
import { type Range, type Reaudited, reaudit } from "../../lib/gaps/reaudit.ts";
import type { Policy } from "../../lib/policy/policy.ts";
import { landed } from "./bucket-listing.ts";
import { audited, HOUR, POLICY, type World, world } from "./world.ts";

const MIDNIGHT = Date.parse("2026-02-06T00:00:00Z");
const POLICIES = [POLICY] as unknown as Policy[];
const RANGE = { from: MIDNIGHT - 30 * HOUR, to: MIDNIGHT + 2 * HOUR };

const OBJECTS = [
  landed("early", RANGE.from - 1),
  landed("first", RANGE.from),
  landed("audited", MIDNIGHT - HOUR),
  landed("changed", MIDNIGHT - HOUR),
  landed("other", MIDNIGHT + HOUR, "other-logs"),
  landed("last", RANGE.to),
];

test("what has no receipt under the policies in force is queued, day by day", async () => {
  const made = world(OBJECTS);
  await audited(made, OBJECTS[2]!);
  await audited(made, OBJECTS[3]!, [{ ...POLICY, digest: "sha256:0" }]);
  const buckets = ["my-logs", "other-logs"];
  const done = await reaudit(RANGE, { ...made, buckets, policies: POLICIES, mayGoOn: () => true });
  expect(done).toEqual({ checked: 4, queued: 3, from: null, after: null });
  expect(made.queued).toEqual(["my-logs/first", "my-logs/changed", "other-logs/other"]);
});

describe("without time it says where to go on", () => {
  const MANY = Array.from({ length: 40 }, (_, i) => landed(`${i}`.padStart(2, "0"), MIDNIGHT + HOUR));
  const ALL = [...OBJECTS, ...MANY];
  const buckets = ["my-logs", "other-logs"];

  /** Calls it again and again, each time with time for so many listed objects. */
  async function inCalls(made: World, most: number): Promise<Reaudited[]> {
    const answers: Reaudited[] = [];
    let range: Range = RANGE;
    for (;;) {
      let left = most;
      const answer = await reaudit(range, { ...made, buckets, policies: POLICIES, mayGoOn: () => left-- > 0 });
      answers.push(answer);
      if (answer.from === null) return answers;
      range = { from: Date.parse(answer.from), to: RANGE.to, after: answer.after };
    }
  }

  test.each([1, 2, 7, 30, 1000])("with time for %i at once, each is checked and queued once", async (most) => {
    const made = world(ALL);
    await audited(made, OBJECTS[2]!);
    for (const object of MANY.slice(0, 20)) await audited(made, object);
    const answers = await inCalls(made, most);
    const sum = (of: "checked" | "queued") => answers.reduce((all, answer) => all + answer[of], 0);
    expect([sum("checked"), sum("queued")]).toEqual([44, 23]);
    expect(made.queued.toSorted()).toEqual(
      [
        ...["my-logs/first", "my-logs/changed", "other-logs/other"],
        ...MANY.slice(20).map(({ key }) => `my-logs/${key}`),
      ].sort(),
    );
  });

  test("also where nothing is due, and nothing landed in the range", async () => {
    const made = world(Array.from({ length: 30 }, (_, i) => landed(`${i}`, 0)));
    const answers = await inCalls(made, 10);
    // All 30 are listed for each of the three days.
    expect(answers).toHaveLength(9);
    expect(made.queued).toEqual([]);
  });

  test("as a day, and a position on it", async () => {
    const made = world(ALL);
    let left = 3;
    const some = await reaudit(RANGE, { ...made, buckets, policies: POLICIES, mayGoOn: () => left-- > 0 });
    expect(some).toMatchObject({ from: "2026-02-04T18:00:00.000Z", after: { bucket: "my-logs", key: "02" } });
    const only = { from: Date.parse(some.from!), to: RANGE.to };
    const rest = await reaudit(only, { ...made, buckets, policies: POLICIES, mayGoOn: () => true });
    expect(rest).toEqual({ checked: 44, queued: 44, from: null, after: null });
  });

  test("a bucket that is none any more is told", async () => {
    const after = { bucket: "gone", key: "" };
    await expect(
      reaudit({ ...RANGE, after }, { ...world([]), buckets, policies: POLICIES, mayGoOn: () => true }),
    ).rejects.toThrow('gone is none of the log buckets; without "after" the day is begun anew');
  });
});

test("any other failure is one", async () => {
  const made = world([]);
  await expect(reaudit(RANGE, { ...made, buckets: ["gone"], policies: POLICIES, mayGoOn: () => true })).rejects.toThrow(
    "The bucket is not there",
  );
});
