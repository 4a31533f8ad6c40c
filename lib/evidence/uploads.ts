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
  /** What a request of this time with this upload id inherits from: the last initiate that may be meant, with the encryptions of all. */
  of(bucket: string, key: string, uploadId: string, at: number): Write | null;
  /** The upload was completed or aborted: a later initiate is not its own. */
  finished(bucket: string, key: string, uploadId: string): void;
}

/** More open uploads of one key than this, and more ids that belong to none, are not told apart. */
const MAX_UPLOADS = 64;
/** Stands for the upload ids that a log does not show. */
const HIDDEN = "";

/** Initiates of one key whose upload ids the log does not show. */
interface Hidden {
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

/** @param limit how many are remembered */
export function createUploads(limit: number): Uploads {
  const shown = createRecent<Write>(limit);
  const hidden = createRecent<Hidden>(limit);
  return { initiated, of, finished };

  function initiated({ bucket, key, uploadId }: Upload, write: Write): void {
    const name = nameOf(bucket, key, uploadId ?? HIDDEN);
    if (uploadId !== null) shown.set(name, together(write, shown.get(name)));
    else {
      const before = hidden.get(name) ?? nothingOf(write.from);
      hidden.set(name, {
        ...before,
        write: together(write, before.write),
        first: Math.min(write.from, before.first),
        count: before.count + 1,
      });
    }
  }

  function of(bucket: string, key: string, uploadId: string, at: number): Write | null {
    const write = shown.get(nameOf(bucket, key, uploadId));
    if (write) return write;
    const name = nameOf(bucket, key, HIDDEN);
    const all = hidden.get(name) ?? nothingOf(Number.POSITIVE_INFINITY);
    const { uploadIds, strangers, count, first } = all;
    if (uploadIds.has(uploadId)) return all.write;
    if (strangers.has(uploadId)) return null;
    if (at >= first && uploadIds.size < Math.min(count, MAX_UPLOADS)) {
      uploadIds.add(uploadId);
      return all.write;
    }
    // One of these uploads began before the log did: this one, if it began before all initiates, or else perhaps any of them.
    if (at >= first) {
      for (const other of uploadIds) estrange(all, other);
      uploadIds.clear();
      all.count = 0;
    }
    estrange(all, uploadId);
    hidden.set(name, all);
    return null;
  }

  function finished(bucket: string, key: string, uploadId: string): void {
    const all = hidden.get(nameOf(bucket, key, HIDDEN));
    if (!all) return;
    if (all.uploadIds.delete(uploadId)) all.count--;
    estrange(all, uploadId);
  }
}

function nothingOf(first: number): Hidden {
  return { write: null, first, count: 0, uploadIds: new Set(), strangers: new Set() };
}

function estrange({ strangers }: Hidden, uploadId: string): void {
  strangers.delete(uploadId);
  strangers.add(uploadId);
  if (strangers.size > MAX_UPLOADS) strangers.delete(strangers.values().next().value!);
}

function together(write: Write, before: Write | null | undefined): Write {
  return before ? { ...write, encryption: write.encryption | before.encryption } : write;
}

/** The id's length keeps an id and a key that hold anything from passing for another id and key. */
function nameOf(bucket: string, key: string, id: string): string {
  return `${bucket}\0${id.length}\0${id}${key}`;
}
