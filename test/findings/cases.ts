import type { Resolver } from "../../lib/evidence/evidence.ts";
import {
  ANY_ENCRYPTION,
  COPY,
  GET,
  HTTP,
  HTTPS,
  OTHER,
  openEncryption,
  PLAIN,
  PUT,
  pack,
  SSE_C,
  SSE_KMS,
  SSE_S3,
  UNSIGNED,
  V2,
  V4,
} from "../../lib/facts.ts";
import type { Policy } from "../../lib/policy/policy.ts";
import type { LogRecord } from "../../lib/record.ts";
import { BASELINE, TABLES } from "./judged.ts";

const TLS_12 = 0b01000;

/** A resolver that says one thing. */
function says(by: string, values: number, detail: string): Resolver {
  return { id: by, resolve: () => [{ fact: "target", values, by, detail }] };
}

/** A record, what it is judged by, and the findings that must come of it: `expected/<name>.json`. */
export interface Case {
  name: string;
  record: Partial<LogRecord>;
  policies: Policy[];
  resolvers?: Resolver[];
}

export const CASES: Case[] = [
  { name: "indeterminate", record: {}, policies: [TABLES] },
  {
    name: "violation",
    record: {
      operation: "REST.PUT.OBJECT",
      facts: pack(PUT, TLS_12, V2, 0, ANY_ENCRYPTION),
      versionId: "3HL4kqtJlcpXroDTDmJ",
      uri: "PUT /photos/2026/cat.jpg?x-amz-server-side-encryption=aws:kms&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE HTTP/1.1",
      tlsVersion: "TLSv1.2",
      cipher: "ECDHE-RSA-AES128-GCM-SHA256",
      referer: "https://intranet.example/?Signature=abc",
      reason: "The signature stands in the query.",
    },
    policies: [TABLES, BASELINE],
    resolvers: [says("presigned-query", SSE_KMS, "The presigned query asks for aws:kms.")],
  },
  {
    name: "refused-sse-c-over-http",
    record: {
      operation: "REST.PUT.OBJECT",
      facts: pack(PUT, HTTP, V4, 0, SSE_C),
      status: 403,
      errorCode: "AccessDenied",
      uri: "PUT /photos/2026/cat.jpg HTTP/1.1",
      evidence: [{ fact: "target", values: SSE_C, by: "presigned-query", detail: "The query asks for SSE-C." }],
    },
    policies: [TABLES, BASELINE],
  },
  {
    name: "refused-write-in-doubt",
    record: {
      operation: "REST.PUT.OBJECT",
      facts: pack(PUT, HTTP, V4, 0, SSE_C | SSE_S3),
      status: 403,
      errorCode: "AccessDenied",
      uri: null,
      userAgent: null,
    },
    policies: [TABLES],
    resolvers: [says("s3-inventory", SSE_KMS, "The inventory of 2026-02-07 says SSE-KMS.")],
  },
  {
    name: "copy",
    record: {
      operation: "REST.COPY.OBJECT",
      facts: pack(COPY, HTTP, V4, PLAIN | SSE_C, SSE_S3),
      copySource: { bucket: "originals", key: "cat.tiff", versionId: "7" },
    },
    policies: [TABLES],
  },
  {
    name: "anonymous",
    record: {
      operation: "REST.PUT.OBJECT",
      facts: openEncryption(PUT, 0b11000, UNSIGNED),
      requester: null,
      remoteIp: "2001:db8::1",
      cipher: "TLS_AES_128_GCM_SHA256",
      status: null,
    },
    policies: [BASELINE],
  },
  {
    name: "hostile",
    record: {
      facts: openEncryption(GET, HTTP, V4),
      key: 'a"\n\u202egpj.exe\u0000[x](http://evil.example){0}?X-Amz-Signature=s3cr3t',
      uri: 'GET /photos/a" 200 - x?X%2DAmz%2DSignature=s3cr3t HTTP/1.1 x HTTP/1.1',
      userAgent: 'x" - id SigV4 TLS_AES AuthHeader h TLSv1.3 - - r "\u2028{"a":"AWS AKIA:s3cr3t"}',
      referer: "http://h/?u=https%3A%2F%2Fb%3FX-Amz-Security-Token%3Ds3cr3t",
      remoteIp: "-",
    },
    policies: [TABLES],
    resolvers: [says("s3-inventory", SSE_C, "The inventory of photos says SSE-C.")],
  },
  {
    name: "nearly-nothing-known",
    record: {
      operation: "REST.GET.SERVICE",
      facts: openEncryption(OTHER, HTTP | HTTPS, V2 | V4),
      requestId: "-",
      bucket: "-",
      key: null,
      bucketOwner: null,
      requester: null,
      remoteIp: null,
      uri: "-",
      status: null,
      errorCode: null,
      userAgent: null,
    },
    policies: [BASELINE],
  },
];
