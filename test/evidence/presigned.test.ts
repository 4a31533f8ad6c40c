import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge } from "../../lib/audit.ts";
import { presignedCopySource, presignedQuery, presignedSignature } from "../../lib/evidence/presigned.ts";
import {
  ANY_SIGNATURE,
  FACT_NAMES,
  get,
  HTTP,
  INTERFACES,
  type Interface,
  openEncryption,
  PUT,
  SSE_C,
  SSE_KMS,
  SSE_S3,
  V2,
  V4,
} from "../../lib/facts.ts";
import type { LogRecord } from "../../lib/record.ts";
import { recordOf, UNDECIDED } from "./records.ts";

const SSE = "x-amz-server-side-encryption";
const CUSTOMER = `${SSE}-customer-algorithm`;
const SOURCE = "x-amz-copy-source-server-side-encryption-customer-algorithm";
const SIGNED_V4 = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20260206&X-Amz-Signature=abc";
const SIGNED_V2 = "AWSAccessKeyId=AKIA&Expires=1&Signature=abc%3D";

const uriOf = (query: string) => `PUT /photos/a/cat.jpg?${query} HTTP/1.1`;
type Proven = { source?: number; target?: number };

function proven(record: LogRecord): Proven {
  return Object.fromEntries(presignedQuery.resolve(record, record.facts).map(({ fact, values }) => [fact, values]));
}

describe("presignedSignature", () => {
  it.each<[query: string, expected: "V2" | "V4" | null]>([
    [SIGNED_V4, "V4"],
    ["X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=abc", "V4"],
    ["x-amz-algorithm=AWS4-ECDSA-P256-SHA256&x-amz-signature=abc", "V4"],
    ["X%2DAmz-Algorithm=AWS4%2DHMAC-SHA256&X-Amz-Signature=abc", "V4"],
    // Some stores log the query twice.
    [`${SIGNED_V4}?${SIGNED_V4}`, "V4"],
    [SIGNED_V2, "V2"],
    ["AccessKeyId=AKIA&Signature=abc", "V2"],
    [`${SIGNED_V2}&x-amz-security-token=t`, "V2"],
    ["", null],
    ["prefix=x", null],
    ["X-Amz-Algorithm=AWS4-HMAC-SHA256", null],
    ["X-Amz-Signature=abc", null],
    ["X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=", null],
    ["X-Amz-Algorithm=AWS5&X-Amz-Signature=abc", null],
    ["Signature=abc", null],
    ["AWSAccessKeyId=AKIA", null],
    ["AWSAccessKeyId=&Signature=abc", null],
    ["AWSAccessKeyId=AKIA&Signature=", null],
    [`${SIGNED_V2}&${SIGNED_V4}`, null],
    [`${SIGNED_V2}&X-Amz-Algorithm=AWS4-HMAC-SHA256`, null],
    [`${SIGNED_V4}&Signature=abc`, null],
  ])("%s", (query, expected) => {
    expect(presignedSignature(uriOf(query))).toBe(expected);
  });

  it("is null without a request line", () => {
    expect(presignedSignature(null)).toBeNull();
    expect(presignedSignature(SIGNED_V4)).toBeNull();
  });
});

describe("what a presigned query proves", () => {
  it.each<[query: string, expected: Proven]>([
    [`${SSE}=AES256`, { target: SSE_S3 }],
    [`${SSE}=aws:kms`, { target: SSE_KMS }],
    [`X-Amz-Server-Side-Encryption=aws%3Akms%3Adsse`, { target: SSE_KMS }],
    [`${CUSTOMER}=AES256`, { target: SSE_C }],
    [`${SSE}=AES256&${SSE}=AES256`, { target: SSE_S3 }],
    ["", {}],
    [`${SSE}=`, {}],
    [`${SSE}=aes256`, {}],
    [`${SSE}=aws:fsx`, {}],
    [`${SSE}=constructor`, {}],
    [`${CUSTOMER}=AES128`, {}],
    [`${SSE}=AES256&${SSE}=aws:kms`, {}],
    [`${SSE}=AES256&X-AMZ-SERVER-SIDE-ENCRYPTION=aws:kms`, {}],
    [`${SSE}=aws:kms&${CUSTOMER}=AES256`, {}],
    [`${SSE}=&${CUSTOMER}=AES256`, {}],
    [`${SSE}-aws-kms-key-id=k`, {}],
    // Only copies have a source.
    [`${SOURCE}=AES256`, {}],
  ])("PutObject %s", (query, expected) => {
    expect(proven(recordOf("PutObject", { uri: uriOf(query), authType: "QueryString" }))).toEqual(expected);
  });

  it.each<[Interface, serverKey: Proven, customerKey: Proven, both: Proven, source: Proven]>([
    ["PutObject", { target: SSE_KMS }, { target: SSE_C }, {}, {}],
    ["InitiateMultipartUpload", { target: SSE_KMS }, { target: SSE_C }, {}, {}],
    ["CopyObject", { target: SSE_KMS }, { target: SSE_C }, {}, { source: SSE_C }],
    ["GetObject", {}, { target: SSE_C }, {}, {}],
    ["HeadObject", {}, { target: SSE_C }, {}, {}],
    ["UploadPart", {}, { target: SSE_C }, {}, {}],
    ["CompleteMultipartUpload", {}, { target: SSE_C }, {}, {}],
    ["UploadPartCopy", {}, { target: SSE_C }, {}, { source: SSE_C }],
    ["PostObject", {}, {}, {}, {}],
    ["Other", {}, {}, {}, {}],
  ])("%s", (name, serverKey, customerKey, both, source) => {
    const of = (query: string) => proven(recordOf(name, { uri: uriOf(query), authType: "QueryString" }));
    expect(of(`${SSE}=aws:kms`)).toEqual(serverKey);
    expect(of(`${CUSTOMER}=AES256`)).toEqual(customerKey);
    expect(of(`${SSE}=aws:kms&${CUSTOMER}=AES256`)).toEqual(both);
    expect(of(`${SOURCE}=AES256`)).toEqual(source);
    expect(of(`${CUSTOMER}=AES256&${SOURCE}=AES256`)).toEqual({ ...customerKey, ...source });
  });

  it("says where it comes from, without the signature", () => {
    const record = recordOf("PutObject", { uri: uriOf(`${SIGNED_V4}&${SSE}=aws:kms`), authType: "QueryString" });
    expect(presignedQuery.resolve(record, record.facts)).toEqual([
      {
        fact: "target",
        values: SSE_KMS,
        by: "presigned-query",
        detail: "the presigned query holds x-amz-server-side-encryption=aws:kms",
      },
    ]);
  });
});

describe("when a query is trusted", () => {
  const trusted = { target: SSE_KMS };
  it.each<[why: string, query: string, fields: Partial<LogRecord>, expected: Proven]>([
    ["the log says so", "", { authType: "QueryString" }, trusted],
    ["the log says so, of V2", SIGNED_V2, { authType: "QueryString" }, trusted],
    ["a header was signed", SIGNED_V4, { authType: "AuthHeader" }, {}],
    ["nothing was signed", SIGNED_V4, { authType: "-" }, {}],
    ["some other word", SIGNED_V4, { authType: "querystring" }, {}],
    ["an old line, V4", SIGNED_V4, {}, trusted],
    ["an old line, V4 known", SIGNED_V4, { facts: openEncryption(PUT, HTTP, V4) }, trusted],
    ["an old line, V2", SIGNED_V2, {}, trusted],
    ["an old line, V2 known", SIGNED_V2, { facts: openEncryption(PUT, HTTP, V2) }, trusted],
    ["an old line without a set", "", {}, {}],
    ["an old line, no credential", SIGNED_V4.replace("Credential", "Nothing"), {}, {}],
    ["an old line, both sets", `${SIGNED_V4}&${SIGNED_V2}`, {}, {}],
    ["an old line of nobody", SIGNED_V4, { requester: null }, {}],
    ["an old line, perhaps unsigned", SIGNED_V4, { facts: openEncryption(PUT, HTTP, ANY_SIGNATURE) }, {}],
    ["an old line known to be V2", SIGNED_V4, { facts: openEncryption(PUT, HTTP, V2) }, {}],
  ])("%s", (_, query, fields, expected) => {
    expect(proven(recordOf("PutObject", { ...fields, uri: uriOf(`${query}&${SSE}=aws:kms`) }))).toEqual(expected);
  });
});

describe("presignedCopySource", () => {
  const source = "x-amz-copy-source=%2Fphotos-2025%2Fa%2520b%3FversionId%3Dv1";
  const found = { bucket: "photos-2025", key: "a b", versionId: "v1" };
  it.each<[Interface, query: string, authType: string, expected: typeof found | null]>([
    ["CopyObject", source, "QueryString", found],
    ["UploadPartCopy", source, "QueryString", found],
    ["UploadPartCopy", `${source}&${source}`, "QueryString", found],
    ["CopyObject", source, "AuthHeader", null],
    ["PutObject", source, "QueryString", null],
    ["CopyObject", "", "QueryString", null],
    ["CopyObject", "x-amz-copy-source=b", "QueryString", null],
    ["CopyObject", `${source}&x-amz-copy-source=b%2Fk`, "QueryString", null],
  ])("%s %s %s", (name, query, authType, expected) => {
    expect(presignedCopySource(recordOf(name, { uri: uriOf(query), authType }))).toEqual(expected);
  });
});

describe("laws", () => {
  const name = fc.constantFrom(...INTERFACES);
  const piece = fc.oneof(
    fc.constantFrom(
      `${SSE}=AES256`,
      `${CUSTOMER}=AES256`,
      `${SOURCE}=AES256`,
      `${SSE}=aws:kms`,
      SIGNED_V4,
      SIGNED_V2,
      "?",
    ),
    fc.string({ unit: "binary" }),
  );
  const uri = fc.oneof(
    fc.array(piece).map((pieces) => uriOf(pieces.join("&"))),
    fc.string({ unit: "binary" }),
  );

  it("nothing is proven, whatever the URI, unless the query was signed", () => {
    fc.assert(
      fc.property(name, uri, fc.constantFrom("AuthHeader", "-", ""), (name, uri, authType) => {
        const record = recordOf(name, { uri, authType });
        expect(presignedQuery.resolve(record, record.facts)).toEqual([]);
        expect(presignedCopySource(record)).toBeNull();
      }),
    );
  });

  it("facts are only ever narrowed", () => {
    fc.assert(
      fc.property(name, uri, fc.constantFrom("QueryString", null), (name, uri, authType) => {
        const record = recordOf(name, { uri, authType });
        const { facts } = judge({ policies: [UNDECIDED], resolvers: [presignedQuery] }, record);
        for (const fact of FACT_NAMES) expect(get(facts, fact) & ~get(record.facts, fact)).toBe(0);
      }),
    );
  });
});
