import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

export type S3Operation = "GetObject" | "HeadObject" | "HeadBucket" | "PutObject" | "DeleteObject" | "ListObjectsV2";

export interface StoredObject {
  bytes: Buffer;
  /** With its quotes. */
  etag: string;
  /** ms since 1970. */
  lastModified: number;
  /** `SSE-C`, or what `x-amz-server-side-encryption` says; nothing is encrypted. */
  encryption?: string;
  versionId?: string;
  /** All that have an id, this one too. */
  versions?: Map<string, StoredObject>;
}

export type Bucket = Map<string, StoredObject>;

export type Answer =
  | { status: number; code: string }
  | { status: number; body: Buffer; headers: Record<string, string | number> };

const NO_KEY: Answer = { status: 404, code: "NoSuchKey" };
const FAILED: Answer = { status: 412, code: "PreconditionFailed" };
const WRITTEN = Date.UTC(2026, 1, 7);
/** Entries per page of a listing, so that a test of a few objects has pages. */
const PAGE = 5;

export function objectOf(bytes: Buffer, lastModified = WRITTEN): StoredObject {
  return { bytes, etag: `"${createHash("md5").update(bytes).digest("hex")}"`, lastModified };
}

export function carryOut(
  operation: S3Operation,
  bucket: Bucket,
  key: string,
  query: URLSearchParams,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Answer {
  switch (operation) {
    case "ListObjectsV2":
      return list(bucket, query);
    case "PutObject":
      return put(bucket, key, headers, body);
    case "DeleteObject":
      bucket.delete(key);
      return { status: 204, body: Buffer.alloc(0), headers: {} };
    case "HeadBucket":
      return { status: 200, body: Buffer.alloc(0), headers: {} };
    case "HeadObject":
    case "GetObject":
      return get(bucket, key, query, headers);
  }
}

function put(bucket: Bucket, key: string, headers: IncomingHttpHeaders, body: Buffer): Answer {
  const old = bucket.get(key);
  if (headers["if-none-match"] === "*" && old) return FAILED;
  if (headers["if-match"] && !old) return NO_KEY;
  // As Ceph does; S3 takes it with quotes too.
  if (headers["if-match"] && `"${headers["if-match"]}"` !== old!.etag) return FAILED;
  const object = objectOf(body);
  bucket.set(key, object);
  return { status: 200, body: Buffer.alloc(0), headers: { ETag: object.etag } };
}

function get(bucket: Bucket, key: string, query: URLSearchParams, headers: IncomingHttpHeaders): Answer {
  const asked = query.get("versionId");
  const object = asked === null ? bucket.get(key) : bucket.get(key)?.versions?.get(asked);
  if (!object) return NO_KEY;
  const { encryption, versionId } = object;
  if (encryption === "SSE-C" && !headers["x-amz-server-side-encryption-customer-algorithm"])
    return { status: 400, code: "InvalidRequest" };
  if (headers["if-match"] && headers["if-match"] !== object.etag) return FAILED;
  const about = {
    ETag: object.etag,
    "Last-Modified": new Date(object.lastModified).toUTCString(),
    ...(encryption && encryption !== "SSE-C" && { "x-amz-server-side-encryption": encryption }),
    ...(versionId && { "x-amz-version-id": versionId }),
  };
  const size = object.bytes.length;
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  if (from === 0) return { status: 200, body: object.bytes, headers: about };
  if (from >= size) return { status: 416, code: "InvalidRange" };
  const range = { "Content-Range": `bytes ${from}-${size - 1}/${size}` };
  return { status: 206, body: object.bytes.subarray(from), headers: { ...about, ...range } };
}

function list(bucket: Bucket, query: URLSearchParams): Answer {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter");
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const isUrl = query.get("encoding-type") === "url";
  const entries = new Set<string>();
  for (const key of [...bucket.keys()].sort(byBytes)) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    entries.add(end < 0 ? key : key.slice(0, end + delimiter!.length));
  }
  const left = [...entries].filter((entry) => byBytes(entry, after) > 0);
  const page = left.slice(0, PAGE);
  const isTruncated = page.length < left.length;
  const text = (key: string) => (isUrl ? new URLSearchParams([["", key]]).toString().slice(1) : xml(key));
  const parts = page.map((entry) => {
    const object = bucket.get(entry);
    if (!object) return `<CommonPrefixes><Prefix>${text(entry)}</Prefix></CommonPrefixes>`;
    const { etag, bytes, lastModified } = object;
    return (
      `<Contents><Key>${text(entry)}</Key><LastModified>${new Date(lastModified).toISOString()}</LastModified>` +
      `<ETag>${xml(etag)}</ETag><Size>${bytes.length}</Size></Contents>`
    );
  });
  const body =
    `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>` +
    `${isUrl ? "<EncodingType>url</EncodingType>" : ""}` +
    `${isTruncated ? `<NextContinuationToken>${xml(page.at(-1)!)}</NextContinuationToken>` : ""}` +
    `${parts.join("")}</ListBucketResult>`;
  return { status: 200, body: Buffer.from(body), headers: { "Content-Type": "application/xml" } };
}

/** As S3 sorts keys. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function xml(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
