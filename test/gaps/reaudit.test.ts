import { expect, test } from "vitest";
import { reaudit } from "../../lib/gaps/reaudit.ts";
import type { Policy } from "../../lib/policy/policy.ts";
import { landed } from "./bucket-listing.ts";
import { audited, HOUR, POLICY, world } from "./world.ts";

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
  expect(done).toEqual({ checked: 4, queued: 3, from: null });
  expect(made.queued).toEqual(["my-logs/first", "my-logs/changed", "other-logs/other"]);
});

test("without time it says where to go on", async () => {
  const made = world(OBJECTS);
  const buckets = ["my-logs", "other-logs"];
  let left = 8;
  const some = await reaudit(RANGE, { ...made, buckets, policies: POLICIES, mayGoOn: () => left-- > 0 });
  expect(some.from).toBe("2026-02-05T00:00:00.000Z");
  expect(made.queued).toContain("my-logs/first");
  const rest = await reaudit(
    { from: Date.parse(some.from!), to: RANGE.to },
    { ...made, buckets, policies: POLICIES, mayGoOn: () => true },
  );
  expect(rest).toEqual({ checked: 3, queued: 3, from: null });
  expect(new Set(made.queued)).toEqual(
    new Set(["my-logs/first", "my-logs/audited", "my-logs/changed", "other-logs/other"]),
  );
});

test("any other failure is one", async () => {
  const made = world([]);
  await expect(reaudit(RANGE, { ...made, buckets: ["gone"], policies: POLICIES, mayGoOn: () => true })).rejects.toThrow(
    "The bucket is not there",
  );
});
