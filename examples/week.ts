import { type AccessLogFields, accessLogLine, type Width } from "./access-log-line.ts";
import { type Bucket, type Request, requestFields } from "./requests.ts";
import { type Seeded, seeded } from "./seeded.ts";
import { createStoredObjects, type StoredObjects } from "./stored-objects.ts";

/** Monday to Sunday, and the inventories begin as it ends. */
export const MONDAY = Date.UTC(2026, 1, 2);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const DAYS = 7;
export const SNAPSHOT = MONDAY + DAYS * DAY;

const OWNER = "5e8d1f3a9c0b47e2d6a85f19c3e07b24d91f6ac8503e7b2d4f8a91c60e35d7b2";
const bucket = (name: string): Bucket => ({ name, owner: OWNER, region: "eu-central-1" });
/** Card tokens (SSE-C), statements (SSE-KMS) and reports (SSE-S3); versioned. */
export const PAYMENTS = bucket("kestrel-payments");
export const ANALYTICS = bucket("kestrel-analytics");
/** Website, downloads and a package index, public in part. */
export const ASSETS = bucket("kestrel-assets");
/** On a gateway of another vendor that speaks S3 and writes older, narrower logs. */
export const ARCHIVE = bucket("kestrel-archive");

export interface LoggedLine {
  bucket: Bucket;
  time: number;
  text: string;
}

/** A week in the making: what was logged, and what the buckets hold because of it. */
export interface Week {
  random: Seeded;
  objects: StoredObjects;
  lines: LoggedLine[];
  /** Logs a request; `change` has the last word on the fields. Returns what was logged. */
  log(request: Request, change?: (fields: AccessLogFields) => Partial<AccessLogFields>): AccessLogFields;
}

export function createWeek(seed: number): Week {
  const random = seeded(seed);
  const objects = createStoredObjects([PAYMENTS], random);
  const lines: LoggedLine[] = [];
  return {
    random,
    objects,
    lines,
    log(request, change) {
      const size = request.size ?? objects.sizeOf(request.bucket, request.key);
      const drawn = requestFields(size === null ? request : { ...request, size }, random);
      const fields = { ...drawn, ...change?.(drawn) };
      lines.push({ bucket: request.bucket, time: request.time, text: accessLogLine(fields, widthOf(request)) });
      return fields;
    },
  };
}

/** The newest field reached the region on Thursday; the gateway was upgraded on Wednesday and on Friday. */
function widthOf({ bucket, time }: Request): Width {
  const day = Math.floor((time - MONDAY) / DAY);
  if (bucket === ARCHIVE) return day < 2 ? 18 : day < 4 ? 24 : 25;
  return day < 3 ? 26 : 27;
}

/** A copy: its write half, and where the source bucket is logged its read half, under one request id. */
export function logCopy(week: Week, request: Request, source: { bucket: Bucket; key: string }): void {
  const write = week.log(request);
  const { requestId, remoteIp, cipher, tls, objectSize } = write;
  week.log({ ...request, ...source, operation: `${request.operation}_GET` }, () => ({
    requestId,
    remoteIp,
    cipher,
    tls,
    objectSize,
    bytesSent: null,
  }));
}

/** A row that S3 writes for its own work, which crossed no network. */
export function logOwnWork(week: Week, request: Omit<Request, "client">, change: Partial<AccessLogFields> = {}): void {
  week.log({ ...request, client: null }, () => change);
}

/** A served upload: logged, and stored a moment later. */
export function logUpload(week: Week, request: Request & { key: string }, encryption: "SSE-S3" | "SSE-KMS" | "SSE-C") {
  const { objectSize } = week.log(request);
  week.objects.put(request.bucket, request.key, request.time, encryption, objectSize ?? 0);
}
