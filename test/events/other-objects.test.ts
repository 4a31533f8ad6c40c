import { expect, test } from "vitest";
import { otherObjects, without } from "../../lib/events/other-objects.ts";

const isOther = otherObjects(["logs/balancer/*", "*.csv.gz", "logs/a.b(c)"]);

test.each<[bucket: string, key: string, isOther: boolean]>([
  ["logs", "balancer/2026/x", true],
  ["logs", "balancer/", true],
  ["logs", "balancer/two\nlines", true],
  ["logs", "Balancer/x", false],
  ["logs", "x/balancer/x", false],
  ["logs-2", "balancer/x", false],
  ["logs-2", "inventory/x.csv.gz", true],
  ["logs-2", "inventory/x.csv.gz.log", false],
  ["logs", "a.b(c)", true],
  ["logs", "aXb(c)", false],
])("%s/%s: %s", (bucket, key, expected) => {
  expect(isOther({ bucket, key })).toBe(expected);
});

test("nothing is named by no pattern", () => {
  expect(otherObjects([])({ bucket: "logs", key: "" })).toBe(false);
});

test("a listing leaves them out", async () => {
  const asked: unknown[] = [];
  const list = without(isOther, async function* (place: { bucket: string }, startAfter?: string) {
    asked.push([place, startAfter]);
    for (const key of ["balancer/x", "y"]) yield { ...place, key };
  });
  const listed: unknown[] = [];
  for await (const object of list({ bucket: "logs" }, "a")) listed.push(object);
  expect(listed).toEqual([{ bucket: "logs", key: "y" }]);
  expect(asked).toEqual([[{ bucket: "logs" }, "a"]]);
});
