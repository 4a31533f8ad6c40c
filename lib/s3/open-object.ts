import type { Readable } from "node:stream";
import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { isNoSuchKey } from "./reason.ts";

export interface ObjectRequest {
  client: S3Client;
  bucket: string;
  key: string;
  /** Without quotes. Only this version is read: another rejects with `PreconditionFailed`. */
  etag?: string;
  versionId?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface OpenedObject {
  /** Without quotes. */
  etag: string;
  /** To be read, or the connection stays open. */
  chunks: AsyncGenerator<Buffer>;
}

/** How often one object's stream may break off. */
const MOST_BREAKS = 8;

/**
 * Opens an object; `null` where there is none. A stream that breaks off goes on with a Range from the byte reached, of the
 * same version, so the bytes are those of one object whatever happens in between. Rejects as the client does.
 */
export async function openObject({
  client,
  bucket,
  key,
  etag,
  versionId,
  signal,
}: ObjectRequest): Promise<OpenedObject | null> {
  const first = await get(0, etag && quoted(etag)).catch((error) => {
    if (isNoSuchKey(error)) return null;
    throw error;
  });
  if (first === null) return null;
  const { ETag: version, ContentLength: size } = first;
  if (!version) throw new Error("was answered without an ETag; use a store that gives one");
  return { etag: version.replaceAll('"', ""), chunks: chunks(first, version) };

  async function* chunks(response: GetObjectCommandOutput, version: string): AsyncGenerator<Buffer> {
    let part = response;
    let reached = 0;
    for (let breaks = 0; ; ) {
      try {
        for await (const chunk of part.Body as Readable) {
          reached += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        if (signal?.aborted || ++breaks > MOST_BREAKS) throw error;
        if (reached === size) return;
      }
      part = await get(reached, version);
    }
  }

  async function get(from: number, version: string | undefined): Promise<GetObjectCommandOutput> {
    const part = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(version && { IfMatch: version }),
        ...(versionId !== undefined && { VersionId: versionId }),
        ...(from > 0 && { Range: `bytes=${from}-` }),
      }),
      { ...(signal && { abortSignal: signal }) },
    );
    if (from === 0 || part.ContentRange?.startsWith(`bytes ${from}-`)) return part;
    (part.Body as Readable).destroy();
    throw new Error(`was answered from its first byte, not from byte ${from}; use a store that honours Range`);
  }
}

function quoted(etag: string): string {
  return `"${etag}"`;
}
