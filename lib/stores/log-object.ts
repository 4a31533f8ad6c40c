import { hash } from "node:crypto";
import { DEVICE } from "./store.ts";

/** A log object: one object of a log bucket, or a file (bucket `local`, its path as key, the MD5 of its bytes as ETag). */
export interface LogObject {
  bucket: string;
  key: string;
  etag: string;
  /** ms since 1970. */
  lastModified: number;
  /** Which log format it was read as. */
  sourceId: string;
}

/** Where the store keeps what comes of one log object. */
export interface StoreKeys {
  findings: string;
  receipt: string;
  quarantine: string;
}

/** 32 hex digits of the SHA-256 of bucket, key and ETag. As JSON they cannot run into each other. */
export function objectId(object: Pick<LogObject, "bucket" | "key" | "etag">): string {
  const name = JSON.stringify([object.bucket, object.key, bareEtag(object.etag)]);
  return hash("sha256", name).slice(0, 32);
}

/** S3 quotes the ETag in listings and headers, and not in events. */
export function bareEtag(etag: string): string {
  return etag.replaceAll('"', "");
}

export function storeKeys(object: LogObject): StoreKeys {
  const place = `${placeOf(object)}${objectId(object)}`;
  return {
    findings: `findings/${place}.ndjson.gz`,
    receipt: `receipts/${place}.json`,
    quarantine: `quarantine/${place}.ndjson.gz`,
  };
}

/** What the keys of all receipts begin with of a bucket's log objects that landed on one day. */
export function receiptsFolder(object: Pick<LogObject, "bucket" | "lastModified">): string {
  return `receipts/${placeOf(object)}`;
}

function placeOf({ bucket, lastModified }: Pick<LogObject, "bucket" | "lastModified">): string {
  return `dt=${new Date(lastModified).toISOString().slice(0, 10)}/${folderName(bucket)}/`;
}

/** A bucket's name as one folder name on every system; two buckets never share one. */
function folderName(bucket: string): string {
  if (bucket === "") return "%";
  return bucket
    .toWellFormed()
    .replace(/[^\w.-]/gu, (character) => Buffer.from(character).toString("hex").replace(/../g, "%$&"))
    .replace(DEVICE, (name) => `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`)
    .replace(/^\.|\.$/g, "%2e");
}
