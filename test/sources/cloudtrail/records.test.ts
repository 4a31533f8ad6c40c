import { describe, expect, it } from "vitest";
import { ANY_ENCRYPTION, type Facts, GET, PUT, pack, SSE_KMS, V4 } from "../../../lib/facts.ts";
import { isServed, type LogRecord } from "../../../lib/record.ts";
import { cloudtrail } from "../../../lib/sources/cloudtrail/index.ts";
import { type EventMembers, logOf, otherEvent, s3Event, wrapped } from "./events.ts";
import { type Read, readAll, recipientOf } from "./read-all.ts";

const TLS_1_3 = 0b10000;

function recordOf(event: EventMembers): LogRecord {
  const { records, malformed } = readAll(logOf(event));
  expect(malformed).toEqual([]);
  expect(records).toHaveLength(1);
  return records[0]!;
}

it("a record holds all that an event says", () => {
  expect(recordOf(s3Event())).toEqual({
    line: 1,
    offset: 12,
    facts: pack(GET, TLS_1_3, V4, 0, ANY_ENCRYPTION),
    evidence: [],
    time: Date.UTC(2026, 1, 6, 10),
    requestId: "HQJGBHZK9QH33KG7",
    operation: "GetObject",
    bucket: "pay-slips",
    key: "2026/01.pdf",
    versionId: null,
    copySource: null,
    bucketOwner: "444455556666",
    requester: "arn:aws:sts::111122223333:assumed-role/payroll/reader",
    remoteIp: "203.0.113.7",
    uri: null,
    status: 200,
    errorCode: null,
    referer: null,
    userAgent: "aws-cli/2.18.5",
    cipher: "TLS_AES_128_GCM_SHA256",
    tlsVersion: "TLSv1.3",
    host: "pay-slips.s3.eu-central-1.amazonaws.com",
    authType: "AuthHeader",
    reason: null,
  } satisfies LogRecord);
});

it("an event that says next to nothing is a record all the same", () => {
  const event = { eventSource: "s3.amazonaws.com", eventName: "PutObject", eventTime: "2026-02-06T10:00:00Z" };
  expect(recordOf(event)).toEqual({
    line: 1,
    offset: 12,
    facts: pack(PUT, 0b11111, 0b011, 0, ANY_ENCRYPTION),
    evidence: [],
    time: Date.UTC(2026, 1, 6, 10),
    requestId: "",
    operation: "PutObject",
    bucket: "",
    key: null,
    versionId: null,
    copySource: null,
    bucketOwner: null,
    requester: null,
    remoteIp: null,
    uri: null,
    status: 200,
    errorCode: null,
    referer: null,
    userAgent: null,
    cipher: null,
    tlsVersion: null,
    host: null,
    authType: null,
    reason: "the event has neither TLS details nor a signature version, which would show that they are complete",
  } satisfies LogRecord);
});

describe("a record's", () => {
  const cases: [what: string, event: EventMembers, expected: Partial<LogRecord>][] = [
    ["key in capitals", s3Event({ requestParameters: { key: undefined, Key: ["a b"] } }), { key: "a b" }],
    ["key that is a dash", s3Event({ requestParameters: { key: "-" } }), { key: "-" }],
    ["key that is a number", s3Event({ requestParameters: { key: 7 } }), { key: "7" }],
    ["key that is empty", s3Event({ requestParameters: { key: "" } }), { key: null }],
    ["key that stands twice the same", s3Event({ requestParameters: { Key: "2026/01.pdf" } }), { key: "2026/01.pdf" }],
    ["key that stands twice", s3Event({ requestParameters: { Key: "other" } }), { key: null }],
    [
      "key with escapes",
      s3Event({ requestParameters: { key: 'a"\\\u0001\u2028ü😀' } }),
      { key: 'a"\\\u0001\u2028ü😀' },
    ],
    ["host in lower case", s3Event({ requestParameters: { Host: undefined, host: "h" } }), { host: "h" }],
    [
      "host from the TLS details",
      s3Event({ requestParameters: { Host: undefined }, tlsDetails: { clientProvidedHostHeader: "tls.example" } }),
      { host: "tls.example" },
    ],
    ["version that was asked for", s3Event({ requestParameters: { versionId: "v1" } }), { versionId: "v1" }],
    ["version that was made", s3Event({ responseElements: { "x-amz-version-id": "v2" } }), { versionId: "v2" }],
    [
      "request id where there is none",
      s3Event({ requestID: undefined }),
      { requestId: "8d96391c-83f4-3491-bb84-4b389122ffb9" },
    ],
    ["user agent without brackets", s3Event({ userAgent: "curl/8" }), { userAgent: "curl/8" }],
    ["user agent with brackets within", s3Event({ userAgent: "[a] [b" }), { userAgent: "[a] [b" }],
    [
      "cipher suite, the first that is said",
      s3Event({ additionalEventData: { CipherSuite: "-" } }),
      { cipher: "TLS_AES_128_GCM_SHA256" },
    ],
    [
      "requester: a principal",
      s3Event({ userIdentity: { arn: undefined } }),
      { requester: "AROAIDPPEZS35WEXAMPLE:reader" },
    ],
    [
      "requester: an account",
      s3Event({ userIdentity: { type: "AWSAccount", arn: undefined, principalId: "" } }),
      { requester: "111122223333" },
    ],
    [
      "requester: a service",
      s3Event({ userIdentity: undefined, sourceIPAddress: "logging.s3.amazonaws.com" }),
      { requester: null, remoteIp: "logging.s3.amazonaws.com" },
    ],
    [
      "requester: nobody",
      s3Event({
        userIdentity: { type: "AWSAccount", arn: undefined, principalId: "", accountId: "ANONYMOUS_PRINCIPAL" },
      }),
      { requester: null },
    ],
    [
      "presigned request",
      s3Event({ additionalEventData: { AuthenticationMethod: "QueryString" } }),
      { authType: "QueryString" },
    ],
    [
      "owner where resources name no bucket",
      s3Event({ resources: [null, 1, { type: "AWS::S3::Object" }] }),
      { bucketOwner: null },
    ],
    [
      "owner where the bucket names no account",
      s3Event({ resources: [{ type: "AWS::S3::Bucket" }] }),
      { bucketOwner: null },
    ],
    ["owner where resources are no list", s3Event({ resources: "x" }), { bucketOwner: null }],
    ["status: denied", s3Event({ errorCode: "AccessDenied" }), { status: 403, errorCode: "AccessDenied" }],
    ["status: not there", s3Event({ errorCode: "NoSuchKey" }), { status: 404, errorCode: "NoSuchKey" }],
    ["status: broken", s3Event({ errorCode: "InternalError" }), { status: 500, errorCode: "InternalError" }],
    ["status: refused somehow", s3Event({ errorCode: "KMS.DisabledException" }), { status: 400 }],
    ["status: an error that says nothing", s3Event({ errorCode: "" }), { status: 200, errorCode: null }],
    [
      "copy source",
      s3Event({ eventName: "CopyObject", requestParameters: { "x-amz-copy-source": "/other/a%20b?versionId=v3" } }),
      { copySource: { bucket: "other", key: "a b", versionId: "v3" } },
    ],
    [
      "copy source that is not certain",
      s3Event({ eventName: "CopyObject", requestParameters: { "x-amz-copy-source": "other/a+b" } }),
      { copySource: null },
    ],
    [
      "copy source where there is no copy",
      s3Event({ requestParameters: { "x-amz-copy-source": "other/a" } }),
      { copySource: null },
    ],
    ["source written with an escape", s3Event({ "\\u0065ventSource": 1 }), { operation: "GetObject" }],
  ];
  it.each(cases)("%s", (_, event, expected) => {
    const record = recordOf(event);
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, record[name as keyof LogRecord]]))).toEqual(
      expected,
    );
  });

  it("outcome is known", () => {
    expect(isServed(recordOf(s3Event()))).toBe(true);
    expect(isServed(recordOf(s3Event({ errorCode: "Anything" })))).toBe(false);
  });
});

it("keys that are written with escapes are read as what they mean", () => {
  const text = logOf(s3Event({ eventName: "PutObject", additionalEventData: { SSEApplied: "SSE_KMS" } }))
    .replace('"eventSource":"s3', '"\\u0065ventSource":"\\u00733')
    .replace('"eventName"', '"event\\u004eame"')
    .replace('"SSEApplied"', '"SSE\\u0041pplied"')
    .replace('"tlsDetails"', '"tls\\u0044etails"');
  const { records } = readAll(text);
  expect(records.map(({ operation, facts, tlsVersion }) => [operation, facts, tlsVersion])).toEqual([
    ["PutObject", pack(PUT, TLS_1_3, V4, 0, SSE_KMS), "TLSv1.3"],
  ]);
});

describe("an event is malformed", () => {
  const TIME = "the event's eventTime is not a time such as 2026-02-06T00:00:38Z";
  const NAME = "the event has no eventName, or more than one";
  const SOURCE = "the event has no eventSource, or more than one";
  const cases: [what: string, event: EventMembers, reason: string][] = [
    ["without eventTime", s3Event({ eventTime: undefined }), TIME],
    ["with a time that is none", s3Event({ eventTime: "yesterday" }), TIME],
    ["with an empty time", s3Event({ eventTime: "" }), TIME],
    ["on a day that does not exist", s3Event({ eventTime: "2026-02-30T10:00:00Z" }), TIME],
    ["in a month that does not exist", s3Event({ eventTime: "2026-13-01T10:00:00Z" }), TIME],
    ["at an hour that does not exist", s3Event({ eventTime: "2026-02-06T24:00:00Z" }), TIME],
    ["in a minute that does not exist", s3Event({ eventTime: "2026-02-06T10:60:00Z" }), TIME],
    ["in a second that does not exist", s3Event({ eventTime: "2026-02-06T10:00:6:Z" }), TIME],
    ["in another time zone", s3Event({ eventTime: "2026-02-06T10:00:00+" }), TIME],
    ["with spaces in its time", s3Event({ eventTime: "2026-02-06 10:00:00Z" }), TIME],
    ["with two times", s3Event({ EventTime: "2026-02-06T10:00:01Z" }), TIME],
    ["without eventName", s3Event({ eventName: undefined }), NAME],
    ["whose name is null", s3Event({ eventName: null }), NAME],
    ["whose name is empty", s3Event({ eventName: [""] }), NAME],
    ["with two names", s3Event({ eventName: ["GetObject", "PutObject"] }), NAME],
    ["without eventSource", s3Event({ eventSource: undefined }), SOURCE],
    ["whose source is null", s3Event({ eventSource: null }), SOURCE],
    ["with two sources", otherEvent({ EventSource: "s3.amazonaws.com" }), SOURCE],
    ["that is empty", {}, SOURCE],
    ["in a wrapper without a source", wrapped(s3Event({ eventSource: undefined })), SOURCE],
    ["whose detail is no object", { detail: "x" }, SOURCE],
  ];
  it.each(cases)("%s", (_, event, reason) => {
    const text = JSON.stringify(event);
    expect(readAll(`[ ${text}]`)).toEqual({
      seen: [],
      records: [],
      malformed: [{ line: 1, offset: 2, bytes: text.length, reason, text }],
      passedOver: 0,
    });
  });
});

it("a record that is not wanted is counted, and no more", () => {
  const seen: Facts[] = [];
  const fail = () => expect.unreachable();
  const reader = cloudtrail.open({ see: (facts) => seen.push(facts) > 2, judge: fail, malformed: fail });
  reader.push(Buffer.from(logOf(s3Event(), otherEvent(), s3Event({ eventName: "PutObject" }))));
  reader.end();
  expect([seen, reader.passedOver]).toEqual([
    [pack(GET, TLS_1_3, V4, 0, ANY_ENCRYPTION), pack(PUT, TLS_1_3, V4, 0, ANY_ENCRYPTION)],
    1,
  ]);
});

it("readers do not disturb one another", () => {
  const reads = ["a", "b"].map((key): Read & { key: string } => ({
    key,
    seen: [],
    records: [],
    malformed: [],
    passedOver: 0,
  }));
  const readers = reads.map((read) => cloudtrail.open(recipientOf(read)));
  const logs = reads.map(({ key }) => Buffer.from(logOf(s3Event({ requestParameters: { key } }))));
  for (const half of [0, 1]) {
    for (const [i, log] of logs.entries()) readers[i]!.push(log.subarray(half * 700, half === 0 ? 700 : log.length));
  }
  for (const reader of readers) reader.end();
  expect(reads.map(({ records, malformed }) => [records.map(({ key }) => key), malformed])).toEqual([
    [["a"], []],
    [["b"], []],
  ]);
});

describe("events are passed over", () => {
  it("if they are other services'", () => {
    const log = logOf(otherEvent(), s3Event(), otherEvent({ eventSource: "s3express.amazonaws.com" }), s3Event());
    const { records, malformed, passedOver } = readAll(log);
    expect([records.map(({ line }) => line), malformed, passedOver]).toEqual([[2, 4], [], 2]);
  });

  it("outside of the time range", () => {
    const times = ["09:59:59", "10:00:00", "10:59:59", "11:00:00"];
    const log = logOf(...times.map((time) => s3Event({ eventTime: `2026-02-06T${time}Z` })));
    const since = Date.UTC(2026, 1, 6, 10);
    const until = Date.UTC(2026, 1, 6, 11);
    const lines = (read: ReturnType<typeof readAll>) => [read.records.map(({ line }) => line), read.passedOver];
    expect(lines(readAll(log, { since, until }))).toEqual([[2, 3], 2]);
    expect(lines(readAll(log, { since }))).toEqual([[2, 3, 4], 1]);
    expect(lines(readAll(log, { until }))).toEqual([[1, 2, 3], 1]);
  });
});
