import { describe, expect, test } from "vitest";
import {
  COPY_SOURCE,
  CUSTOMER,
  type OpsLine,
  opsLine,
  SOURCE_CUSTOMER,
  SSE,
  V2_HEADER,
  V4_HEADER,
} from "./ops-line.ts";
import { readAll, spell } from "./read-all.ts";

const ANY = "none|SSE-S3|SSE-KMS|SSE-C";
const NOT_SSE_C = "none|SSE-S3|SSE-KMS";

const put = (given: Partial<OpsLine> = {}) => ({ operation: "put_obj", request: "PUT /lab/k", ...given });
const part = (given: Partial<OpsLine> = {}) => put({ request: "PUT /lab/k?uploadId=2~u&partNumber=1", ...given });
const copy = (given: Partial<OpsLine> = {}) => put({ operation: "copy_obj", ...given });
const post = (given: Partial<OpsLine> = {}) => ({
  operation: "post_obj",
  request: "POST /lab",
  signed: null,
  status: 204,
  ...given,
});
const V4_QUERY = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=c&X-Amz-Signature=s";
const V2_QUERY = "AWSAccessKeyId=a&Signature=s&Expires=1";
const presigned = (query: string, given: Partial<OpsLine> = {}) => ({
  request: `GET /lab/k?${query}`,
  signed: null,
  ...given,
});

describe("what one line proves", () => {
  test.each<[title: string, line: Partial<OpsLine>, facts: string]>([
    ["a write", put(), `PutObject HTTP V4 ${NOT_SSE_C}`],
    ["a read", {}, `GetObject HTTP V4 ${NOT_SSE_C}`],
    ["a HEAD", { request: "HEAD /lab/k" }, `HeadObject HTTP V4 ${NOT_SSE_C}`],
    ["S3 Select", { request: "POST /lab/k?select&select-type=2" }, `Other HTTP V4 ${ANY}`],
    [
      "an initiate",
      { operation: "init_multipart", request: "POST /lab/k?uploads" },
      `InitiateMultipartUpload HTTP V4 ${NOT_SSE_C}`,
    ],
    ["a part", part(), `UploadPart HTTP V4 ${NOT_SSE_C}`],
    [
      "a completion",
      { operation: "complete_multipart", request: "POST /lab/k?uploadId=2~u" },
      `CompleteMultipartUpload HTTP V4 ${ANY}`,
    ],
    [
      "a completion with a customer's key",
      { operation: "complete_multipart", request: "POST /lab/k?uploadId=2~u", headers: { [CUSTOMER]: "AES256" } },
      "CompleteMultipartUpload HTTP V4 SSE-C",
    ],
    ["a copy", copy({ headers: { [COPY_SOURCE]: "/lab/s" } }), `CopyObject HTTP V4 ${NOT_SSE_C}→${NOT_SSE_C}`],
    ["a part copy", part({ headers: { [COPY_SOURCE]: "/lab/s" } }), `UploadPartCopy HTTP V4 ${NOT_SSE_C}→${NOT_SSE_C}`],
    [
      "a copy that the gateway takes for a part copy",
      put({ headers: { [COPY_SOURCE]: "%2Flab%2Fs" } }),
      `CopyObject HTTP V4 ${NOT_SSE_C}→${NOT_SSE_C}`,
    ],
    ["another operation", { operation: "list_bucket", request: "GET /lab?list-type=2" }, `Other HTTP V4 ${ANY}`],
    [
      "an upload id that is empty",
      put({ request: "PUT /lab/k?uploadId=&partNumber=1" }),
      `PutObject HTTP V4 ${NOT_SSE_C}`,
    ],
    [
      "an upload id in the wrong case",
      put({ request: "PUT /lab/k?uploadid=u&partNumber=1" }),
      `PutObject HTTP V4 ${NOT_SSE_C}`,
    ],
    [
      "an upload id whose name is escaped",
      put({ request: "PUT /lab/k?upload%49d=u&partNumber=1" }),
      `UploadPart HTTP V4 ${NOT_SSE_C}`,
    ],

    ["TLS", { secure: true }, `GetObject HTTPS V4 ${NOT_SSE_C}`],
    ["no headers logged", { logsHeaders: false }, `GetObject HTTP|HTTPS V2|V4 ${ANY}`],
    ["no headers logged, a write", put({ logsHeaders: false }), `PutObject HTTP|HTTPS V2|V4 ${ANY}`],
    ["no headers logged, a copy", copy({ logsHeaders: false }), `CopyObject HTTP|HTTPS V2|V4 ${ANY}→${ANY}`],
    ["no headers logged, anonymous", { logsHeaders: false, user: "anonymous" }, `GetObject HTTP|HTTPS none ${ANY}`],
    [
      "no headers logged, anonymous, refused: a header may have been wrong",
      { logsHeaders: false, user: "", status: 403 },
      `GetObject HTTP|HTTPS V2|V4|none ${ANY}`,
    ],
    [
      "nobody, refused, with a header of neither kind",
      { signed: "Bearer x", user: "", status: 401 },
      `GetObject HTTP none ${ANY}`,
    ],
    [
      "no headers logged, a presigned query: a header may have counted",
      presigned(V4_QUERY, { logsHeaders: false }),
      `GetObject HTTP|HTTPS V2|V4 ${ANY}`,
    ],

    ["V2", { signed: V2_HEADER }, `GetObject HTTP V2 ${NOT_SSE_C}`],
    ["a header of neither kind", { signed: "Bearer token" }, `GetObject HTTP V2|V4|none ${NOT_SSE_C}`],
    ["a header of neither kind, cut after AWS", { signed: "AWS" }, `GetObject HTTP V2|V4|none ${NOT_SSE_C}`],
    ["an empty header", { signed: "", user: "anonymous" }, `GetObject HTTP none ${NOT_SSE_C}`],
    ["nobody", { signed: null, user: "" }, `GetObject HTTP none ${NOT_SSE_C}`],
    ["nobody, refused", { signed: null, user: "anonymous", status: 403 }, `GetObject HTTP none ${ANY}`],
    ["a user without a header", { signed: null }, `GetObject HTTP V2|V4 ${NOT_SSE_C}`],
    ["presigned V4", presigned(V4_QUERY), `GetObject HTTP V4 ${NOT_SSE_C}`],
    ["presigned V2", presigned(V2_QUERY), `GetObject HTTP V2 ${NOT_SSE_C}`],
    ["presigned with both", presigned(`${V2_QUERY}&${V4_QUERY}`), `GetObject HTTP V2|V4 ${NOT_SSE_C}`],
    ["presigned, refused, nobody", presigned(V4_QUERY, { user: "", status: 403 }), `GetObject HTTP V4 ${ANY}`],
    ["presigned in part", presigned("X-Amz-Signature=s", { user: "anonymous" }), `GetObject HTTP none ${NOT_SSE_C}`],
    ["presigned, served to nobody", presigned(V4_QUERY, { user: "anonymous" }), `GetObject HTTP V4 ${NOT_SSE_C}`],
    [
      "a header beside a presigned query",
      { request: `GET /lab/k?${V4_QUERY}`, signed: V2_HEADER },
      `GetObject HTTP V2 ${NOT_SSE_C}`,
    ],
    [
      "V2 with a V4 parameter of no effect",
      presigned(`${V2_QUERY}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Algorithm=no`),
      `GetObject HTTP V2 ${NOT_SSE_C}`,
    ],
    [
      "V2 with a V4 signature of no effect",
      presigned(`${V2_QUERY}&X-Amz-Signature=s`),
      `GetObject HTTP V2 ${NOT_SSE_C}`,
    ],
    [
      "the names of OBS",
      presigned("AccessKeyId=a&Signature=s", { user: "anonymous" }),
      `GetObject HTTP none ${NOT_SSE_C}`,
    ],

    ["a form", post(), `PostObject HTTP V2|V4 ${ANY}`],
    ["a form of nobody", post({ user: "anonymous" }), `PostObject HTTP none ${ANY}`],
    [
      "a form of nobody, refused: it may have been signed",
      post({ user: "anonymous", status: 403 }),
      `PostObject HTTP V2|V4|none ${ANY}`,
    ],
    [
      "a form with a header that forms don't have",
      post({ headers: { [CUSTOMER]: "AES256" } }),
      `PostObject HTTP V2|V4 ${ANY}`,
    ],

    ["SSE-S3", put({ headers: { [SSE]: "AES256" } }), "PutObject HTTP V4 SSE-S3"],
    ["SSE-KMS", put({ headers: { [SSE]: "aws:kms" } }), "PutObject HTTP V4 SSE-KMS"],
    ["DSSE-KMS", put({ headers: { [SSE]: "aws:kms:dsse" } }), "PutObject HTTP V4 SSE-KMS"],
    ["SSE-C", put({ headers: { [CUSTOMER]: "AES256" } }), "PutObject HTTP V4 SSE-C"],
    [
      "SSE-C and SSE-KMS at once",
      put({ headers: { [SSE]: "aws:kms", [CUSTOMER]: "AES256" } }),
      "PutObject HTTP V4 SSE-C",
    ],
    ["an empty value", put({ headers: { [SSE]: "" } }), `PutObject HTTP V4 ${NOT_SSE_C}`],
    ["an unknown value", put({ headers: { [SSE]: "AWS:KMS" } }), `PutObject HTTP V4 ${ANY}`],
    ["a refused write", put({ status: 403 }), `PutObject HTTP V4 ${NOT_SSE_C}`],
    ["a refused SSE-C write", put({ headers: { [CUSTOMER]: "AES256" }, status: 403 }), "PutObject HTTP V4 SSE-C"],
    [
      "SSE-KMS, the port not logged",
      put({ logsPort: false, headers: { [SSE]: "aws:kms" } }),
      "PutObject HTTP|HTTPS V4 SSE-KMS",
    ],
    [
      "an SSE-C read, the port not logged",
      { logsPort: false, headers: { [CUSTOMER]: "AES256" } },
      "GetObject HTTP|HTTPS V4 SSE-C",
    ],
    ["TLS, the plain port not logged", { logsPort: false, secure: true }, `GetObject HTTPS V4 ${ANY}`],
    [
      "an SSE-KMS initiate",
      { operation: "init_multipart", request: "POST /lab/k?uploads", headers: { [SSE]: "aws:kms" } },
      "InitiateMultipartUpload HTTP V4 SSE-KMS",
    ],
    ["an SSE-C part", part({ headers: { [CUSTOMER]: "AES256" } }), "UploadPart HTTP V4 SSE-C"],
    [
      "a part with a header that parts don't have",
      part({ headers: { [SSE]: "aws:kms" } }),
      `UploadPart HTTP V4 ${NOT_SSE_C}`,
    ],
    ["a refused part", part({ status: 400 }), `UploadPart HTTP V4 ${ANY}`],
    ["an SSE-C read", { headers: { [CUSTOMER]: "AES256" } }, "GetObject HTTP V4 SSE-C"],
    ["an SSE-C read, refused", { headers: { [CUSTOMER]: "AES256" }, status: 403 }, "GetObject HTTP V4 SSE-C"],
    ["a refused read", { status: 400 }, `GetObject HTTP V4 ${ANY}`],
    ["a read that needed no answer: no key was asked for yet", { status: 304 }, `GetObject HTTP V4 ${ANY}`],
    ["a part of an object", { status: 206 }, `GetObject HTTP V4 ${NOT_SSE_C}`],
    ["a copy into SSE-KMS", copy({ headers: { [SSE]: "aws:kms" } }), `CopyObject HTTP V4 ${NOT_SSE_C}→SSE-KMS`],
    ["a copy from SSE-C", copy({ headers: { [SOURCE_CUSTOMER]: "AES256" } }), `CopyObject HTTP V4 SSE-C→${NOT_SSE_C}`],
    ["a refused copy", copy({ status: 501 }), `CopyObject HTTP V4 ${ANY}→${NOT_SSE_C}`],

    ["Swift", put({ request: "PUT /swift/v1/lab/k", signed: null }), `Other HTTP V2|V4|none ${ANY}`],
    [
      "Swift, nobody",
      put({ request: "PUT /swift/v1/lab/k", signed: null, user: "anonymous" }),
      `Other HTTP none ${ANY}`,
    ],
    ["a query that is no UTF-8", presigned(`x=%ff&y=%&${V2_QUERY}`), `GetObject HTTP V2 ${NOT_SSE_C}`],
    [
      "a bucket of the name of Swift's path",
      put({ request: "PUT /swift/k", bucket: "swift" }),
      `PutObject HTTP V4 ${NOT_SSE_C}`,
    ],
    [
      "Swift's path as a key",
      put({ request: "PUT /swift/k", host: "lab.example.com" }),
      `PutObject HTTP V4 ${NOT_SSE_C}`,
    ],
  ])("%s", (_title, line, facts) => {
    const read = readAll(opsLine(line));
    expect(read.facts.map(spell)).toEqual([facts]);
    expect(read.records.map((record) => record.facts)).toEqual(read.facts);
  });
});

describe("who says how it was signed", () => {
  test.each<[line: Partial<OpsLine>, authType: string]>([
    [{ signed: V4_HEADER }, "AuthHeader"],
    [{ signed: "Bearer token" }, "AuthHeader"],
    [presigned(V4_QUERY), "-"],
    [presigned(V2_QUERY), "-"],
    [presigned(V2_QUERY, { logsHeaders: false }), "-"],
    [presigned("X-Amz-Signature=s"), "-"],
    [{ signed: null }, "-"],
  ])("%j: %s", (line, authType) => {
    expect(readAll(opsLine(line)).records.map((record) => record.authType)).toEqual([authType]);
  });
});
