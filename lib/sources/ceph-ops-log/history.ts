import { createEarlierWrites, type EarlierWrites, type Watch } from "../../evidence/earlier-writes.ts";
import { reconcile } from "../../evidence/reconcile.ts";
import { createUploads, type Uploads } from "../../evidence/uploads.ts";
import type { Span, Write } from "../../evidence/write.ts";
import {
  ANY_ENCRYPTION,
  COMPLETE,
  COPY,
  type Facts,
  GET,
  get,
  HEAD,
  INITIATE,
  PART,
  PART_COPY,
  PLAIN,
  PUT,
  SSE_S3,
  STORE_DEFAULTS,
} from "../../facts.ts";
import type { Entry } from "./entry.ts";
import type { Request } from "./request.ts";

/** What an earlier record of the log says of a fact. */
export interface Settlement {
  fact: "source" | "target";
  by: "earlier-write" | "multipart-initiate";
  write: Write;
  /** What the write leaves possible, as bits. */
  values: number;
  /** The write asked for no encryption, so that `values` is whatever the store does then. */
  askedForNothing: boolean;
  /** The record says otherwise. */
  isContradiction: boolean;
}

export interface Settled {
  facts: Facts;
  settlements: readonly Settlement[];
}

export interface History {
  /** A record's facts after what came before it in the log, which must all have been noted. */
  settle(request: Request, own: Facts): Settled;
  note(request: Request, facts: Facts): void;
  /** For a record whose facts rest on an earlier write: looks out for what is logged behind it, and may have come between. */
  watch(request: Request, settled: Settled): Watch | null;
  /** A record's facts if nothing is known of earlier writes. */
  withoutWrites(request: Request, own: Facts): Settled;
}

/** Objects that are remembered, and uploads likewise: some 50 MB. */
const LIMIT = 100_000;
const NOT_FOUND = 404;
/** Stands for STORE_DEFAULTS among the encryptions of a write, so that it is told from a write that may have asked for one of them. */
const BY_DEFAULT = ANY_ENCRYPTION + 1;
const NONE: readonly Settlement[] = [];

const READING_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
/** Operations of other methods that leave the objects as they are. */
const HARMLESS = new Set([
  "abort_multipart",
  "delete_obj_tags",
  "get_obj",
  "put_acls",
  "put_obj_legal_hold",
  "put_obj_retention",
  "put_obj_tags",
]);

export function createHistory(
  writes: EarlierWrites = createEarlierWrites(LIMIT),
  uploads: Uploads = createUploads(LIMIT),
): History {
  return { settle, note, watch, withoutWrites };

  function settle(request: Request, own: Facts): Settled {
    const before = withoutWrites(request, own);
    switch (request.code) {
      case GET:
      case HEAD:
        return fit(before, "target", "earlier-write", writeOfTarget(request));
      case COPY:
      case PART_COPY:
        return fit(before, "source", "earlier-write", writeOfSource(request));
      default:
        return before;
    }
  }

  function withoutWrites(request: Request, own: Facts): Settled {
    const alone = { facts: own, settlements: NONE };
    const { code } = request;
    const isOfUpload = code === PART || code === COMPLETE || code === PART_COPY;
    return isOfUpload ? fit(alone, "target", "multipart-initiate", initiateOf(request)) : alone;
  }

  function watch({ entry, key, copySource }: Request, { settlements }: Settled): Watch | null {
    const settlement = settlements.find(({ by }) => by === "earlier-write");
    if (!settlement) return null;
    const object = settlement.fact === "source" ? copySource : { bucket: entry.bucket, key };
    return writes.watch(object!.bucket, object!.key!, spanOf(entry).until);
  }

  function writeOfTarget({ entry, key, isKeyCertain, versionId }: Request): Write | null {
    // An object that is not there is not the one that was written.
    if (key === null || !isKeyCertain || versionId !== null || entry.status === NOT_FOUND) return null;
    return writes.of(entry.bucket, key, entry.time);
  }

  function writeOfSource({ entry, copySource }: Request): Write | null {
    return copySource && copySource.versionId === null
      ? writes.of(copySource.bucket, copySource.key, entry.time)
      : null;
  }

  function initiateOf({ entry, key, isKeyCertain, uploadId }: Request): Write | null {
    return key !== null && isKeyCertain && uploadId !== null
      ? uploads.of(entry.bucket, key, uploadId, entry.time, entry.status >= 400)
      : null;
  }

  function note(request: Request, facts: Facts): void {
    const { entry, key, isKeyCertain, uploadId, code, isServed } = request;
    const { bucket, operation, requestId } = entry;
    if (entry.status >= 400 && entry.status < 500) return;
    const span = spanOf(entry);
    if (changesObjects(request)) {
      if (key === null || !isKeyCertain) writes.deletedSome(bucket, span);
      else if (operation === "delete_obj" || !isServed) writes.deleted(bucket, key, span);
      else if (code === PUT || code === COPY || code === COMPLETE)
        writes.wrote(bucket, key, { ...span, requestId, encryption: made(request, facts) });
      else writes.deletedSome(bucket, span);
    }
    if (key === null || !isKeyCertain || !isServed) return;
    if (code === INITIATE) uploads.initiated(bucket, key, { ...span, requestId, encryption: asked(facts) });
    if (uploadId !== null && (code === COMPLETE || operation === "abort_multipart"))
      uploads.finished(bucket, key, uploadId);
  }

  function made(request: Request, facts: Facts): number {
    switch (request.code) {
      case PUT:
        return request.parameters.has("append") ? ANY_ENCRYPTION : asked(facts);
      case COMPLETE:
        return initiateOf(request)?.encryption ?? ANY_ENCRYPTION;
      default:
        // Gateways up to 16 at least take a copy's encryption headers and store the copy in the clear.
        return ANY_ENCRYPTION;
    }
  }
}

function spanOf({ time, totalTime }: Entry): Span {
  return { from: time, until: time + Math.max(0, totalTime) };
}

function changesObjects({ entry, code, method }: Request): boolean {
  if (code === INITIATE || code === PART || code === PART_COPY) return false;
  return !READING_METHODS.has(method) && !HARMLESS.has(entry.operation);
}

/** What a write is stored as. Gateways up to 16 take `AES256` and store the object in the clear. */
function asked(facts: Facts): number {
  const target = get(facts, "target");
  if (target === STORE_DEFAULTS) return BY_DEFAULT;
  return target & SSE_S3 ? target | PLAIN : target;
}

function fit(before: Settled, fact: Settlement["fact"], by: Settlement["by"], write: Write | null): Settled {
  if (write === null) return before;
  const askedForNothing = write.encryption === BY_DEFAULT;
  const values =
    write.encryption & BY_DEFAULT ? (write.encryption & ANY_ENCRYPTION) | STORE_DEFAULTS : write.encryption;
  const possible = get(before.facts, fact);
  const both = possible & values;
  if (both === possible && !askedForNothing) return before;
  const settlement = { fact, by, write, values, askedForNothing, isContradiction: both === 0 };
  return {
    facts: reconcile(before.facts, fact, values),
    settlements: [...before.settlements, settlement],
  };
}
