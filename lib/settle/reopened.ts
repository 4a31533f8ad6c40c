import type { Narrowing } from "../evidence/evidence.ts";
import {
  ENCRYPTIONS,
  FACT_NAMES,
  type FactName,
  type Facts,
  HTTP,
  HTTPS,
  INTERFACES,
  pack,
  SIGNATURES,
  TRANSPORTS,
} from "../facts.ts";
import type {
  ComplianceFinding,
  Evidence,
  EvidenceData,
  Provenance,
  Resource,
} from "../findings/compliance-finding.ts";
import type { LogRecord, ObjectVersion } from "../record.ts";
import type { LogObject } from "../stores/log-object.ts";

/**
 * What a finding was made of, so far as it tells: judged again without new evidence, it makes the same finding. Of one that
 * names no bucket there is less, and no evidence to be had either.
 */
export interface Reopened {
  /** Its facts are those after all evidence so far. Texts are redacted. */
  record: LogRecord;
  contradictions: Narrowing[];
  /** Without ETag and time. */
  object: LogObject;
}

export function reopened(finding: ComplianceFinding): Reopened {
  const { resources = [], evidences, metadata, time } = finding;
  const [evidence] = evidences;
  const { api, data } = evidence;
  const target = resources.find(({ type, role }) => type === "Object" && role === "Target");
  const source = resources.find(({ role }) => role === "Related");
  const bucket = resources.find(({ type }) => type === "Bucket");
  return {
    record: {
      line: data.log.line,
      offset: data.log.offset,
      facts: factsOf(data),
      evidence: data.evidence.map(narrowingOf),
      time,
      requestId: api.request?.uid ?? "",
      operation: api.operation,
      bucket: bucket?.name ?? "",
      key: target?.name ?? null,
      versionId: target?.version ?? null,
      copySource: source ? objectOf(source) : null,
      bucketOwner: bucket?.owner?.uid ?? null,
      requester: evidence.actor?.user.uid ?? null,
      remoteIp: evidence.src_endpoint?.ip ?? null,
      uri: uriOf(evidence),
      status: evidence.http_response?.code ?? null,
      errorCode: api.response?.error ?? null,
      referer: evidence.http_request?.referrer ?? null,
      userAgent: evidence.http_request?.user_agent ?? null,
      cipher: evidence.tls?.cipher ?? null,
      tlsVersion: evidence.tls?.version ?? null,
      host: null,
      authType: null,
      reason: data.reason ?? null,
    },
    contradictions: data.contradictions.map(narrowingOf),
    object: { bucket: data.log.bucket, key: data.log.key, etag: "", lastModified: 0, sourceId: metadata.log_format },
  };
}

function factsOf({ interface: name, facts }: EvidenceData): Facts {
  return pack(
    (INTERFACES as readonly string[]).indexOf(name),
    (BITS.transport(facts.transport) & HTTP) | bitsOf(facts.tls, TRANSPORTS),
    bitsOf(facts.signature, SIGNATURES),
    bitsOf(facts.source, ENCRYPTIONS),
    bitsOf(facts.target, ENCRYPTIONS),
  );
}

/** A finding tells of evidence without TLS versions. */
const BITS: Record<FactName, (values: readonly string[]) => number> = {
  transport: (values) => (values.includes("HTTP") ? HTTP : 0) | (values.includes("HTTPS") ? HTTPS : 0),
  signature: (values) => bitsOf(values, SIGNATURES),
  source: (values) => bitsOf(values, ENCRYPTIONS),
  target: (values) => bitsOf(values, ENCRYPTIONS),
};

function narrowingOf({ fact, values, by, detail }: Provenance): Narrowing {
  const name = FACT_NAMES.find((known) => known === fact)!;
  return { fact: name, values: BITS[name](values), by, detail };
}

function bitsOf(values: readonly string[], names: readonly string[]): number {
  return values.reduce((bits, value) => bits | (1 << names.indexOf(value)), 0);
}

/** The bucket stands before the key in the resource's `s3://bucket/key`; both may hold slashes. */
function objectOf({ uid, name, version }: Resource): ObjectVersion {
  const bucket = uid.slice("s3://".length, -name.length - 1);
  return { bucket, key: name, versionId: version ?? null };
}

function uriOf({ http_request }: Evidence): string | null {
  const { http_method, url, version } = http_request ?? {};
  if (url === undefined) return null;
  return http_method === undefined ? url.url_string : `${http_method} ${url.url_string} HTTP/${version}`;
}
