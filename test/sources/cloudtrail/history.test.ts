import { describe, expect, it } from "vitest";
import { type Facts, GET, interfaceCode } from "../../../lib/facts.ts";
import type { LogRecord } from "../../../lib/record.ts";
import { cloudtrail } from "../../../lib/sources/cloudtrail/index.ts";
import { type EventMembers, logOf, NO_TLS, otherEvent, s3Event } from "./events.ts";
import { type Read, readAll, recipientOf, spell } from "./read-all.ts";

const SSE = "x-amz-server-side-encryption";
const SSE_C = `${SSE}-customer-algorithm`;
const COPY_SOURCE = "x-amz-copy-source";

/** An event at `10:00:0…`, its request id its name. */
function at(second: number, eventName: string, changes: EventMembers = {}): EventMembers {
  const eventTime = `2026-02-06T10:00:${String(second).padStart(2, "0")}Z`;
  return s3Event({ eventTime, eventName, requestID: `${eventName}@${second}`, ...changes });
}

const stored = (SSEApplied: string, changes: EventMembers = {}): EventMembers => ({
  additionalEventData: { SSEApplied },
  ...changes,
});
const asks = (requestParameters: EventMembers): EventMembers => ({ requestParameters });
const version = (id: string): EventMembers => ({ responseElements: { "x-amz-version-id": id } });

/** The last event's encryptions, and what proves them. */
function last(...events: EventMembers[]): unknown {
  const { records, malformed } = readAll(logOf(...events));
  expect(malformed).toEqual([]);
  expect(records).toHaveLength(events.length);
  const { facts, evidence, reason } = records.at(-1)!;
  return [
    spell(facts).split(" ").at(-1),
    ...evidence.map(({ fact, by, detail }) => `${fact} ${by}: ${detail}`),
    ...(reason ? [reason] : []),
  ];
}

const made = (id: string, fact = "target") =>
  `${fact} earlier-write: request ${id} of 2026-02-06T10:00:${id.split("@")[1]!.padStart(2, "0")}.000Z made the object`;
const began = (id: string) =>
  `target multipart-initiate: request ${id} of 2026-02-06T10:00:${id.split("@")[1]!.padStart(2, "0")}.000Z began the upload`;

describe("an earlier write of the same key settles", () => {
  const put = at(1, "PutObject", stored("SSE_KMS"));
  const cases: [what: string, events: EventMembers[], expected: unknown[]][] = [
    ["a read", [put, at(2, "GetObject")], ["SSE-KMS", made("PutObject@1")]],
    ["a HEAD", [put, at(2, "HeadObject")], ["SSE-KMS", made("PutObject@1")]],
    ["a refused read", [put, at(2, "GetObject", { errorCode: "AccessDenied" })], ["SSE-KMS", made("PutObject@1")]],
    ["no read of what is not there", [put, at(2, "GetObject", { errorCode: "NoSuchKey" })], ["any"]],
    ["no read of the same second", [put, at(1, "GetObject")], ["any"]],
    ["no earlier read", [at(3, "PutObject", stored("SSE_KMS")), at(2, "GetObject")], ["any"]],
    ["no read that speaks for itself", [put, at(2, "GetObject", stored("SSE_S3"))], ["SSE-S3"]],
    ["no other key", [put, at(2, "GetObject", asks({ key: "other" }))], ["any"]],
    ["no other bucket", [put, at(2, "GetObject", asks({ bucketName: "other" }))], ["any"]],
    ["nothing without a key", [put, at(2, "GetObject", asks({ key: undefined }))], ["any"]],
    ["nothing without a bucket", [put, at(2, "GetObject", asks({ bucketName: undefined }))], ["any"]],
    ["no write", [put, at(2, "PutObject")], ["any"]],
    ["no other operation", [put, at(2, "GetObjectAcl")], ["any"]],
    [
      "by what it asked for",
      [at(1, "PutObject", asks({ [SSE]: "aws:kms" })), at(2, "GetObject")],
      ["SSE-KMS", made("PutObject@1")],
    ],
    ["by a form", [at(1, "PostObject", stored("SSE_S3")), at(2, "GetObject")], ["SSE-S3", made("PostObject@1")]],
    ["by a copy", [at(1, "CopyObject", stored("SSE_C")), at(2, "GetObject")], ["SSE-C", made("CopyObject@1")]],
    [
      "also with more than one possibility",
      [at(1, "PutObject", stored("SSE_KMS", asks({ [SSE]: "AES256" }))), at(2, "GetObject")],
      ["SSE-S3|SSE-KMS", made("PutObject@1")],
    ],
    [
      "with the latest write",
      [at(3, "PutObject", stored("SSE_S3")), put, at(4, "GetObject")],
      ["SSE-S3", made("PutObject@3")],
    ],
    [
      "with both writes of one second",
      [put, at(1, "PutObject", stored("SSE_S3")), at(4, "GetObject")],
      ["SSE-S3|SSE-KMS", made("PutObject@1")],
    ],
    ["nothing after a delete", [put, at(2, "DeleteObject"), at(3, "GetObject")], ["any"]],
    ["nothing after a delete of the same second", [put, at(1, "DeleteObject"), at(3, "GetObject")], ["any"]],
    ["nothing before a delete that is listed first", [at(2, "DeleteObject"), put, at(3, "GetObject")], ["any"]],
    [
      "again what is written after a delete",
      [at(1, "DeleteObject"), at(2, "PutObject", stored("SSE_S3")), at(3, "GetObject")],
      ["SSE-S3", made("PutObject@2")],
    ],
    [
      "what is left by a delete that was refused",
      [put, at(2, "DeleteObject", { errorCode: "AccessDenied" }), at(3, "GetObject")],
      ["SSE-KMS", made("PutObject@1")],
    ],
    [
      "nothing after a delete that failed in the store",
      [put, at(2, "DeleteObject", { errorCode: "InternalError" }), at(3, "GetObject")],
      ["any"],
    ],
    [
      "nothing after a delete of many",
      [put, at(2, "DeleteObjects", asks({ key: undefined })), at(3, "GetObject")],
      ["any"],
    ],
    [
      "what another bucket's delete of many leaves",
      [put, at(2, "DeleteObjects", asks({ key: undefined, bucketName: "other" })), at(3, "GetObject")],
      ["SSE-KMS", made("PutObject@1")],
    ],
    ["nothing after a write of unknown encryption", [put, at(2, "PutObject"), at(3, "GetObject")], ["any"]],
    [
      "nothing after a write that failed in the store",
      [put, at(2, "PutObject", stored("SSE_S3", { errorCode: "InternalError" })), at(3, "GetObject")],
      ["any"],
    ],
    [
      "what a refused write leaves",
      [put, at(2, "PutObject", stored("SSE_S3", { errorCode: "AccessDenied" })), at(3, "GetObject")],
      ["SSE-KMS", made("PutObject@1")],
    ],
    [
      "nothing after an operation that is not known",
      [put, at(2, "UpdateObjectEncryption"), at(3, "GetObject")],
      ["any"],
    ],
    [
      "what harmless operations leave",
      [
        put,
        ...["PutObjectAcl", "PutObjectTagging", "DeleteObjectTagging", "PutObjectRetention", "PutObjectLegalHold"].map(
          (name) => at(2, name),
        ),
        ...["RestoreObject", "SelectObjectContent", "ListParts", "AbortMultipartUpload"].map((name) => at(2, name)),
        ...["PutBucketPolicy", "DeleteBucketPolicy"].map((name) => at(2, name, asks({ key: undefined }))),
        at(3, "GetObject"),
      ],
      ["SSE-KMS", made("PutObject@1")],
    ],
    [
      "nothing after a write through an access point",
      [put, at(2, "PutObject", stored("SSE_S3", asks({ bucketName: "pay-slips-7h3-s3alias" }))), at(3, "GetObject")],
      ["any"],
    ],
    [
      "again what is written after that",
      [
        at(1, "DeleteObject", asks({ bucketName: "arn:aws:s3:eu-central-1:111122223333:accesspoint/a" })),
        at(2, "PutObject", stored("SSE_S3")),
        at(3, "GetObject"),
      ],
      ["SSE-S3", made("PutObject@2")],
    ],
    [
      "nothing after a write of which the bucket is not known",
      [put, at(2, "PutObject", asks({ bucketName: undefined })), at(3, "GetObject")],
      ["any"],
    ],
    [
      "nothing after a write of which the key is not known",
      [put, at(2, "PutObject", stored("SSE_S3", asks({ key: undefined }))), at(3, "GetObject")],
      ["any"],
    ],
    [
      "the version that it made",
      [
        at(1, "PutObject", stored("SSE_KMS", version("v1"))),
        at(2, "PutObject", stored("SSE_S3", version("v2"))),
        at(3, "GetObject", asks({ versionId: "v1" })),
      ],
      ["SSE-KMS", made("PutObject@1")],
    ],
    [
      "no other version",
      [at(1, "PutObject", stored("SSE_KMS", version("v1"))), at(3, "GetObject", asks({ versionId: "v0" }))],
      ["any"],
    ],
    ["no version if it made none", [put, at(3, "GetObject", asks({ versionId: "v1" }))], ["any"]],
    [
      "a copy's source",
      [put, at(2, "CopyObject", asks({ key: "copy", [COPY_SOURCE]: "pay-slips/2026/01.pdf" }))],
      ["SSE-KMS→any", made("PutObject@1", "source")],
    ],
    [
      "a part copy's source",
      [put, at(2, "UploadPartCopy", asks({ key: "copy", [COPY_SOURCE]: "/pay-slips/2026%2F01.pdf" }))],
      ["SSE-KMS→any", made("PutObject@1", "source")],
    ],
    [
      "no source that speaks for itself",
      [
        put,
        at(
          2,
          "CopyObject",
          asks({
            [COPY_SOURCE]: "pay-slips/2026/01.pdf",
            "x-amz-copy-source-server-side-encryption-customer-algorithm": "AES256",
          }),
        ),
      ],
      ["SSE-C→any"],
    ],
    ["no source that is not named", [put, at(2, "CopyObject")], ["any→any"]],
    [
      "the source of a copy onto itself",
      [put, at(2, "CopyObject", stored("SSE_S3", asks({ [COPY_SOURCE]: "pay-slips/2026/01.pdf" })))],
      ["SSE-KMS→SSE-S3", made("PutObject@1", "source")],
    ],
  ];
  it.each(cases)("%s", (_, events, expected) => expect(last(...events)).toEqual(expected));

  /** The encryption of the event at this line. */
  const ofLine = (line: number, ...events: EventMembers[]) =>
    spell(readAll(logOf(...events)).records.find((record) => record.line === line)!.facts)
      .split(" ")
      .at(-1);

  it("the log lists events in no order: their times count", () => {
    const kms = at(4, "PutObject", stored("SSE_KMS"));
    const read = at(5, "GetObject");
    expect(ofLine(1, read, kms)).toBe("SSE-KMS");
    expect(ofLine(2, at(2, "PutObject", stored("SSE_S3")), read, kms)).toBe("SSE-KMS");
    expect(ofLine(2, kms, read, at(5, "PutObject"))).toBe("any");
    expect(ofLine(2, kms, read, at(4, "DeleteObject"))).toBe("any");
    expect(ofLine(2, kms, read, at(5, "DeleteObjects", asks({ key: undefined })))).toBe("any");
    expect(ofLine(2, kms, read, at(4, "PutObject", asks({ bucketName: "pay-slips-7h3-s3alias" })))).toBe("any");
    expect(ofLine(2, kms, read, at(6, "DeleteObject"))).toBe("SSE-KMS");
    expect(
      ofLine(1, at(3, "HeadObject", asks({ versionId: "v1" })), at(2, "PutObject", stored("SSE_C", version("v1")))),
    ).toBe("SSE-C");
  });

  it("records come in the order of the log object, whatever they wait for", () => {
    const { records } = readAll(
      logOf(at(5, "GetObject"), at(1, "PutObject"), at(6, "GetObject"), at(2, "ListObjects")),
    );
    expect(records.map(({ line }) => line)).toEqual([1, 2, 3, 4]);
  });

  it("a version that may have been encrypted anew since is not known", () => {
    const put = at(1, "PutObject", stored("SSE_S3", version("v1")));
    const read = at(3, "GetObject", asks({ versionId: "v1" }));
    expect(ofLine(3, put, at(2, "UpdateObjectEncryption"), read)).toBe("any");
    expect(ofLine(3, put, at(2, "DeleteObject"), read)).toBe("SSE-S3");
  });

  it("what lies more than 128 MiB behind a read in the log object is too late", () => {
    const put = at(1, "PutObject", stored("SSE_KMS"));
    const begun = at(1, "CreateMultipartUpload", { responseElements: { uploadId: "u1" }, ...stored("SSE_C") });
    const part = at(3, "UploadPart", asks({ uploadId: "u1", key: "2026/01.pdf" }));
    const early = [put, begun, at(2, "GetObject"), part].map((event) => JSON.stringify(event)).join(",");
    const padding = Buffer.from(`,${JSON.stringify(otherEvent({ userAgent: "x".repeat(1_000_000) }))}`);
    const read: Read = { seen: [], records: [], malformed: [], passedOver: 0 };
    const reader = cloudtrail.open(recipientOf(read));
    reader.push(Buffer.from(`[${early}`));
    for (let bytes = 0; bytes <= 1 << 27; bytes += padding.length) reader.push(padding);
    expect(read.records.map(({ line }) => line)).toEqual([1, 2]);
    reader.push(Buffer.from(`,${JSON.stringify(at(2, "HeadObject"))}]`));
    reader.end();
    expect(read.records.map(({ facts }) => spell(facts).split(" ").at(-1))).toEqual([
      "SSE-KMS",
      "SSE-C",
      "any",
      "SSE-C",
      "SSE-KMS",
    ]);
  });

  it("of very many changes of nobody knows which objects, the last are taken to end all that was before them", () => {
    const put = (second: number) => at(second, "PutObject", stored("SSE_KMS", asks({ key: `at ${second}` })));
    const read = (second: number) => at(9, "GetObject", asks({ key: `at ${second}` }));
    const change = (bucketName: string) =>
      JSON.stringify({
        eventSource: "s3.amazonaws.com",
        eventName: "DeleteObjects",
        eventTime: "2026-02-06T10:00:04Z",
        requestParameters: { bucketName },
      });
    const around = [put(3), put(5), read(3), read(5)].map((event) => JSON.stringify(event));
    const many = new Array<string>(100_000).fill(change("other"));
    const encryptions = (changes: string[]) => {
      const found: LogRecord[] = [];
      const wants = (facts: Facts) => interfaceCode(facts) === GET;
      const reader = cloudtrail.open({ wants, see: wants, judge: (record) => found.push(record), malformed() {} });
      reader.push(Buffer.from(`[${[...around, ...changes].join()}]`));
      reader.end();
      return found.map(({ facts }) => spell(facts).split(" ").at(-1));
    };
    expect(encryptions(many)).toEqual(["SSE-KMS", "SSE-KMS"]);
    expect(encryptions([...many, change("yet another")])).toEqual(["any", "SSE-KMS"]);
  });

  it("also outside of the time range", () => {
    const log = logOf(put, at(2, "GetObject"));
    const { records } = readAll(log, { since: Date.UTC(2026, 1, 6, 10, 0, 2) });
    expect(records.map(({ line, facts }) => [line, spell(facts)])).toEqual([[2, "GetObject TLSv1.3 V4 SSE-KMS"]]);
  });

  it("never in another log object", () => {
    readAll(logOf(put));
    expect(last(at(2, "GetObject"))).toEqual(["any"]);
  });
});

describe("an upload's initiate settles", () => {
  const initiate = (second: number, uploadId: string | undefined, changes: EventMembers) =>
    at(second, "CreateMultipartUpload", { responseElements: { uploadId }, ...changes });
  const begun = initiate(1, "u1", stored("SSE_KMS"));
  const u1 = asks({ uploadId: "u1" });
  const cases: [what: string, events: EventMembers[], expected: unknown[]][] = [
    ["a part", [begun, at(2, "UploadPart", u1)], ["SSE-KMS", began("CreateMultipartUpload@1")]],
    ["a part of the same second", [begun, at(1, "UploadPart", u1)], ["SSE-KMS", began("CreateMultipartUpload@1")]],
    ["a part copy", [begun, at(2, "UploadPartCopy", u1)], ["any→SSE-KMS", began("CreateMultipartUpload@1")]],
    ["the completion", [begun, at(2, "CompleteMultipartUpload", u1)], ["SSE-KMS", began("CreateMultipartUpload@1")]],
    ["no part of which it is not in the log object", [at(2, "UploadPart", u1)], ["any"]],
    ["no other upload", [begun, at(2, "UploadPart", asks({ uploadId: "u2" }))], ["any"]],
    ["no part without an upload id", [begun, at(2, "UploadPart")], ["any"]],
    ["no part without a key", [begun, at(2, "UploadPart", asks({ uploadId: "u1", key: undefined }))], ["any"]],
    [
      "nothing if it does not show its id",
      [initiate(1, undefined, stored("SSE_KMS")), at(2, "UploadPart", u1)],
      ["any"],
    ],
    [
      "nothing if it has no key",
      [initiate(1, "u1", stored("SSE_KMS", asks({ key: undefined }))), at(2, "UploadPart", u1)],
      ["any"],
    ],
    ["nothing if it says nothing", [initiate(1, "u1", {}), at(2, "UploadPart", u1)], ["any"]],
    [
      "nothing if it was refused",
      [initiate(1, "u1", stored("SSE_KMS", { errorCode: "AccessDenied" })), at(2, "UploadPart", u1)],
      ["any"],
    ],
    [
      "a part that says the same",
      [initiate(1, "u1", stored("SSE_C")), at(2, "UploadPart", asks({ uploadId: "u1", [SSE_C]: "AES256" }))],
      ["SSE-C"],
    ],
    [
      "not a part that says otherwise: both stay possible",
      [begun, at(2, "UploadPart", asks({ uploadId: "u1", [SSE_C]: "AES256" }))],
      [
        "SSE-KMS|SSE-C",
        "the event contradicts request CreateMultipartUpload@1 of 2026-02-06T10:00:01.000Z on the encryption, so that both stay possible",
      ],
    ],
    [
      "no key that a part sends over plain HTTP: it is exposed",
      [begun, at(2, "UploadPart", { ...NO_TLS, ...asks({ uploadId: "u1", [SSE_C]: "AES256" }) })],
      ["SSE-C", "the event contradicts request CreateMultipartUpload@1 of 2026-02-06T10:00:01.000Z on the encryption"],
    ],
    [
      "through the completion, later reads",
      [begun, at(2, "CompleteMultipartUpload", u1), at(3, "GetObject")],
      ["SSE-KMS", made("CompleteMultipartUpload@2")],
    ],
    [
      "through a completion that is listed before it",
      [at(2, "CompleteMultipartUpload", u1), begun, at(3, "GetObject")],
      ["SSE-KMS", made("CompleteMultipartUpload@2")],
    ],
    ["no read without the completion", [begun, at(2, "UploadPart", u1), at(3, "GetObject")], ["any"]],
    [
      "source and target of a part copy, together with an earlier write",
      [
        at(1, "PutObject", stored("SSE_S3", asks({ key: "from" }))),
        begun,
        at(2, "UploadPartCopy", asks({ uploadId: "u1", [COPY_SOURCE]: "pay-slips/from" })),
      ],
      ["SSE-S3→SSE-KMS", began("CreateMultipartUpload@1"), made("PutObject@1", "source")],
    ],
  ];
  it.each(cases)("%s", (_, events, expected) => expect(last(...events)).toEqual(expected));

  it("a part that is listed before it", () => {
    const { records } = readAll(logOf(at(2, "UploadPart", u1), begun));
    expect(records.map(({ facts }) => spell(facts).split(" ").at(-1))).toEqual(["SSE-KMS", "SSE-KMS"]);
  });
});

describe("the encryption is what the store did with a write that asked for none", () => {
  const u1 = asks({ uploadId: "u1" });
  const begun = at(1, "CreateMultipartUpload", { responseElements: { uploadId: "u1" } });
  const put = at(1, "PutObject");
  const kms = at(1, "PutObject", stored("SSE_KMS"));
  const copy = (second: number, changes: EventMembers = {}) =>
    at(second, "CopyObject", asks({ key: "copy", [COPY_SOURCE]: "pay-slips/2026/01.pdf", ...changes }));
  const cases: [what: string, events: EventMembers[], unasked: string[] | undefined][] = [
    ["of the write", [put], ["target"]],
    ["of one that was refused", [at(1, "PutObject", { errorCode: "AccessDenied" })], ["target"]],
    ["of an upload", [begun], ["target"]],
    ["of a copy", [copy(1)], ["target"]],
    ["of a read", [put, at(2, "GetObject")], ["target"]],
    ["of a HEAD", [put, at(2, "HeadObject")], ["target"]],
    ["of a part", [begun, at(2, "UploadPart", u1)], ["target"]],
    ["of what the parts made", [begun, at(2, "CompleteMultipartUpload", u1), at(3, "GetObject")], ["target"]],
    ["of a copy's source", [put, copy(2, { [SSE]: "aws:kms" })], ["source"]],
    ["of a copy's source and target", [put, copy(2)], ["target", "source"]],
    [
      "of both of a part copy",
      [
        at(1, "PutObject", asks({ key: "from" })),
        begun,
        at(2, "UploadPartCopy", asks({ ...(u1["requestParameters"] as object), [COPY_SOURCE]: "pay-slips/from" })),
      ],
      ["target", "source"],
    ],
    ["not of one that asked", [at(1, "PutObject", asks({ [SSE]: "AES256" }))], undefined],
    ["not of one that asked with an empty header", [at(1, "PutObject", asks({ [SSE]: "" }))], undefined],
    ["not of one that sent a key", [at(1, "PutObject", asks({ [SSE_C]: "" }))], undefined],
    ["not of one of which it stands what was done", [kms], undefined],
    ["not of a form", [at(1, "PostObject")], undefined],
    ["not of a service's", [at(1, "PutObject", { sourceIPAddress: "athena.amazonaws.com" })], undefined],
    ["not where parameters are left out", [at(1, "PutObject", asks({ key: undefined }))], undefined],
    ["not where the bucket is left out", [at(1, "PutObject", asks({ bucketName: undefined }))], undefined],
    ["not where two writes of one second differ", [put, kms, at(3, "GetObject")], undefined],
    [
      "not of a part that speaks for itself",
      [begun, at(2, "UploadPart", asks({ uploadId: "u1", [SSE_C]: "AES256" }))],
      undefined,
    ],
    ["not after a delete", [put, at(2, "DeleteObject"), at(3, "GetObject")], undefined],
    ["not of a read of what another write made", [put, at(2, "PostObject"), at(3, "GetObject")], undefined],
  ];
  it.each(cases)("%s", (_, events, unasked) => {
    const { facts, evidence, unasked: found } = readAll(logOf(...events)).records.at(-1)!;
    expect([found, evidence]).toEqual([unasked, []]);
    for (const fact of unasked ?? [])
      expect(
        spell(facts)
          .split(" ")
          .at(-1)!
          .split("→")
          .at(fact === "source" ? 0 : -1),
      ).toBe("any");
  });
});
