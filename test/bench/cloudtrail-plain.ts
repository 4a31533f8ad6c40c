import {
  ANY_ENCRYPTION,
  ANY_TRANSPORT,
  COMPLETE,
  COPY,
  GET,
  get,
  HEAD,
  HTTP,
  HTTPS,
  INITIATE,
  INTERFACES,
  isCopy,
  OTHER,
  PART,
  PART_COPY,
  POST,
  PUT,
  pack,
  SSE_C,
  SSE_KMS,
  SSE_S3,
  UNSIGNED,
  V2,
  V4,
} from "../../lib/facts.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON, as a script that is written in an afternoon takes it
type Json = any;

const CODES: Record<string, number> = { CreateMultipartUpload: INITIATE };
for (const [code, name] of INTERFACES.entries()) CODES[name] = code;
const VERSIONS: Record<string, number> = { TLSv1: 2, "TLSv1.1": 4, "TLSv1.2": 8, "TLSv1.3": 16 };
const SIGNATURES: Record<string, number> = { SigV2: V2, SigV4: V4, SigV4A: V4 };
const HEADERS: Record<string, number> = { AES256: SSE_S3, "aws:kms": SSE_KMS, "aws:kms:dsse": SSE_KMS };
const APPLIED: Record<string, number> = { SSE_S3, SSE_KMS, SSE_C, Default_SSE_S3: SSE_S3, Default_SSE_KMS: SSE_KMS };
const SSE = "x-amz-server-side-encryption";
const SSE_C_HEADER = `${SSE}-customer-algorithm`;
const CHOOSES = new Set([PUT, POST, INITIATE, COPY]);
const MAKES = new Set([PUT, POST, COPY, COMPLETE]);

/** The facts of every record of a log object: straightforward, and without care for odd events, order or memory. */
export function readWithJsonParse(text: string, see: (facts: number) => void): void {
  const writes = new Map<string, { time: number; encryption: number }>();
  const uploads = new Map<string, number>();
  for (const event of JSON.parse(text).Records as Json[]) {
    if (event.eventSource !== "s3.amazonaws.com") continue;
    const { requestParameters: asked, responseElements: answered, additionalEventData: data } = event;
    const code = CODES[event.eventName] ?? OTHER;
    const time = Date.parse(event.eventTime);
    const place = `${asked?.bucketName}/${asked?.key}`;

    let target =
      (APPLIED[data?.SSEApplied] ?? 0) |
      (HEADERS[answered?.[SSE]] ?? 0) |
      (CHOOSES.has(code) ? (HEADERS[asked?.[SSE]] ?? 0) : 0) |
      (asked?.[SSE_C_HEADER] || answered?.[SSE_C_HEADER] ? SSE_C : 0);
    if (target === 0 && (code === GET || code === HEAD)) {
      const write = writes.get(place);
      if (write && write.time < time) target = write.encryption;
    }
    if (target === 0 && (code === PART || code === PART_COPY || code === COMPLETE))
      target = uploads.get(asked?.uploadId) ?? 0;
    let source = 0;
    if (isCopy(code)) {
      const write = writes.get(decodeURIComponent(asked?.["x-amz-copy-source"] ?? "").replace(/^\//, ""));
      if (write && write.time < time) source = write.encryption;
    }
    const facts = pack(
      code,
      transportOf(event),
      signatureOf(event),
      source || ANY_ENCRYPTION,
      target || ANY_ENCRYPTION,
    );

    if (!event.errorCode) {
      if (code === INITIATE) uploads.set(answered?.uploadId, get(facts, "target"));
      else if (MAKES.has(code)) {
        const before = writes.get(place);
        if (!before || before.time <= time) {
          const encryption = get(facts, "target") | (before?.time === time ? before.encryption : 0);
          writes.set(place, { time, encryption });
        }
      } else if (event.eventName === "DeleteObject") writes.delete(place);
    }
    see(facts);
  }
}

function transportOf(event: Json): number {
  const version = event.tlsDetails?.tlsVersion;
  if (version) return VERSIONS[version] ?? HTTPS;
  if (event.additionalEventData?.CipherSuite) return HTTPS;
  const isByService = event.userIdentity?.invokedBy || !/^[\d.:a-f]+$/i.test(event.sourceIPAddress);
  return event.additionalEventData?.SignatureVersion && !isByService ? HTTP : ANY_TRANSPORT;
}

function signatureOf(event: Json): number {
  const version = event.additionalEventData?.SignatureVersion;
  if (version) return SIGNATURES[version] ?? V2 | V4;
  return event.userIdentity?.accountId === "anonymous" ? UNSIGNED : V2 | V4;
}
