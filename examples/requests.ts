import type { AccessLogFields } from "./access-log-line.ts";
import type { Client } from "./clients.ts";
import type { Seeded } from "./seeded.ts";

export interface Bucket {
  name: string;
  /** Canonical id of the account that owns it. */
  owner: string;
  region: string;
}

/** One request, or one row that S3 writes for itself, before it is a log record. */
export interface Request {
  bucket: Bucket;
  /** `null`: S3 itself, off the network. */
  client: Client | null;
  time: number;
  operation: string;
  /** Plain, not encoded; `null` for requests on the bucket. */
  key: string | null;
  /** With its `?`. */
  query?: string;
  status?: number;
  errorCode?: string;
  size?: number;
  versionId?: string;
  referer?: string;
  accessPoint?: string;
}

const ERROR_CODES: Record<number, string> = {
  304: "NotModified",
  400: "InvalidArgument",
  403: "AccessDenied",
  404: "NoSuchKey",
};
/** Rows without a request line of their own: S3's own work, one object of a batch, what a copy reads. */
const NO_REQUEST_LINE = /^S3\.|^BATCH\.|_GET$/;
const CIPHERS = { "TLSv1.2": "ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.3": "TLS_AES_128_GCM_SHA256" };

/** The log record of a request. What the request leaves open (ids, times, sizes) is drawn. */
export function requestFields(request: Request, random: Seeded): AccessLogFields {
  const { bucket, client, operation, accessPoint } = request;
  const status = request.status ?? 200;
  const refused = status >= 300;
  const reads = /GET\.OBJECT$|_GET$/.test(operation);
  const requestLine = NO_REQUEST_LINE.test(operation) ? null : uriOf(request);
  const tls = client && client.tls.length > 0 ? random.pick(client.tls) : null;
  const hasSize = !refused && request.key !== null && operation !== "REST.POST.UPLOADS";
  const size = hasSize ? (request.size ?? random.int(400, 4_000_000)) : null;
  const turnAround = random.int(6, 90);
  return {
    bucketOwner: bucket.owner,
    bucket: bucket.name,
    time: request.time,
    remoteIp: client && random.pick(client.ips),
    requester: client ? client.requester : "AmazonS3",
    requestId: random.hex(16),
    operation,
    key: request.key === null ? null : client ? encoded(encoded(request.key)) : encoded(request.key),
    requestUri: client ? requestLine : "-",
    status: client ? status : null,
    errorCode: request.errorCode ?? ERROR_CODES[status] ?? null,
    bytesSent: refused ? random.int(231, 340) : reads ? size : request.key === null ? random.int(113, 9_000) : null,
    objectSize: size,
    totalTime: requestLine === null ? null : turnAround + random.int(0, 40),
    turnAroundTime: requestLine === null ? null : turnAround,
    referer: requestLine === null && client ? null : (request.referer ?? "-"),
    userAgent: client ? (requestLine === null ? null : random.pick(client.userAgents)) : "-",
    versionId: request.versionId ?? null,
    hostId: random.base64(56),
    signature: client?.signature ?? null,
    cipher: tls && CIPHERS[tls],
    authType: client?.authType ?? null,
    host: client && hostOf(request),
    tls,
    accessPoint: accessPoint ? `arn:aws:s3:${bucket.region}:111122223333:accesspoint/${accessPoint}` : null,
    aclRequired: null,
    sourceRegion: client?.region ?? null,
  };
}

function uriOf({ bucket, client, operation, key, query }: Request): string {
  const path = client?.pathStyle ? `/${bucket.name}` : "";
  return `${methodOf(operation)} ${path}/${key === null ? "" : encoded(key)}${query ?? ""} HTTP/1.1`;
}

function methodOf(operation: string): string {
  const method = operation.split(".")[1]!;
  return method === "COPY" ? "PUT" : method;
}

function hostOf({ bucket, client, operation, accessPoint }: Request): string {
  if (accessPoint) return `${accessPoint}-111122223333.s3-accesspoint.${bucket.region}.amazonaws.com`;
  if (operation.startsWith("WEBSITE.")) return `${bucket.name}.s3-website.${bucket.region}.amazonaws.com`;
  const host = `s3.${bucket.region}.amazonaws.com`;
  return client?.pathStyle ? host : `${bucket.name}.${host}`;
}

/** Percent-encoding as clients do it in a path: the log applies it once more. */
export function encoded(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
