import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { PLAIN, SSE_C } from "../../facts.ts";
import type { ObjectVersion } from "../../record.ts";
import { reasonOf } from "../../s3/reason.ts";
import { ETAG_OF_PARTS, type InventoryRow } from "../inventory/row.ts";
import { SSE_HEADER } from "../sse-header.ts";
import { isFixedVersion } from "./proves-live.ts";

/** What the store answered to the HEAD of one object, or of one version of it. */
export type HeadAnswer =
  | { kind: "described"; row: InventoryRow }
  /** Refused as a bad request by Amazon S3, which does so where the customer's key is missing. */
  | { kind: "refused" }
  /** `isFinal`: the same request would be answered so again. */
  | { kind: "silent"; reason: string; isFinal: boolean }
  /** Nothing can be asked at all. */
  | { kind: "unreachable"; reason: string };

const LATER = "run it again later";
/** By the status of the answer; a HEAD's has no body that would tell more. */
const REASONS: Record<number, { reason: string; isFinal: boolean }> = {
  200: { reason: "answered with headers that can't be read", isFinal: true },
  301: { reason: "the bucket is in another region: name it with --region", isFinal: false },
  400: {
    reason: "encrypted with a customer's key, or refused for another reason, which no HEAD tells",
    isFinal: true,
  },
  403: {
    reason:
      "allow these credentials s3:GetObject there, s3:GetObjectVersion for versions, and s3:ListBucket, without which objects that are gone look forbidden",
    isFinal: false,
  },
  404: { reason: "the object is gone", isFinal: true },
  405: { reason: "that version is a delete marker", isFinal: true },
};

/** Errors of the SDK, before it sends anything, that every other request would meet as well. */
const NOBODY_TO_SEND = new Set(["CredentialsProviderError", "TokenProviderError", "TimeoutError"]);

/**
 * Asks the store about an object, or one version of it, by a HEAD: no byte of the object is read. Rejects only when `signal` is
 * aborted, with its reason.
 */
export async function headObject(client: S3Client, object: ObjectVersion, signal?: AbortSignal): Promise<HeadAnswer> {
  const { bucket, key, versionId } = object;
  const command = new HeadObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(versionId !== null && { VersionId: versionId }),
  });
  try {
    return described(object, await client.send(command, { ...(signal && { abortSignal: signal }) }));
  } catch (error) {
    signal?.throwIfAborted();
    return notDescribed(object, error as HeadError);
  }
}

function described({ key, versionId }: ObjectVersion, head: HeadObjectCommandOutput): HeadAnswer {
  const { ServerSideEncryption, SSECustomerAlgorithm, LastModified, VersionId, ETag = "" } = head;
  const byStore = ServerSideEncryption === undefined ? PLAIN : SSE_HEADER.get(ServerSideEncryption);
  const encryption = SSECustomerAlgorithm ? SSE_C : byStore;
  if (encryption === undefined) {
    return { kind: "silent", reason: `encrypted in a way that is not known (${ServerSideEncryption})`, isFinal: true };
  }
  if (!LastModified) {
    return { kind: "silent", reason: "answered without a time of last modification", isFinal: true };
  }
  const row: InventoryRow = {
    key,
    versionId: VersionId ?? "null",
    isCurrent: versionId === null,
    isDeleteMarker: false,
    isMultipart: ETAG_OF_PARTS.test(ETag),
    lastModified: LastModified.getTime(),
    encryption,
  };
  return { kind: "described", row };
}

type HeadError = Error & {
  code?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
};

function notDescribed({ versionId }: ObjectVersion, error: HeadError): HeadAnswer {
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined) {
    const isEverybodys =
      error.code !== undefined || NOBODY_TO_SEND.has(error.name) || error.message === "Region is missing";
    const reason = reasonOf(error);
    return isEverybodys ? { kind: "unreachable", reason } : { kind: "silent", reason, isFinal: true };
  }
  if (status === 400 && isFixedVersion(versionId) && isAmazon(error)) return { kind: "refused" };
  const { reason, isFinal } = REASONS[status] ?? { reason: LATER, isFinal: false };
  return { kind: "silent", reason: `HTTP ${status}: ${reason}`, isFinal };
}

/**
 * Other stores refuse for more reasons: Ceph's gateway (rgw_crypt.cc) answers 400 as well where it cannot get at a key of its own,
 * or is asked over plain HTTP.
 */
function isAmazon({ $response }: HeadError): boolean {
  return $response?.headers?.["server"] === "AmazonS3";
}
