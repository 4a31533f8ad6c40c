import { ANY_ENCRYPTION } from "../facts.ts";
import type { ObjectVersion } from "../record.ts";
import { createRecent } from "./recent.ts";

/**
 * How long a request took, ms since 1970. Within it the object changed, no log says when. What begins as it ends is later:
 * the clocks of logs are coarse (4 ms and more), and requests that follow each other share a tick.
 */
export interface Span {
  from: number;
  until: number;
}

/** A request that made an object, or began an upload. */
export interface Write extends Span {
  requestId: string;
  /** The encryptions that it leaves possible, as bits; ANY_ENCRYPTION where nothing is known. */
  encryption: number;
}

export interface Upload {
  bucket: string;
  key: string;
  /** `null` in logs that do not show which id an initiate was given. */
  uploadId: string | null;
}

/**
 * What the writes of one complete log, told in the order of that log, say of the objects that they made. Silent where there
 * is doubt: writes that overlap leave the encryptions of both possible, and a request that overlaps a write learns nothing.
 * One hole is left: a request that is logged in the moments between a write's effect and its end, which no log shows yet.
 */
export interface EarlierWrites {
  /** The object was made. With ANY_ENCRYPTION this ends what was known of it. */
  wrote(object: ObjectVersion, write: Write): void;
  /** The object was deleted, or changed in a way that the log does not show. */
  deleted(bucket: string, key: string, span: Span): void;
  /** As `deleted`, of one object or many of the bucket, and the log does not show which. */
  deletedSome(bucket: string, span: Span): void;
  /** What made the object that a request of this time found: its newest version where `versionId` is null. */
  of(object: ObjectVersion, at: number): Write | null;
  initiated(upload: Upload, write: Write): void;
  /** What a request with this upload id inherits from: the last initiate that may be meant, with the encryptions of all. */
  ofUpload(bucket: string, key: string, uploadId: string): Write | null;
  /** The upload was completed or aborted. */
  finished(bucket: string, key: string, uploadId: string): void;
}

/** The one version that is overwritten in place. */
const NULL_VERSION = "null";
/** More open uploads of one key than this are not told apart. */
const MAX_UPLOADS = 64;
/** Stands for the upload ids that a log does not show. */
const HIDDEN = "";
const NEVER = Number.NEGATIVE_INFINITY;

/** Its place in the log orders what was told. */
interface Told {
  place: number;
  until: number;
}

type Known = Write & Told;

/** Initiates of one key whose upload ids the log does not show, or the one whose id it shows. */
interface Initiates {
  write: Write;
  count: number;
  uploadIds: Set<string>;
}

/** @param limit how many objects, uploads and buckets are remembered */
export function createEarlierWrites(limit: number): EarlierWrites {
  let place = 0;
  /** A write that began before this may overlap one that is forgotten. */
  let forgottenUntil = NEVER;
  /** No write up to this place counts any more. */
  let forgottenPlace = 0;
  const objects = createRecent<Known>(limit, forget);
  const versions = createRecent<Write>(limit);
  const uploads = createRecent<Initiates>(limit);
  const deletions = createRecent<Told>(limit, (lost) => {
    forget(lost);
    forgottenPlace = Math.max(forgottenPlace, lost.place);
  });
  return { wrote, deleted, deletedSome, of, initiated, ofUpload, finished };

  function forget(lost: Told): void {
    forgottenUntil = Math.max(forgottenUntil, lost.until);
  }

  function wrote({ bucket, key, versionId }: ObjectVersion, write: Write): void {
    const name = nameOf(bucket, key);
    const before = objects.get(name);
    if (before && write.until < before.from) return;
    const isDoubtful = write.from < (deletions.get(bucket)?.until ?? NEVER) || (!before && write.from < forgottenUntil);
    const overlapped = before && write.from < before.until ? before.encryption : 0;
    const encryption = isDoubtful ? ANY_ENCRYPTION : write.encryption | overlapped;
    const until = Math.max(write.until, before?.until ?? NEVER);
    // Each member by its name: a spread takes as long as all the rest.
    objects.set(name, { requestId: write.requestId, from: write.from, until, encryption, place: ++place });
    if (isFixed(versionId)) versions.set(nameWithId(bucket, key, versionId), write);
  }

  function deleted(bucket: string, key: string, span: Span): void {
    wrote({ bucket, key, versionId: null }, { ...span, requestId: "", encryption: ANY_ENCRYPTION });
  }

  function deletedSome(bucket: string, { until }: Span): void {
    const before = deletions.get(bucket)?.until ?? NEVER;
    deletions.set(bucket, { until: Math.max(until, before), place: ++place });
  }

  function of({ bucket, key, versionId }: ObjectVersion, at: number): Write | null {
    if (versionId !== null) return (isFixed(versionId) && versions.get(nameWithId(bucket, key, versionId))) || null;
    const write = objects.get(nameOf(bucket, key));
    if (!write || write.until > at) return null;
    return write.place > (deletions.get(bucket)?.place ?? forgottenPlace) ? write : null;
  }

  function initiated({ bucket, key, uploadId }: Upload, write: Write): void {
    const name = nameWithId(bucket, key, uploadId ?? HIDDEN);
    const before = uploads.get(name);
    const encryption = write.encryption | (before?.write.encryption ?? 0);
    uploads.set(name, {
      write: { ...write, encryption },
      count: (before?.count ?? 0) + 1,
      uploadIds: before?.uploadIds ?? new Set(),
    });
  }

  function ofUpload(bucket: string, key: string, uploadId: string): Write | null {
    const shown = uploads.get(nameWithId(bucket, key, uploadId));
    if (shown) return shown.write;
    const hidden = uploads.get(nameWithId(bucket, key, HIDDEN));
    if (!hidden) return null;
    const known = Math.min(hidden.count, MAX_UPLOADS);
    if (hidden.uploadIds.size <= known) hidden.uploadIds.add(uploadId);
    // More ids than initiates: one of these uploads began before the log did, perhaps this one.
    return hidden.uploadIds.size <= known ? hidden.write : null;
  }

  function finished(bucket: string, key: string, uploadId: string): void {
    uploads.delete(nameWithId(bucket, key, uploadId));
    const hidden = uploads.get(nameWithId(bucket, key, HIDDEN));
    if (!hidden) return;
    hidden.uploadIds.delete(uploadId);
    hidden.count--;
    if (hidden.count === 0) uploads.delete(nameWithId(bucket, key, HIDDEN));
  }
}

function isFixed(versionId: string | null): versionId is string {
  return versionId !== null && versionId !== NULL_VERSION;
}

function nameOf(bucket: string, key: string): string {
  return `${bucket}\0${key}`;
}

/** The id's length keeps an id and a key that hold anything from passing for another id and key. */
function nameWithId(bucket: string, key: string, id: string): string {
  return `${bucket}\0${id.length}\0${id}${key}`;
}
