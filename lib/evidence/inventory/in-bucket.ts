import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { S3Client } from "@aws-sdk/client-s3";
import { type OpenedObject, openObject } from "../../s3/open-object.ts";
import { parseS3Uri } from "../../s3/place.ts";
import { reasonOf } from "../../s3/reason.ts";
import type { InventoryPlace } from "./place.ts";

/** An inventory in a bucket, by the `s3://` URI of its manifest. Its data files lie in the same bucket, under their keys. */
export function inBucket(client: S3Client, uri: string, signal?: AbortSignal): InventoryPlace {
  const { bucket, prefix: manifest } = parseS3Uri(uri);
  const folder = manifest.slice(0, manifest.lastIndexOf("/") + 1);

  async function open(key: string): Promise<OpenedObject | null> {
    return openObject({ client, bucket, key, signal }).catch((error) => {
      throw new Error(reasonOf(error), { cause: error });
    });
  }

  async function bytesOf(key: string): Promise<Buffer | null> {
    const object = await open(key);
    return object && buffer(object.chunks);
  }

  return {
    name: uri,
    async manifest() {
      const bytes = await bytesOf(manifest);
      if (bytes === null) throw new Error("there is no such object");
      return bytes;
    },
    checksum: () => bytesOf(`${folder}manifest.checksum`),
    async dataFile(key) {
      const object = await open(key);
      return object && Readable.from(object.chunks, { objectMode: false });
    },
  };
}
