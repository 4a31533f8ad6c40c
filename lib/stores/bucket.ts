import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { DeleteObjectCommand, PutObjectCommand, type PutObjectCommandInput, type S3Client } from "@aws-sdk/client-s3";
import { putFileCommand } from "../s3/file-body.ts";
import { openObject } from "../s3/open-object.ts";
import { s3Uri } from "../s3/place.ts";
import { hasStatus, isNoSuchKey, reasonOf } from "../s3/reason.ts";
import { checkKey, type Store, StoreError } from "./store.ts";

export interface BucketStoreOptions {
  client: S3Client;
  bucket: string;
  /** Goes before every key, as a folder would: with or without a slash at its end. */
  prefix?: string;
  /** Ends what is under way. */
  signal?: AbortSignal | undefined;
}

/** S3 answers 409 while another request settles the same key, and asks to try again. */
const MOST_CONFLICTS = 4;
/** In ms, once more with every conflict. */
const CONFLICT_WAIT = 100;

/**
 * A store in a bucket. `create` and `replace` are conditional writes, which the bucket decides between any number of
 * writers. What a bucket with a default encryption holds is encrypted by that.
 *
 * A `create` whose answer is lost on the way may have been done; the client's next attempt then finds the key taken. It
 * says false, as to the one who came too late, because that can't be told apart: who asks for the bytes finds its own. So
 * a lost answer may leave a key that nobody knows to have created, and never one that two do.
 *
 * Some S3-compatible stores take conditional writes and don't honour them. The first `create` that succeeds is therefore
 * sent again: a store that takes it a second time is refused, with an error.
 */
export function openBucketStore({ client, bucket, prefix = "", signal }: BucketStoreOptions): Store {
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  const sending = { ...(signal && { abortSignal: signal }) };
  let honoursConditions = false;

  async function attempt<T>(what: string, key: string, work: (name: { Bucket: string; Key: string }) => Promise<T>) {
    checkKey(key);
    try {
      return await work({ Bucket: bucket, Key: folder + key });
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof StoreError) throw error;
      throw new StoreError(`${s3Uri(bucket, folder)}: cannot ${what} ${key}: ${reasonOf(error)}.`, { cause: error });
    }
  }

  /** Whether it was written: not if the condition fails. */
  async function put(input: PutObjectCommandInput): Promise<boolean> {
    for (let conflicts = 0; ; ) {
      try {
        await client.send(new PutObjectCommand(input), sending);
        return true;
      } catch (error) {
        if (hasStatus(error, 412) || (input.IfMatch && isNoSuchKey(error))) return false;
        if (!hasStatus(error, 409) || ++conflicts > MOST_CONFLICTS) throw error;
        await sleep(CONFLICT_WAIT * conflicts, null, { signal });
      }
    }
  }

  return {
    get: (key) =>
      attempt("read", key, async ({ Bucket, Key }) => {
        const object = await openObject({ client, bucket: Bucket, key: Key, signal });
        return object && { bytes: await buffer(object.chunks), etag: object.etag };
      }),
    put: (key, bytes) =>
      attempt("write", key, async (name) => {
        await put({ ...name, Body: bytes });
      }),
    putFile: (key, path) =>
      attempt("write", key, async (name) => {
        await client.send(await putFileCommand(name, path), sending);
      }),
    create: (key, bytes) =>
      attempt("write", key, async (name) => {
        const isNew = await put({ ...name, Body: bytes, IfNoneMatch: "*" });
        if (isNew && !honoursConditions && (await put({ ...name, Body: bytes, IfNoneMatch: "*" })))
          throw new StoreError(
            `${s3Uri(bucket, folder)}: the store does not honour If-None-Match, so two audits of one log object would both ` +
              "count it. Keep the store on one that does (AWS S3, Ceph, MinIO), or in a folder.",
          );
        honoursConditions = true;
        return isNew;
      }),
    // The ETag goes without quotes: S3 takes it either way, and of a write Ceph compares it as it stands.
    replace: (key, bytes, etag) => attempt("write", key, (name) => put({ ...name, Body: bytes, IfMatch: etag })),
    remove: (key) =>
      attempt("remove", key, async (name) => {
        await client.send(new DeleteObjectCommand(name), sending).catch((error) => {
          if (!isNoSuchKey(error)) throw error;
        });
      }),
  };
}
