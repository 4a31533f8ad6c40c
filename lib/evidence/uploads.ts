import type { Write } from "./earlier-writes.ts";
import { createRecent } from "./recent.ts";

export interface Upload {
  bucket: string;
  key: string;
  /** `null` in logs that do not show which id an initiate was given. */
  uploadId: string | null;
}

/** What the initiates of one log say of the uploads that its other records name. */
export interface Uploads {
  initiated(upload: Upload, write: Write): void;
  /** What a request with this upload id inherits from: the last initiate that may be meant, with the encryptions of all. */
  of(bucket: string, key: string, uploadId: string): Write | null;
  /** The upload was completed or aborted. */
  finished(bucket: string, key: string, uploadId: string): void;
}

/** More open uploads of one key than this are not told apart. */
const MAX_UPLOADS = 64;
/** Stands for the upload ids that a log does not show. */
const HIDDEN = "";

/** Initiates of one key whose upload ids the log does not show, or the one whose id it shows. */
interface Initiates {
  write: Write;
  count: number;
  uploadIds: Set<string>;
}

/** @param limit how many are remembered */
export function createUploads(limit: number): Uploads {
  const uploads = createRecent<Initiates>(limit);
  return { initiated, of, finished };

  function initiated({ bucket, key, uploadId }: Upload, write: Write): void {
    const name = nameOf(bucket, key, uploadId ?? HIDDEN);
    const before = uploads.get(name);
    const encryption = write.encryption | (before?.write.encryption ?? 0);
    uploads.set(name, {
      write: { ...write, encryption },
      count: (before?.count ?? 0) + 1,
      uploadIds: before?.uploadIds ?? new Set(),
    });
  }

  function of(bucket: string, key: string, uploadId: string): Write | null {
    const shown = uploads.get(nameOf(bucket, key, uploadId));
    if (shown) return shown.write;
    const hidden = uploads.get(nameOf(bucket, key, HIDDEN));
    if (!hidden) return null;
    const known = Math.min(hidden.count, MAX_UPLOADS);
    if (hidden.uploadIds.size <= known) hidden.uploadIds.add(uploadId);
    // More ids than initiates: one of these uploads began before the log did, perhaps this one.
    return hidden.uploadIds.size <= known ? hidden.write : null;
  }

  function finished(bucket: string, key: string, uploadId: string): void {
    uploads.delete(nameOf(bucket, key, uploadId));
    const hidden = uploads.get(nameOf(bucket, key, HIDDEN));
    if (!hidden) return;
    hidden.uploadIds.delete(uploadId);
    hidden.count--;
    if (hidden.count === 0) uploads.delete(nameOf(bucket, key, HIDDEN));
  }
}

/** The id's length keeps an id and a key that hold anything from passing for another id and key. */
function nameOf(bucket: string, key: string, id: string): string {
  return `${bucket}\0${id.length}\0${id}${key}`;
}
