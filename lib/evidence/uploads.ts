import { createRecent } from "./recent.ts";
import { eitherOf, type Write } from "./write.ts";

/** What the initiates of a log that does not show which upload ids they were given say of its other records. */
export interface Uploads {
  initiated(bucket: string, key: string, write: Write): void;
  /**
   * What a request of this time with this upload id inherits from: the last initiate that may be meant, with the encryptions of all.
   * The id of a request that was refused may be made up, and says nothing of other requests.
   */
  of(bucket: string, key: string, uploadId: string, at: number, isRefused: boolean): Write | null;
  /** The upload was completed or aborted: a later initiate is not its own. */
  finished(bucket: string, key: string, uploadId: string): void;
}

/** More open uploads of one key than this, and more ids that belong to none, are not told apart. */
const MAX_UPLOADS = 64;

/** Of one key. */
interface Initiates {
  /** The last, with the encryptions of all, also of those whose uploads are finished: which those were, nobody knows. */
  write: Write | null;
  /** When the first began. */
  first: number;
  /** Of uploads that are open. */
  count: number;
  uploadIds: Set<string>;
  /** Ids that belong to none of the open uploads, the longest unused first. */
  strangers: Set<string>;
}

/** @param limit of how many keys they are remembered */
export function createUploads(limit: number): Uploads {
  const keys = createRecent<Initiates>(limit);
  return { initiated, of, finished };

  function initiated(bucket: string, key: string, write: Write): void {
    const all = at(bucket, key);
    all.write = eitherOf(write, all.write);
    all.first = Math.min(all.first, write.from);
    all.count++;
    keys.set(nameOf(bucket, key), all);
  }

  function of(bucket: string, key: string, uploadId: string, time: number, isRefused: boolean): Write | null {
    const all = at(bucket, key);
    const { uploadIds, strangers, count, first } = all;
    if (uploadIds.has(uploadId)) return all.write;
    if (strangers.has(uploadId)) return null;
    if (time >= first && uploadIds.size < Math.min(count, MAX_UPLOADS)) {
      if (!isRefused) uploadIds.add(uploadId);
      return all.write;
    }
    if (isRefused) return null;
    // One of these uploads began before the log did: this one, if it began before all initiates, or else perhaps any of them.
    if (time >= first) {
      for (const other of uploadIds) estrange(all, other);
      uploadIds.clear();
      all.count = 0;
    }
    estrange(all, uploadId);
    keys.set(nameOf(bucket, key), all);
    return null;
  }

  function finished(bucket: string, key: string, uploadId: string): void {
    const all = keys.get(nameOf(bucket, key));
    if (!all) return;
    if (all.uploadIds.delete(uploadId)) all.count--;
    estrange(all, uploadId);
  }

  function at(bucket: string, key: string): Initiates {
    const none = { write: null, first: Number.POSITIVE_INFINITY, count: 0 };
    return keys.get(nameOf(bucket, key)) ?? { ...none, uploadIds: new Set(), strangers: new Set() };
  }
}

function estrange({ strangers }: Initiates, uploadId: string): void {
  strangers.delete(uploadId);
  strangers.add(uploadId);
  if (strangers.size > MAX_UPLOADS) strangers.delete(strangers.values().next().value!);
}

function nameOf(bucket: string, key: string): string {
  return `${bucket}\0${key}`;
}
