import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LogObject, objectId, storeKeys } from "../../lib/stores/log-object.ts";
import { checkKey } from "../../lib/stores/store.ts";

const OBJECT: LogObject = {
  bucket: "my-logs",
  key: "logs/a",
  etag: "9b2cf535f27731c974343645a3985328",
  lastModified: Date.UTC(2026, 1, 6, 23, 59, 59, 999),
  sourceId: "s3-access-log",
};
const ID = "69498affae4297dc45c3df8371ce0d8c";

describe("objectId", () => {
  test("is of bucket, key and ETag, and of nothing else", () => {
    expect(objectId(OBJECT)).toBe(ID);
    const later = { ...OBJECT, lastModified: 0, sourceId: "cloudtrail" };
    expect(objectId(later)).toBe(ID);
  });

  test("an ETag in quotes is the same ETag", () => {
    expect(objectId({ ...OBJECT, etag: `"${OBJECT.etag}"` })).toBe(ID);
  });

  test("what moves from one part into another is another object", () => {
    const part = fc.stringMatching(/^[ab/",\\[\]]{0,4}$/);
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (a, b) => {
        const ids = [a, b].map(([bucket, key, etag]) => objectId({ ...OBJECT, bucket, key, etag }));
        const bare = [a, b].map(([bucket, key, etag]) => JSON.stringify([bucket, key, etag.replaceAll('"', "")]));
        expect(ids[0] === ids[1]).toBe(bare[0] === bare[1]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("storeKeys", () => {
  test("the day is that of the last change, in UTC", () => {
    expect(storeKeys(OBJECT)).toEqual({
      findings: `findings/dt=2026-02-06/my-logs/${ID}.ndjson.gz`,
      receipt: `receipts/dt=2026-02-06/my-logs/${ID}.json`,
      quarantine: `quarantine/dt=2026-02-06/my-logs/${ID}.ndjson.gz`,
    });
  });

  test.for<[string, string]>([
    ["my.logs_2", "my.logs_2"],
    ["..", "%2e%2e"],
    [".", "%2e"],
    [".hidden", "%2ehidden"],
    ["dot.", "dot%2e"],
    ["a/../../b", "a%2f..%2f..%2fb"],
    ["/etc", "%2fetc"],
    ["c:\\x", "c%3a%5cx"],
    ["nul\u0000l", "nul%00l"],
    ["aux", "%61ux"],
    ["NUL.x", "%4eUL.x"],
    ["com1", "%63om1"],
    ["auxiliary", "auxiliary"],
    ["%2e", "%252e"],
    ["猫", "%e7%8c%ab"],
    ["", "%"],
  ])("bucket %j is folder %j", ([bucket, folder]) => {
    expect(storeKeys({ ...OBJECT, bucket }).receipt.split("/")[2]).toBe(folder);
  });

  test("whatever the bucket is called, the keys are safe and four parts long", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (bucket, key) => {
        for (const storeKey of Object.values(storeKeys({ ...OBJECT, bucket, key }))) {
          expect(() => checkKey(storeKey)).not.toThrow();
          expect(storeKey.split("/")).toHaveLength(4);
        }
      }),
    );
  });
});
