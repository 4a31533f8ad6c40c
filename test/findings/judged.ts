import { type Judgement, judge } from "../../lib/audit.ts";
import type { Resolver } from "../../lib/evidence/evidence.ts";
import {
  ANY_ENCRYPTION,
  ANY_SIGNATURE,
  ANY_TRANSPORT,
  COPY,
  GET,
  HTTP,
  HTTPS,
  INTERFACES,
  openEncryption,
  PART,
  PUT,
  SSE_C,
  SSE_KMS,
  V2,
  V4,
} from "../../lib/facts.ts";
import { compile } from "../../lib/policy/compile.ts";
import type { Policy, Rule } from "../../lib/policy/policy.ts";
import type { LogRecord } from "../../lib/record.ts";
import type { LogObject } from "../../lib/stores/log-object.ts";

const EVERY_INTERFACE = (1 << INTERFACES.length) - 1;
const OBJECTS = (1 << PUT) | (1 << GET) | (1 << PART);
const TLS_12 = 0b11000;

function rule(id: string, row: Omit<Rule, "id" | "title" | "cite">): Rule {
  return { id, ...row, title: `What ${id} demands.`, cite: `Handbook, ${id}` };
}

/** A few rows of the shape that the shipped tables have. */
export const TABLES: Policy = compile({
  id: "tables",
  digest: `sha256:${"a".repeat(64)}`,
  rules: [
    rule("sse-kms.object", {
      interfaces: OBJECTS,
      source: null,
      target: SSE_KMS,
      transport: HTTPS,
      signature: V4,
      severity: "medium",
    }),
    rule("sse-c.object", {
      interfaces: OBJECTS,
      source: null,
      target: SSE_C,
      transport: HTTPS,
      signature: V2 | V4,
      severity: "high",
    }),
    rule("copy.sse-c-to-any", {
      interfaces: 1 << COPY,
      source: SSE_C,
      target: ANY_ENCRYPTION,
      transport: HTTPS,
      signature: V2 | V4,
      severity: "high",
    }),
  ],
});

export const BASELINE: Policy = compile({
  id: "baseline",
  digest: `sha256:${"b".repeat(64)}`,
  rules: [
    rule("baseline.tls", {
      interfaces: EVERY_INTERFACE,
      source: null,
      target: ANY_ENCRYPTION,
      transport: TLS_12,
      signature: ANY_SIGNATURE,
      severity: "low",
    }),
    rule("baseline.signed-write", {
      interfaces: EVERY_INTERFACE & ~(1 << GET),
      source: null,
      target: ANY_ENCRYPTION,
      transport: ANY_TRANSPORT,
      signature: V4,
      severity: "medium",
    }),
  ],
});

/** A GetObject over HTTP, signed with V4, of an object whose encryption the log does not tell. */
export const RECORD: LogRecord = {
  line: 7,
  offset: 1234,
  facts: openEncryption(GET, HTTP, V4),
  evidence: [],
  time: Date.UTC(2026, 1, 6, 12, 30, 15),
  requestId: "3E57427F3EXAMPLE",
  operation: "REST.GET.OBJECT",
  bucket: "photos",
  key: "2026/cat.jpg",
  versionId: null,
  copySource: null,
  bucketOwner: "79a59df900b949e5",
  requester: "arn:aws:iam::123456789012:user/ann",
  remoteIp: "192.0.2.3",
  uri: "GET /photos/2026/cat.jpg HTTP/1.1",
  status: 200,
  errorCode: null,
  referer: null,
  userAgent: "aws-cli/2.15",
  cipher: null,
  tlsVersion: null,
  host: "photos.s3.amazonaws.com",
  authType: "AuthHeader",
  reason: null,
};

export const LOG_OBJECT: LogObject = {
  bucket: "my-logs",
  key: "logs/2026-02-06-13-00-00-ABCDEF",
  etag: "9b2cf535f27731c974343645a3985328",
  lastModified: Date.UTC(2026, 1, 6, 13, 0, 5),
  sourceId: "s3-access-log",
};

/** The verdict on {@link RECORD}, changed as given. */
export function judged(
  record: Partial<LogRecord>,
  policies: readonly Policy[] = [TABLES],
  resolvers: readonly Resolver[] = [],
): Judgement {
  return judge({ policies, resolvers }, { ...RECORD, ...record });
}
