import type { Bucket } from "./requests.ts";
import type { Seeded } from "./seeded.ts";

/** As an inventory spells it; `null` for delete markers. */
export type EncryptionStatus = "NOT-SSE" | "SSE-S3" | "SSE-KMS" | "SSE-C" | null;

export interface StoredVersion {
  key: string;
  /** `null` in a bucket without versioning. */
  versionId: string | null;
  /** ms since 1970. */
  lastModified: number;
  size: number | null;
  etag: string | null;
  encryption: EncryptionStatus;
}

/** What the buckets hold, so that the inventories say what the logged requests did. */
export interface StoredObjects {
  /** An object of `parts` is dated by its initiate. */
  put(bucket: Bucket, key: string, time: number, encryption: EncryptionStatus, size: number, parts?: number): void;
  remove(bucket: Bucket, key: string, time: number): void;
  /** Of the newest version. */
  sizeOf(bucket: Bucket, key: string | null): number | null;
  /** Every version, by key and newest first; without versioning the newest of each key, if it is still there. */
  versions(bucket: Bucket): StoredVersion[];
}

export function createStoredObjects(versioned: readonly Bucket[], random: Seeded): StoredObjects {
  const stored = new Map<Bucket, StoredVersion[]>();
  function add(bucket: Bucket, version: Omit<StoredVersion, "versionId">): void {
    const versionId = versioned.includes(bucket) ? random.base64(24).replace(/[+/]/g, "_") : null;
    const versions = stored.get(bucket) ?? [];
    stored.set(bucket, [...versions, { ...version, versionId }]);
  }
  return {
    put(bucket, key, lastModified, encryption, size, parts) {
      const etag = random.hex(32).toLowerCase() + (parts ? `-${parts}` : "");
      add(bucket, { key, lastModified, size, etag, encryption });
    },
    remove(bucket, key, lastModified) {
      add(bucket, { key, lastModified, size: null, etag: null, encryption: null });
    },
    sizeOf: (bucket, key) => stored.get(bucket)?.findLast((version) => version.key === key)?.size ?? null,
    versions(bucket) {
      const all = [...(stored.get(bucket) ?? [])].sort(
        (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) || b.lastModified - a.lastModified,
      );
      if (versioned.includes(bucket)) return all;
      return all.filter((version, i) => all[i - 1]?.key !== version.key && version.encryption !== null);
    },
  };
}
