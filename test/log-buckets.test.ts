import { expect, test } from "vitest";
import { logBuckets } from "../lib/log-buckets.ts";

const isLogBucket = logBuckets(["my-trail", "acme-logs-*", "org.logs*"]);

test.each<[bucket: string, isLogBucket: boolean]>([
  ["my-trail", true],
  ["my-trail-2", false],
  ["my-trai", false],
  ["acme-logs-", true],
  ["acme-logs-eu", true],
  ["acme-logs", false],
  ["x-acme-logs-eu", false],
  ["org.logs", true],
  ["org.logs.eu", true],
  ["org-logs", false],
])("%s: %s", (bucket, expected) => {
  expect(isLogBucket(bucket)).toBe(expected);
});

test("no entry, no log bucket", () => {
  expect(logBuckets([])("my-trail")).toBe(false);
});
