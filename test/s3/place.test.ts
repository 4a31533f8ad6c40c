import { expect, test } from "vitest";
import { isS3Uri, parseS3Uri, s3Uri } from "../../lib/s3/place.ts";

test.for([
  ["s3://a", "a", ""],
  ["s3://a/", "a", ""],
  ["s3://a/b/c", "a", "b/c"],
  ["s3://a/b/", "a", "b/"],
  ["s3://a//b%20c?d#e", "a", "/b%20c?d#e"],
] as const)("%s", ([uri, bucket, prefix]) => {
  expect(parseS3Uri(uri)).toEqual({ bucket, prefix });
  expect(parseS3Uri(s3Uri(bucket, prefix))).toEqual({ bucket, prefix });
});

test.for(["s3://", "s3:///a", "s3:a", "S3://a", "https://a/b", ""])("%j is none", (uri) => {
  expect(() => parseS3Uri(uri)).toThrow(new Error(`Expected s3://BUCKET or s3://BUCKET/PREFIX, found "${uri}".`));
});

test("paths are none", () => {
  expect(["s3://a", "s3:/a", "./s3://a", "a"].map(isS3Uri)).toEqual([true, false, false, false]);
});
