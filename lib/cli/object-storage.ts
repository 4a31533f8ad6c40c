import { inBucket } from "../evidence/inventory/in-bucket.ts";
import type { InventoryPlace } from "../evidence/inventory/place.ts";
import { findObjects, type ObjectRef, objectInput } from "../inputs/bucket.ts";
import type { LogInput, Problem } from "../inputs/input.ts";
import { type S3Options, s3Client } from "../s3/client.ts";
import type { S3Place } from "../s3/place.ts";
import { openBucketStore } from "../stores/bucket.ts";
import type { Store } from "../stores/store.ts";

/** Inputs, stores and inventories in buckets, by one client. */
export interface ObjectStorage {
  find(place: S3Place): Promise<{ objects: ObjectRef[]; problems: Problem[] }>;
  input(object: ObjectRef): LogInput;
  store(place: S3Place): Store;
  inventory(uri: string): InventoryPlace;
}

export function openObjectStorage(options: S3Options, signal?: AbortSignal): ObjectStorage {
  const client = s3Client(options);
  return {
    find: (place) => findObjects({ client, ...place, signal }),
    input: (object) => objectInput(client, object, signal),
    store: (place) => openBucketStore({ client, ...place, signal }),
    inventory: (uri) => inBucket(client, uri, signal),
  };
}
