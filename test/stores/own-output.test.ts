import { expect, test } from "vitest";
import { parseS3Uri } from "../../lib/s3/place.ts";
import { meetsStore } from "../../lib/stores/own-output.ts";

test.for<[string, string, boolean]>([
  ["s3://a", "s3://a", true],
  ["s3://a", "s3://a/audit", true],
  ["s3://a/", "s3://a/audit/", true],
  ["s3://a/aud", "s3://a/audit/", true],
  ["s3://a/audit", "s3://a/audit", true],
  ["s3://a/audit/findings/dt=2026", "s3://a/audit", true],
  ["s3://a/audit/f", "s3://a/audit", true],
  ["s3://a/receipts/", "s3://a", true],
  ["s3://a/quarantine/dt=2026-02-06/", "s3://a/", true],
  ["s3://a/settlements/e1/rows/", "s3://a", true],
  ["s3://a/athena/", "s3://a", true],
  ["s3://a/policies/", "s3://a", true],
  ["s3://a/exceptions.csv", "s3://a", true],
  ["s3://a/logs/", "s3://a/", false],
  ["s3://a/logs/", "s3://a/audit", false],
  ["s3://a/audit-logs/", "s3://a/audit", false],
  ["s3://a/audit/logs/", "s3://a/audit", false],
  ["s3://b", "s3://a", false],
  ["s3://b/findings/", "s3://a", false],
])("a scan of %s meets the store %s: %s", ([scanned, store, meets]) => {
  expect(meetsStore(parseS3Uri(scanned), parseS3Uri(store))).toBe(meets);
});
