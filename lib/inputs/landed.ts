import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import type { LandedObject } from "../events/unwrap.ts";
import { s3Uri } from "../s3/place.ts";
import { hasStatus, reasonOf } from "../s3/reason.ts";
import { objectInput } from "./bucket.ts";
import type { LogInput } from "./input.ts";

/**
 * The log object that an event tells of, as it landed: what was since written under its key is never read in its place.
 * In a versioned bucket it is then read by its version's id, which takes the right to s3:GetObjectVersion.
 * @throws an Error where it is gone or cannot be asked for
 */
export async function landedInput(client: S3Client, landed: LandedObject): Promise<LogInput> {
  const { bucket, key, etag, versionId } = landed;
  const name = { Bucket: bucket, Key: key };
  try {
    return inputOf(await client.send(new HeadObjectCommand({ ...name, ...(etag && { IfMatch: `"${etag}"` }) })));
  } catch (error) {
    const isGone = hasStatus(error, 404) || hasStatus(error, 412);
    if (!isGone) throw new Error(`${s3Uri(bucket, key)}: ${headReason(error)}`, { cause: error });
    if (versionId === null) throw gone(error, "and its event names no version that could be read");
    return await client.send(new HeadObjectCommand({ ...name, VersionId: versionId })).then(
      (head) => inputOf(head, versionId),
      (error) => {
        throw gone(error, `and its version ${versionId} cannot be read: ${headReason(error)}`);
      },
    );
  }

  function inputOf({ ETag, ContentLength, LastModified }: HeadObjectCommandOutput, version?: string): LogInput {
    return objectInput(client, {
      bucket,
      key,
      etag: ETag!.replaceAll('"', ""),
      size: ContentLength!,
      lastModified: LastModified!.getTime(),
      ...(version && { versionId: version }),
    });
  }

  function gone(cause: unknown, why: string): Error {
    const what = "was deleted or overwritten before it was audited";
    return new Error(`${s3Uri(bucket, key)}: ${what}, ${why}; find out by whom, and restore it`, { cause });
  }
}

/** An answer to HEAD has no body, and so no code of an error. */
function headReason(error: unknown): string {
  if (!hasStatus(error, 403)) return reasonOf(error);
  return "access denied (HTTP 403); check what the bucket's policy denies, and that the function's role may read it";
}
