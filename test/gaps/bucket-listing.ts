import type { ObjectRef } from "../../lib/inputs/bucket.ts";

/** Objects as S3 lists them: by the bytes of their keys, from the first after a key on. Counts what it was asked. */
export function listingOf(objects: readonly ObjectRef[]) {
  const sorted = [...objects].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const asked = { listings: 0, objects: 0 };
  async function* list(startAfter = ""): AsyncGenerator<ObjectRef> {
    asked.listings++;
    for (const object of sorted) {
      if (Buffer.compare(Buffer.from(object.key), Buffer.from(startAfter)) <= 0) continue;
      asked.objects++;
      yield object;
    }
  }
  return { list, asked };
}

export function landed(key: string, lastModified: number, bucket = "my-logs"): ObjectRef {
  return { bucket, key, etag: "0", size: 10, lastModified };
}
