import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { openObject } from "../s3/open-object.ts";
import { s3Uri } from "../s3/place.ts";
import { reasonOf } from "../s3/reason.ts";
import type { LogInput, Problem } from "./input.ts";

/** An object of a bucket as plain data, to be sent to another thread. */
export interface ObjectRef {
  bucket: string;
  key: string;
  /** Without quotes. */
  etag: string;
  /** In bytes. */
  size: number;
  /** ms since 1970. */
  lastModified: number;
  /** Of an object that is read although a newer one lies under its key. */
  versionId?: string;
}

export interface Listing {
  client: S3Client;
  bucket: string;
  prefix: string;
  /** Only keys after this one, in the order of their UTF-8 bytes. */
  startAfter?: string;
  signal?: AbortSignal | undefined;
}

/** CloudTrail's digests lie beside its logs, and hold no events. */
const DIGEST = /(?:^|\/)CloudTrail-Digest\//;

/** The log objects of a place, page by page, in the order of their keys. Rejects as the client does. */
export async function* listInputs(listing: Listing): AsyncGenerator<LogInput> {
  for await (const object of listObjects(listing)) yield objectInput(listing.client, object, listing.signal);
}

/** As {@link listInputs}, as plain data. Folders (keys that end in a slash) and CloudTrail's digests are left out. */
export async function* listObjects({ client, bucket, prefix, startAfter, signal }: Listing): AsyncGenerator<ObjectRef> {
  const pages = paginateListObjectsV2(
    { client },
    // A key may hold what XML cannot.
    {
      Bucket: bucket,
      Prefix: prefix,
      EncodingType: "url",
      ...(startAfter !== undefined && { StartAfter: startAfter }),
    },
    { ...(signal && { abortSignal: signal }) },
  );
  for await (const { Contents = [], EncodingType } of pages) {
    for (const { Key = "", ETag = "", Size = 0, LastModified } of Contents) {
      const key = EncodingType === "url" ? decodeURIComponent(Key.replaceAll("+", " ")) : Key;
      if (key.endsWith("/") || DIGEST.test(key)) continue;
      yield { bucket, key, etag: ETag.replaceAll('"', ""), size: Size, lastModified: wholeSecond(LastModified!) };
    }
  }
}

/** A header tells no parts of a second, and some stores' listings do: receipts are to be the same, whoever wrote them. */
function wholeSecond(time: Date): number {
  return Math.floor(time.getTime() / 1000) * 1000;
}

/** Finds the log objects of a place. One whose key is the prefix itself stands alone, as a file that is named does. */
export async function findObjects(listing: Listing): Promise<{ objects: ObjectRef[]; problems: Problem[] }> {
  const name = s3Uri(listing.bucket, listing.prefix);
  const objects: ObjectRef[] = [];
  try {
    for await (const object of listObjects(listing)) {
      objects.push(object);
      if (object.key === listing.prefix) break;
    }
  } catch (error) {
    listing.signal?.throwIfAborted();
    const part = objects.length > 0 ? `; the ${objects.length} before that are audited` : "";
    return { objects, problems: [{ name, message: `cannot be listed: ${reasonOf(error)}${part}` }] };
  }
  const problems = objects.length > 0 ? [] : [{ name, message: "no objects under this prefix; expected log objects" }];
  return { objects, problems };
}

/** Opening it reads the version that was listed, and no other. */
export function objectInput(client: S3Client, object: ObjectRef, signal?: AbortSignal): LogInput {
  const { bucket, key, etag, size, lastModified } = object;
  return {
    name: s3Uri(bucket, key),
    bucket,
    key,
    size,
    lastModified,
    open: () => chunksOf(client, object, signal),
    etag: async () => etag,
  };
}

async function* chunksOf(client: S3Client, object: ObjectRef, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const { bucket, key, etag, versionId } = object;
  try {
    const opened = await openObject({ client, bucket, key, etag, versionId, signal });
    if (opened === null) throw new Error("there is no such object; it was deleted after it was listed");
    yield* opened.chunks;
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
}
