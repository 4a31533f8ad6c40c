import {
  ANY_ENCRYPTION,
  ANY_TRANSPORT,
  COMPLETE,
  COPY,
  GET,
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

interface Write {
  time: number;
  /** 0 if it made nothing. */
  encryption: number;
}

/** The facts of every record of a log object: straightforward, and without care for odd events or memory. */
export function readWithJsonParse(text: string, see: (facts: number) => void): void {
  const events = (JSON.parse(text).Records as Json[]).filter((event) => event.eventSource === "s3.amazonaws.com");
  const writes = new Map<string, Write[]>();
  const uploads = new Map<string, number>();
  const targets = events.map((event) => {
    const { requestParameters: asked, responseElements: answered, additionalEventData: data } = event;
    const code = CODES[event.eventName] ?? OTHER;
    const target =
      (APPLIED[data?.SSEApplied] ?? 0) |
      (HEADERS[answered?.[SSE]] ?? 0) |
      (CHOOSES.has(code) ? (HEADERS[asked?.[SSE]] ?? 0) : 0) |
      (asked?.[SSE_C_HEADER] || answered?.[SSE_C_HEADER] ? SSE_C : 0);
    if (code === INITIATE && !event.errorCode) uploads.set(answered?.uploadId, target || ANY_ENCRYPTION);
    return target;
  });
  for (const [i, event] of events.entries()) {
    const code = CODES[event.eventName] ?? OTHER;
    if (event.errorCode || (!MAKES.has(code) && event.eventName !== "DeleteObject")) continue;
    const { bucketName, key, uploadId } = event.requestParameters;
    const encryption = targets[i] || (code === COMPLETE && uploads.get(uploadId)) || ANY_ENCRYPTION;
    const place = `${bucketName}/${key}`;
    if (!writes.has(place)) writes.set(place, []);
    writes.get(place)!.push({ time: Date.parse(event.eventTime), encryption: MAKES.has(code) ? encryption : 0 });
  }

  function found(place: string, time: number): number {
    const before = (writes.get(place) ?? []).filter((write) => write.time <= time);
    const last = Math.max(...before.map((write) => write.time));
    const newest = before.filter((write) => write.time === last);
    const isSure = last < time && newest.every(({ encryption }) => encryption !== 0);
    return isSure ? newest.reduce((all, { encryption }) => all | encryption, 0) : 0;
  }

  for (const [i, event] of events.entries()) {
    const asked = event.requestParameters;
    const code = CODES[event.eventName] ?? OTHER;
    const time = Date.parse(event.eventTime);
    let target = targets[i]!;
    if (target === 0 && (code === GET || code === HEAD)) target = found(`${asked?.bucketName}/${asked?.key}`, time);
    if (target === 0 && (code === PART || code === PART_COPY || code === COMPLETE))
      target = uploads.get(asked?.uploadId) ?? 0;
    const copied = isCopy(code) ? decodeURIComponent(asked?.["x-amz-copy-source"] ?? "").replace(/^\//, "") : "";
    const source = copied === "" ? 0 : found(copied, time);
    see(pack(code, transportOf(event), signatureOf(event), source || ANY_ENCRYPTION, target || ANY_ENCRYPTION));
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
