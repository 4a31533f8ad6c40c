import { presignedSignature } from "../../evidence/presigned.ts";
import {
  ANY_TRANSPORT,
  COMPLETE,
  COPY,
  GET,
  HEAD,
  HTTP,
  HTTPS,
  INITIATE,
  OFF_NETWORK,
  OTHER,
  openEncryption,
  PART,
  PART_COPY,
  POST,
  PUT,
  UNSIGNED,
  V2,
  V4,
} from "../../facts.ts";
import type { LogRecord } from "../../record.ts";
import { transportOf } from "./tls.ts";

/** The operations that the tables name. All others are `Other`, also the read halves of copies. */
export const OPERATIONS: Readonly<Record<string, number>> = {
  "REST.PUT.OBJECT": PUT,
  "REST.POST.OBJECT": POST,
  "REST.POST.UPLOADS": INITIATE,
  "REST.HEAD.OBJECT": HEAD,
  "WEBSITE.HEAD.OBJECT": HEAD,
  "REST.GET.OBJECT": GET,
  "WEBSITE.GET.OBJECT": GET,
  "REST.PUT.PART": PART,
  "REST.POST.UPLOAD": COMPLETE,
  "REST.COPY.OBJECT": COPY,
  "REST.COPY.PART": PART_COPY,
};

/** The read half of a copy: it names the source, in the source bucket's log. */
export const COPY_READ_HALVES: readonly string[] = ["REST.COPY.OBJECT_GET", "REST.COPY.PART_GET"];

/** What the transport fields of one record hold: `null` is `-`, `undefined` is a line too old to have the field. */
export interface TransportFields {
  signature: string | null | undefined;
  cipher: string | null | undefined;
  tlsVersion: string | null | undefined;
}

/** What it needs to know of a record. */
type Told = Pick<LogRecord, "operation" | "requester" | "remoteIp" | "uri">;

/** What one record proves by itself. An access log never tells the encryption. */
export function factsOf(record: Told, fields: TransportFields): Pick<LogRecord, "facts" | "reason"> {
  if (crossedNoNetwork(record, fields)) {
    return {
      facts: openEncryption(OFF_NETWORK, 0, 0),
      reason: "crossed no network: lifecycle, log delivery, half of a copy, or the service itself",
    };
  }
  const code = OPERATIONS[record.operation] ?? OTHER;
  return { facts: openEncryption(code, transport(fields), signature(record, fields)), reason: null };
}

function crossedNoNetwork({ operation, requester, remoteIp }: Told, fields: TransportFields): boolean {
  if (fields.cipher || fields.tlsVersion) return false;
  if (operation.startsWith("S3.") || COPY_READ_HALVES.includes(operation) || remoteIp === null) return true;
  return requester !== null && isService(requester);
}

/** `svc:…` or a service's host name; never an ARN, whose session or user name a client can choose. */
function isService(requester: string): boolean {
  return (
    requester.startsWith("svc:") || requester === "AmazonS3" || /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(requester)
  );
}

function transport({ cipher, tlsVersion }: TransportFields): number {
  if (tlsVersion) return transportOf(tlsVersion);
  if (cipher) return HTTPS;
  return cipher === null && tlsVersion === null ? HTTP : ANY_TRANSPORT;
}

function signature({ requester, uri }: Told, fields: TransportFields): number {
  if (fields.signature) return fields.signature === "SigV2" ? V2 : V4;
  if (requester === null) return UNSIGNED;
  if (fields.signature === null || uri === null) return V2 | V4;
  const presigned = presignedSignature(uri);
  return presigned === null ? V2 | V4 : presigned === "V2" ? V2 : V4;
}
