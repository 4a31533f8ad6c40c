import { createEarlierWrites, type EarlierWrites, type Write } from "../../evidence/earlier-writes.ts";
import { COMPLETE, COPY, type FactName, type Facts, GET, get, HEAD, PART, PART_COPY, set } from "../../facts.ts";
import type { ObjectVersion } from "../../record.ts";
import { GIVEN_UPLOAD_ID, STORED_VERSION_ID, UPLOAD_ID } from "./fields.ts";
import { copySourceOf, objectOf, type Request, requestIdOf } from "./request.ts";

/** What an earlier event of the log object says of a fact. */
export interface Settlement {
  fact: FactName;
  by: "earlier-write" | "multipart-initiate";
  write: Write;
  /** The event says otherwise, and both are possible. */
  isContradiction: boolean;
}

export interface Settled {
  facts: Facts;
  settlements: readonly Settlement[];
}

/** What the events of one log object, in their order there, say of the objects and uploads that later ones name. */
export interface History {
  /** A request's facts after what came before it in the log object, which must all have been noted. */
  settle(request: Request): Settled;
  note(request: Request, facts: Facts): void;
}

/** Objects that are remembered, and uploads likewise: some 50 MB. */
const LIMIT = 100_000;
const NONE: readonly Settlement[] = [];
/** Events are dated to the second. */
const LAST_MS = 999;

/** An access point's alias or ARN in place of the bucket's name: which bucket that is does not stand in the event. */
const ALIAS = /[:/]|-s3alias$|--\w+-s3$|\.mrap$/;

export function createHistory(writes: EarlierWrites = createEarlierWrites(LIMIT)): History {
  /** Most log objects hold no write at all, or none that this is to be asked for. */
  let isEmpty = true;
  /** Writes up to this time may have been followed by one through an access point. */
  let doubtfulUntil = Number.NEGATIVE_INFINITY;
  return { settle, note };

  function settle(request: Request): Settled {
    const { own } = request;
    if (isEmpty) return { facts: own, settlements: NONE };
    switch (request.code) {
      case GET:
      case HEAD:
        // An object that is not there is not the one that was written.
        if (request.target !== 0 || request.status === 404) break;
        return fit(own, "target", "earlier-write", writeOf(objectOf(request), request.time));
      case COPY:
        return settleSource(request, own, NONE);
      case PART:
      case COMPLETE:
        return fit(own, "target", "multipart-initiate", initiateOf(request));
      case PART_COPY: {
        const part = fit(own, "target", "multipart-initiate", initiateOf(request));
        return settleSource(request, part.facts, part.settlements);
      }
    }
    return { facts: own, settlements: NONE };
  }

  function settleSource(request: Request, own: Facts, before: readonly Settlement[]): Settled {
    if (request.source !== 0) return { facts: own, settlements: before };
    const { facts, settlements } = fit(own, "source", "earlier-write", writeOf(copySourceOf(request), request.time));
    return { facts, settlements: [...before, ...settlements] };
  }

  function writeOf(object: ObjectVersion | null, at: number): Write | null {
    const write = object && writes.of(object, at);
    return write && write.from > doubtfulUntil ? write : null;
  }

  function initiateOf(request: Request): Write | null {
    const object = objectOf(request);
    const uploadId = request.event.only(UPLOAD_ID);
    return object && uploadId !== null ? writes.ofUpload(object.bucket, object.key, uploadId) : null;
  }

  function note(request: Request, facts: Facts): void {
    const { effect, status, time, bucket } = request;
    // What the store refused it did not do; what it failed in it may have done.
    if (effect === "none" || (status >= 400 && status < 500)) return;
    const object = objectOf(request);
    const write: Write = {
      requestId: requestIdOf(request),
      from: time,
      until: time + LAST_MS,
      encryption: get(facts, "target"),
    };
    if (effect === "begins") {
      const uploadId = request.event.only(GIVEN_UPLOAD_ID);
      if (object === null || uploadId === null) return;
      writes.initiated({ bucket: object.bucket, key: object.key, uploadId }, write);
      isEmpty = false;
    } else if (bucket === null || ALIAS.test(bucket)) {
      doubtfulUntil = Math.max(doubtfulUntil, write.until);
    } else if (object === null) {
      writes.deletedSome(bucket, write);
    } else if (effect === "changes" || status >= 500) {
      writes.deleted(bucket, object.key, write);
    } else {
      object.versionId = request.event.only(STORED_VERSION_ID);
      writes.wrote(object, write);
      isEmpty = false;
    }
  }
}

/** Both count; where they exclude one another, either may be so. */
function fit(own: Facts, fact: FactName, by: Settlement["by"], write: Write | null): Settled {
  const before = get(own, fact);
  const both = write === null ? before : before & write.encryption;
  if (write === null || both === before) return { facts: own, settlements: NONE };
  const after = both || before | write.encryption;
  return { facts: set(own, fact, after), settlements: [{ fact, by, write, isContradiction: both === 0 }] };
}
