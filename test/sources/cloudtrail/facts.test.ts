import { describe, expect, it } from "vitest";
import { type EventMembers, logOf, NO_TLS, s3Event } from "./events.ts";
import { readAll, spell } from "./read-all.ts";

const OPEN = "the event has neither TLS details nor a signature version, which would show that they are complete";
const BY_SERVICE = "a service made the request: its events may lack TLS details whatever was used";
const PLAIN_HTTP = "the request was signed, and has neither a TLS version nor a cipher suite: plain HTTP";
const UNKNOWN = "the event holds an encryption that is not known";
const SEVERAL = "the event names more than one encryption, so that each of them stays possible";

/** What an event says, and the reason that stands by it. */
type Case = [what: string, event: EventMembers, facts: string, reason?: string | null];

function check([, event, facts, reason = null]: Case): void {
  const read = readAll(logOf(event));
  expect(read.malformed).toEqual([]);
  expect(read.records.map((record) => [spell(record.facts), record.reason])).toEqual([[facts, reason]]);
}

describe("the interface", () => {
  const names = [
    ["PutObject", "PutObject"],
    ["PostObject", "PostObject"],
    ["HeadObject", "HeadObject"],
    ["GetObject", "GetObject"],
    ["CopyObject", "CopyObject"],
    ["UploadPart", "UploadPart"],
    ["UploadPartCopy", "UploadPartCopy"],
    ["CreateMultipartUpload", "InitiateMultipartUpload"],
    ["InitiateMultipartUpload", "InitiateMultipartUpload"],
    ["CompleteMultipartUpload", "CompleteMultipartUpload"],
    ["ListObjects", "Other"],
    ["CreateBucket", "Other"],
    ["getobject", "Other"],
    ["constructor", "Other"],
  ];
  it.each(names)("of %s is %s", (eventName, name) => {
    const { records } = readAll(logOf(s3Event({ eventName })));
    expect(records.map(({ facts, operation }) => [spell(facts).split(" ")[0], operation])).toEqual([[name, eventName]]);
  });
});

describe("the transport", () => {
  const version = (tlsVersion: unknown) => s3Event({ ...NO_TLS, tlsDetails: { tlsVersion } });
  const bare = (changes: EventMembers) => s3Event({ ...NO_TLS, ...changes });
  const cases: Case[] = [
    ["TLSv1.3", version("TLSv1.3"), "GetObject TLSv1.3 V4 any"],
    ["TLSv1.2", version("TLSv1.2"), "GetObject TLSv1.2 V4 any"],
    ["as documented", version("TLSV1.1"), "GetObject TLSv1.1 V4 any"],
    ["TLSv1 is 1.0", version("TLSv1"), "GetObject TLSv1.0 V4 any"],
    ["TLSv1.0", version("TLSv1.0"), "GetObject TLSv1.0 V4 any"],
    ["no prefix", version("1.3"), "GetObject TLSv1.3 V4 any"],
    ["a number", version(1.2), "GetObject TLSv1.2 V4 any"],
    ["an array of one", version(["TLSv1.2"]), "GetObject TLSv1.2 V4 any"],
    ["two versions", version(["TLSv1.1", "TLSv1.2"]), "GetObject TLSv1.1|TLSv1.2 V4 any"],
    ["an unknown version", version("TLSv1.4"), "GetObject HTTPS V4 any"],
    ["an unknown spelling", version("QUIC"), "GetObject HTTPS V4 any"],
    ["an array in an array", version([["TLSv1.2"]]), "GetObject HTTPS V4 any"],
    ["an object", version({ is: "TLSv1.2" }), "GetObject HTTPS V4 any"],
    ["no version said, but a cipher suite", s3Event({ tlsDetails: { tlsVersion: "-" } }), "GetObject HTTPS V4 any"],
    ["a cipher suite alone", s3Event({ tlsDetails: undefined }), "GetObject HTTPS V4 any"],
    [
      "a cipher suite in the TLS details alone",
      bare({ tlsDetails: { tlsVersion: undefined, cipherSuite: "ECDHE-RSA-AES128-GCM-SHA256" } }),
      "GetObject HTTPS V4 any",
    ],
    ["both missing", bare({}), "GetObject HTTP V4 any", PLAIN_HTTP],
    [
      "both empty",
      bare({ tlsDetails: { tlsVersion: "", cipherSuite: "" }, additionalEventData: { CipherSuite: "-" } }),
      "GetObject HTTP V4 any",
      PLAIN_HTTP,
    ],
    [
      "both null, or empty arrays",
      bare({ tlsDetails: { tlsVersion: null, cipherSuite: [null] }, additionalEventData: { CipherSuite: [] } }),
      "GetObject HTTP V4 any",
      PLAIN_HTTP,
    ],
    ["no source address", bare({ sourceIPAddress: undefined }), "GetObject HTTP V4 any", PLAIN_HTTP],
    ["an IPv6 address", bare({ sourceIPAddress: "2001:db8::7" }), "GetObject HTTP V4 any", PLAIN_HTTP],
    [
      "both missing, and no signature",
      s3Event({ ...NO_TLS, additionalEventData: undefined }),
      "GetObject any V2|V4 any",
      OPEN,
    ],
    ["by a service's address", bare({ sourceIPAddress: "athena.amazonaws.com" }), "GetObject any V4 any", BY_SERVICE],
    ["by AWS Internal", bare({ sourceIPAddress: "AWS Internal" }), "GetObject any V4 any", BY_SERVICE],
    [
      "invoked by a service",
      bare({ userIdentity: { invokedBy: "cloudtrail.amazonaws.com" } }),
      "GetObject any V4 any",
      BY_SERVICE,
    ],
    ["a service as the caller", bare({ userIdentity: { type: "AWSService" } }), "GetObject any V4 any", BY_SERVICE],
    ["invoked by nothing", bare({ userIdentity: { invokedBy: "" } }), "GetObject HTTP V4 any", PLAIN_HTTP],
    [
      "a service over TLS",
      s3Event({ sourceIPAddress: "athena.amazonaws.com", userIdentity: { invokedBy: "athena.amazonaws.com" } }),
      "GetObject TLSv1.3 V4 any",
    ],
  ];
  it.each(cases)("%s", (...row) => check(row));
});

describe("the signature", () => {
  const version = (SignatureVersion: unknown, userIdentity: EventMembers = {}) =>
    s3Event({ userIdentity, additionalEventData: { SignatureVersion } });
  const cases: Case[] = [
    ["SigV2", version("SigV2"), "GetObject TLSv1.3 V2 any"],
    ["SigV4", version("SigV4"), "GetObject TLSv1.3 V4 any"],
    ["SigV4A", version("SigV4A"), "GetObject TLSv1.3 V4 any"],
    ["an array of one", version(["SigV2"]), "GetObject TLSv1.3 V2 any"],
    ["a version that is not known", version("SigV5"), "GetObject TLSv1.3 V2|V4 any"],
    ["missing, of somebody", version(undefined), "GetObject TLSv1.3 V2|V4 any"],
    ["-, of somebody", version("-"), "GetObject TLSv1.3 V2|V4 any"],
    ["missing, of nobody's account", version(undefined, { accountId: "anonymous" }), "GetObject TLSv1.3 none any"],
    [
      "missing, as S3 writes it",
      version(undefined, { accountId: "ANONYMOUS_PRINCIPAL" }),
      "GetObject TLSv1.3 none any",
    ],
    ["missing, of a nobody", version("", { principalId: "Anonymous" }), "GetObject TLSv1.3 none any"],
    ["there, of nobody", version("SigV4", { accountId: "anonymous" }), "GetObject TLSv1.3 V4 any"],
    [
      "missing, of a session that is called anonymous",
      version(undefined, { principalId: "AROAIDPPEZS35WEXAMPLE:anonymous", arn: "anonymous", userName: "anonymous" }),
      "GetObject TLSv1.3 V2|V4 any",
    ],
  ];
  it.each(cases)("%s", (...row) => check(row));
});

describe("the target's encryption", () => {
  const SSE = "x-amz-server-side-encryption";
  const SSE_C = `${SSE}-customer-algorithm`;
  const put = (changes: EventMembers, eventName = "PutObject") => s3Event({ eventName, ...changes });
  const applied = (SSEApplied: unknown) => put({ additionalEventData: { SSEApplied } });
  const asked = (requestParameters: EventMembers, eventName?: string) => put({ requestParameters }, eventName);
  const answered = (responseElements: EventMembers, eventName?: string) => put({ responseElements }, eventName);
  const cases: Case[] = [
    ["nothing said", put({}), "PutObject TLSv1.3 V4 any"],
    ["Default_SSE_S3", applied("Default_SSE_S3"), "PutObject TLSv1.3 V4 SSE-S3"],
    ["SSE_S3", applied("SSE_S3"), "PutObject TLSv1.3 V4 SSE-S3"],
    ["Default_SSE_KMS", applied("Default_SSE_KMS"), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["SSE_KMS", applied("SSE_KMS"), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["SSE_C", applied("SSE_C"), "PutObject TLSv1.3 V4 SSE-C"],
    ["Default_DSSE_KMS", applied("Default_DSSE_KMS"), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["DSSE_KMS", applied("DSSE_KMS"), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["Default_DSSE", applied("Default_DSSE"), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["SSE_DSSE", applied(["SSE_DSSE"]), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["SSE_KMS_DSSE", applied("SSE_KMS_DSSE"), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["a name that only holds the letters", applied("xDSSEx"), "PutObject TLSv1.3 V4 any", UNKNOWN],
    ["SSEApplied is empty", applied("-"), "PutObject TLSv1.3 V4 any"],
    ["SSEApplied is not known", applied("SSE_X"), "PutObject TLSv1.3 V4 any", UNKNOWN],
    ["asked for AES256", asked({ [SSE]: "AES256" }), "PutObject TLSv1.3 V4 SSE-S3"],
    ["asked for KMS", asked({ [SSE]: ["aws:kms"] }), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["asked for DSSE", asked({ [SSE]: "aws:kms:dsse" }), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["asked in capitals", asked({ "X-Amz-Server-Side-Encryption": "aws:kms" }), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["asked for something that is not known", asked({ [SSE]: "rot13" }), "PutObject TLSv1.3 V4 any", UNKNOWN],
    ["asked in a form", asked({ [SSE]: "aws:kms" }, "PostObject"), "PostObject TLSv1.3 V4 SSE-KMS"],
    [
      "asked by an initiate",
      asked({ [SSE]: "aws:kms" }, "CreateMultipartUpload"),
      "InitiateMultipartUpload TLSv1.3 V4 SSE-KMS",
    ],
    ["asked by a copy", asked({ [SSE]: "aws:kms" }, "CopyObject"), "CopyObject TLSv1.3 V4 any→SSE-KMS"],
    ["asked by a read, which chooses nothing", asked({ [SSE]: "aws:kms" }, "GetObject"), "GetObject TLSv1.3 V4 any"],
    ["asked by a HEAD", asked({ [SSE]: "aws:kms" }, "HeadObject"), "HeadObject TLSv1.3 V4 any"],
    ["asked by a part", asked({ [SSE]: "aws:kms" }, "UploadPart"), "UploadPart TLSv1.3 V4 any"],
    ["asked by a part copy", asked({ [SSE]: "aws:kms" }, "UploadPartCopy"), "UploadPartCopy TLSv1.3 V4 any→any"],
    [
      "asked by a completion",
      asked({ [SSE]: "aws:kms" }, "CompleteMultipartUpload"),
      "CompleteMultipartUpload TLSv1.3 V4 any",
    ],
    ["a customer's key", asked({ [SSE_C]: "AES256" }), "PutObject TLSv1.3 V4 SSE-C"],
    ["a customer's key with a read", asked({ [SSE_C]: "AES256" }, "GetObject"), "GetObject TLSv1.3 V4 SSE-C"],
    ["a customer's key with a part", asked({ [SSE_C]: "AES256" }, "UploadPart"), "UploadPart TLSv1.3 V4 SSE-C"],
    [
      "a customer's key with another request",
      asked({ [SSE_C]: "AES256" }, "GetObjectAttributes"),
      "Other TLSv1.3 V4 SSE-C",
    ],
    [
      "a refused request's wish",
      put({ requestParameters: { [SSE_C]: "AES256" }, errorCode: "AccessDenied" }),
      "PutObject TLSv1.3 V4 SSE-C",
    ],
    ["the response", answered({ [SSE]: "aws:kms" }), "PutObject TLSv1.3 V4 SSE-KMS"],
    ["the response to a read", answered({ [SSE]: "aws:kms" }, "GetObject"), "GetObject TLSv1.3 V4 SSE-KMS"],
    ["the response of a customer's key", answered({ [SSE_C]: "AES256" }), "PutObject TLSv1.3 V4 SSE-C"],
    [
      "all agree",
      put({
        requestParameters: { [SSE]: "AES256" },
        responseElements: { [SSE]: "AES256" },
        additionalEventData: { SSEApplied: "SSE_S3" },
      }),
      "PutObject TLSv1.3 V4 SSE-S3",
    ],
    [
      "the request and the response differ",
      put({ requestParameters: { [SSE]: "AES256" }, responseElements: { [SSE]: "aws:kms" } }),
      "PutObject TLSv1.3 V4 SSE-S3|SSE-KMS",
      SEVERAL,
    ],
    [
      "SSEApplied and the request differ",
      put({ requestParameters: { [SSE_C]: "AES256" }, additionalEventData: { SSEApplied: "Default_SSE_S3" } }),
      "PutObject TLSv1.3 V4 SSE-S3|SSE-C",
      SEVERAL,
    ],
    [
      "a request that asks for two",
      asked({ [SSE]: "aws:kms", [SSE_C]: "AES256" }),
      "PutObject TLSv1.3 V4 SSE-KMS|SSE-C",
      SEVERAL,
    ],
    [
      "a header that stands twice",
      asked({ [SSE]: "aws:kms", "X-AMZ-Server-Side-Encryption": "AES256" }),
      "PutObject TLSv1.3 V4 SSE-S3|SSE-KMS",
      SEVERAL,
    ],
  ];
  it.each(cases)("%s", (...row) => check(row));
});

describe("a copy's source", () => {
  const copy = (requestParameters: EventMembers, eventName = "CopyObject") => s3Event({ eventName, requestParameters });
  const SOURCE_SSE_C = "x-amz-copy-source-server-side-encryption-customer-algorithm";
  const cases: Case[] = [
    ["not known", copy({}), "CopyObject TLSv1.3 V4 any→any"],
    ["a customer's key", copy({ [SOURCE_SSE_C]: "AES256" }), "CopyObject TLSv1.3 V4 SSE-C→any"],
    [
      "a customer's key of a part's source",
      copy({ [SOURCE_SSE_C]: ["AES256"] }, "UploadPartCopy"),
      "UploadPartCopy TLSv1.3 V4 SSE-C→any",
    ],
    ["of no copy", copy({ [SOURCE_SSE_C]: "AES256" }, "PutObject"), "PutObject TLSv1.3 V4 any"],
  ];
  it.each(cases)("%s", (...row) => check(row));
});
