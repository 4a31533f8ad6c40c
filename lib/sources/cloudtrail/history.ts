import { createEarlierWrites, type EarlierWrites, type Write } from "../../evidence/earlier-writes.ts";
import { reconcile } from "../../evidence/reconcile.ts";
import {
  ANY_ENCRYPTION,
  COMPLETE,
  COPY,
  type FactName,
  type Facts,
  GET,
  get,
  HEAD,
  INITIATE,
  PART,
  PART_COPY,
  PUT,
} from "../../facts.ts";
import type { ObjectVersion } from "../../record.ts";
import { hashOfText } from "./event.ts";
import { isByService } from "./facts.ts";
import { ASKED_SSE, ASKED_SSE_C, GIVEN_UPLOAD_ID, KEY, STORED_VERSION_ID, UPLOAD_ID } from "./fields.ts";
import { createKeyFilter } from "./key-filter.ts";
import { createPendingWrites, LAST_MS } from "./pending-writes.ts";
import { copySourceOf, objectOf, type Request, requestIdOf } from "./request.ts";
import type { Text } from "./text.ts";

/** What an earlier event of the log object says of a fact. */
export interface Settlement {
  fact: "source" | "target";
  by: "earlier-write" | "multipart-initiate";
  write: Write;
  /** The event says otherwise. */
  isContradiction: boolean;
}

export interface Settled {
  facts: Facts;
  settlements: readonly Settlement[];
  /** The encryptions that are what the store did with a write that asked for none. */
  unasked: readonly FactName[];
}

/** What the events of one log object, in their order there, say of the objects and uploads that later ones name. */
export interface History {
  /** A request's facts after what came before it in the log object, which must all have been noted. */
  settle(request: Request): Settled;
  note(request: Request, settled: Settled): void;
}

/** Objects that are remembered, and uploads likewise: some 50 MB. */
const LIMIT = 100_000;
/** Stands for the encryption of a write that asked for none, so that it is told from one that is not known. */
const BY_DEFAULT = ANY_ENCRYPTION + 1;
/** An access point's alias or ARN in place of the bucket's name: which bucket that is does not stand in the event. */
const ALIAS = /[:/]|-s3alias$|--\w+-s3$|\.mrap$/;

export function createHistory(text: Text, writes: EarlierWrites = createEarlierWrites(LIMIT)): History {
  const keys = createKeyFilter();
  const pending = createPendingWrites(text, LIMIT, writes.wrote);
  /** Writes up to this time may have been followed by one through an access point. */
  let doubtfulUntil = Number.NEGATIVE_INFINITY;
  return { settle, note };

  function settle(request: Request): Settled {
    const { own } = request;
    switch (request.code) {
      case GET:
      case HEAD:
        // An object that is not there is not the one that was written.
        if (request.target !== 0 || request.status === 404 || !mayBeKnown(request)) break;
        pending.tell(request.event.hash(KEY));
        return fit(nothing(own), "target", "earlier-write", writeOf(objectOf(request), request.time));
      case PUT:
      case INITIATE:
        if (asksForNothing(request)) return leftToStore(own);
        break;
      case COPY:
        return settleSource(request, asksForNothing(request) ? leftToStore(own) : nothing(own));
      case PART:
      case COMPLETE:
        return fit(nothing(own), "target", "multipart-initiate", initiateOf(request));
      case PART_COPY:
        return settleSource(request, fit(nothing(own), "target", "multipart-initiate", initiateOf(request)));
    }
    return nothing(own);
  }

  function settleSource(request: Request, before: Settled): Settled {
    const source = request.source === 0 ? copySourceOf(request) : null;
    if (source === null) return before;
    pending.tell(hashOfText(source.key));
    return fit(before, "source", "earlier-write", writeOf(source, request.time));
  }

  /** Of most keys nothing is known, and that shows without making strings of them. */
  function mayBeKnown({ event }: Request): boolean {
    return keys.mayHave(event.hash(KEY));
  }

  function writeOf(object: ObjectVersion | null, at: number): Write | null {
    const write = object && writes.of(object, at);
    return write && write.from > doubtfulUntil ? write : null;
  }

  function initiateOf(request: Request): Write | null {
    if (!mayBeKnown(request)) return null;
    const object = objectOf(request);
    const uploadId = request.event.only(UPLOAD_ID);
    return object && uploadId !== null ? writes.ofUpload(object.bucket, object.key, uploadId) : null;
  }

  function note(request: Request, { facts, unasked }: Settled): void {
    const { event, effect, status, time, bucket } = request;
    // What the store refused it did not do; what it failed in it may have done.
    if (effect === "none" || (status >= 400 && status < 500)) return;
    const hash = event.hash(KEY);
    const encryption = unasked.length > 0 && unasked.includes("target") ? BY_DEFAULT : get(facts, "target");
    const isMade = effect === "makes" && status < 500;
    if (effect === "begins" || isMade) keys.add(hash);
    if (isMade && bucket !== null && !ALIAS.test(bucket) && pending.add(event, bucket, time, encryption)) return;

    const object = objectOf(request);
    const write: Write = { requestId: requestIdOf(request), from: time, until: time + LAST_MS, encryption };
    if (effect === "begins") {
      const uploadId = event.only(GIVEN_UPLOAD_ID);
      if (object === null || uploadId === null) return;
      writes.initiated({ bucket: object.bucket, key: object.key, uploadId }, write);
    } else if (bucket === null || ALIAS.test(bucket)) {
      doubtfulUntil = Math.max(doubtfulUntil, write.until);
    } else if (object === null) {
      pending.tell(0);
      writes.deletedSome(bucket, write);
    } else {
      pending.tell(hash);
      if (isMade) writes.wrote({ ...object, versionId: event.only(STORED_VERSION_ID) }, write);
      else writes.deleted(bucket, object.key, write);
    }
  }
}

const NO_SETTLEMENTS: Settled["settlements"] = [];
const NO_FACTS: Settled["unasked"] = [];

function nothing(own: Facts): Settled {
  return { facts: own, settlements: NO_SETTLEMENTS, unasked: NO_FACTS };
}

function leftToStore(own: Facts): Settled {
  return { facts: own, settlements: NO_SETTLEMENTS, unasked: ["target"] };
}

/**
 * Whether the event shows all parameters of a write, and none of them, nor what the store did, speaks of encryption. What a service
 * passed on, and a form's fields, no event shows for certain.
 */
function asksForNothing({ event, bucket, target }: Request): boolean {
  if (target !== 0 || bucket === null || event.start(KEY) === 0) return false;
  return event.start(ASKED_SSE) === 0 && event.start(ASKED_SSE_C) === 0 && !isByService(event);
}

function fit(own: Settled, fact: Settlement["fact"], by: Settlement["by"], write: Write | null): Settled {
  if (write === null) return own;
  const before = get(own.facts, fact);
  if (write.encryption === BY_DEFAULT && before === ANY_ENCRYPTION) return { ...own, unasked: [...own.unasked, fact] };
  const both = write.encryption & BY_DEFAULT ? before : before & write.encryption;
  if (both === before) return own;
  const settlement = { fact, by, write, isContradiction: both === 0 };
  return {
    facts: reconcile(own.facts, fact, write.encryption),
    settlements: [...own.settlements, settlement],
    unasked: own.unasked,
  };
}
