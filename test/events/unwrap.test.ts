import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LandedObject, unwrap } from "../../lib/events/unwrap.ts";
import { inSns, recorded } from "../functions/recorded.ts";

const KEY = "own logs+1/2026-02-06-13-00-00-ABCDEF";
const BY_S3: LandedObject = {
  bucket: "my-logs",
  key: KEY,
  etag: "6a5a0ed45064facdd0909151f2e8142c",
  versionId: null,
  size: 2326,
  time: Date.UTC(2026, 1, 6, 13, 0, 6, 104),
};
const BY_EVENTBRIDGE: LandedObject = {
  ...BY_S3,
  versionId: "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e",
  time: Date.UTC(2026, 1, 6, 13, 0, 6),
};
const BY_HISTORY: LandedObject = { ...BY_S3, etag: null, size: null, time: null };

const s3 = recorded("s3-notification");
const renamed = { Records: [{ ...s3.Records[0], eventName: "s3:ObjectCreated:CompleteMultipartUpload" }] };

describe("objects that landed", () => {
  test.each<[string, unknown, LandedObject[]]>([
    ["S3 notification", s3, [BY_S3]],
    ["S3 notification of several objects", { Records: [...s3.Records, ...s3.Records] }, [BY_S3, BY_S3]],
    ["an event's name with its prefix", renamed, [BY_S3]],
    ["S3 notification by SNS", inSns(s3), [BY_S3]],
    ["EventBridge", recorded("eventbridge-created"), [BY_EVENTBRIDGE]],
    ["EventBridge by SNS", inSns(recorded("eventbridge-created")), [BY_EVENTBRIDGE]],
    ["history", JSON.parse(recorded("history-batch").Records[0].body), [BY_HISTORY]],
  ])("%s", (_, event, landed) => {
    expect(unwrap(JSON.stringify(event))).toEqual({ landed, ignored: [] });
  });
});

describe("what asks for no work", () => {
  const created = s3.Records[0];
  const [removed] = recorded("s3-removed").Records;
  test.each<[string, unknown, LandedObject[], string]>([
    ["s3-test-event", recorded("s3-test-event"), [], "it is the test event of a new notification"],
    ["s3-removed", recorded("s3-removed"), [], '"ObjectRemoved:Delete" is no event of a new object'],
    ["eventbridge-deleted", recorded("eventbridge-deleted"), [], '"Object Deleted" is no event of a new object'],
    [
      "beside what does",
      { Records: [removed, created] },
      [BY_S3],
      '"ObjectRemoved:Delete" is no event of a new object',
    ],
  ])("%s", (_, event, landed, reason) => {
    expect(unwrap(JSON.stringify(event))).toEqual({ landed, ignored: [reason] });
    expect(unwrap(JSON.stringify(inSns(event)))).toEqual({ landed, ignored: [reason] });
  });
});

describe("any other shape fails", () => {
  const bare = (object: unknown) => ({
    Records: [{ eventName: "ObjectCreated:Put", s3: { bucket: { name: "b" }, object } }],
  });
  test.each<[string, string]>([
    ["nothing", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["a list", "[]"],
    ["no records", '{"Records":[]}'],
    ["records that are none", '{"Records":[null]}'],
    ["an invitation", JSON.stringify(recorded("sns-subscription-confirmation"))],
    ["SNS without a message", '{"Type":"Notification"}'],
    ["SNS with another message", JSON.stringify(inSns("hello"))],
    ["another service", '{"source":"aws.ec2","detail-type":"Object Created"}'],
    ["EventBridge without a type", '{"source":"aws.s3"}'],
    ["EventBridge without an object", '{"source":"aws.s3","detail-type":"Object Created","detail":{}}'],
    ["no key", JSON.stringify(bare({}))],
    ["a key that cannot be decoded", JSON.stringify(bare({ key: "100%" }))],
  ])("%s", (_, body) => {
    expect(() => unwrap(body)).toThrow(
      "the message is no event of an object: expected an S3 notification or an EventBridge event of S3, as it is or " +
        "wrapped by SNS; look at what sends to this queue",
    );
  });

  test("whatever is sent, it gives objects or throws that", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        try {
          unwrap(body);
        } catch (error) {
          expect((error as Error).message).toMatch(/^the message is no event of an object/);
        }
      }),
    );
  });
});

test("a key comes back as it was, whatever it holds", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (key) => {
      const asForm = new URLSearchParams([["", key]]).toString().slice(1);
      const record = { eventName: "ObjectCreated:Put", s3: { bucket: { name: "b" }, object: { key: asForm } } };
      expect(unwrap(JSON.stringify({ Records: [record] })).landed[0]?.key).toBe(key);
    }),
  );
});
