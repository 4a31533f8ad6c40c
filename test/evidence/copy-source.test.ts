import { expect, it } from "vitest";
import { copySourceObject } from "../../lib/evidence/copy-source.ts";
import type { ObjectVersion } from "../../lib/record.ts";

const object = (bucket: string, key: string, versionId: string | null = null): ObjectVersion => ({
  bucket,
  key,
  versionId,
});

it.each<[header: string, expected: ObjectVersion | null]>([
  ["/b/k", object("b", "k")],
  ["b/k", object("b", "k")],
  ["b%2Fk", object("b", "k")],
  ["%2Fb%2Fk%20x%2B", object("b", "k x+")],
  ["/b/folder//k", object("b", "folder//k")],
  ["/b/k\nx", object("b", "k\nx")],
  ["/b/k?versionId=v1", object("b", "k", "v1")],
  ["/b/k?versionId=null", object("b", "k", "null")],
  ["/b/k?versionId=v%2F1", object("b", "k", "v/1")],
  // A question mark of the key itself is encoded.
  ["/b/k%3FversionId%3Dv1", object("b", "k?versionId=v1")],
  ["", null],
  ["b", null],
  ["/b", null],
  ["/b/", null],
  ["//k", null],
  ["/b/k+x", null],
  ["/b/%zz", null],
  ["/b/k?", null],
  ["/b/k?versionId=", null],
  ["/b/k?versionId=%zz", null],
  ["/b/k?versionId=v1&x=1", null],
  ["/b/k?uploadId=v1", null],
  ["arn:aws:s3:eu-west-1:123456789012:accesspoint/ap/object/k", null],
])("%j", (header, expected) => {
  expect(copySourceObject(header)).toEqual(expected);
});
