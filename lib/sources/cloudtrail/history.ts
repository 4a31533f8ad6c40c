import { createDatedWrites } from "../../evidence/dated-writes.ts";
import { createInitiates } from "../../evidence/initiates.ts";
import { reconcile } from "../../evidence/reconcile.ts";
import type { Write } from "../../evidence/write.ts";
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
  interfaceCode,
  PART,
  PART_COPY,
  PUT,
} from "../../facts.ts";
import type { ObjectVersion } from "../../record.ts";
import { hashOfText } from "./event.ts";
import { isByService } from "./facts.ts";
import { ASKED_SSE, ASKED_SSE_C, GIVEN_UPLOAD_ID, KEY, UPLOAD_ID } from "./fields.ts";
import { createKeyFilter } from "./key-filter.ts";
import { copySourceOf, objectOf, type Request, requestIdOf } from "./request.ts";
import type { Text } from "./text.ts";
import { CHANGED, createWrites, DELETED, MADE, MADE_UNASKED, type WriteTold } from "./writes.ts";

/** What another event of the log object says of a fact. */
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

/** What the other events of the log object may tell of a request. */
export interface Question {
  /** What its own event proves. */
  alone: Settled;
  time: number;
  /** Of the objects that it names: the one that it reads, the one that it copies. */
  read: Asked | null;
  copied: Asked | null;
  /** The upload that it belongs to. */
  upload: { bucket: string; key: string; uploadId: string } | null;
}

interface Asked {
  object: ObjectVersion;
  /** Of a copy, which may be onto itself. */
  requestId?: string;
  /** Of its key, see {@link KeyFilter}. */
  hash: number;
}

/**
 * What the events of one log object say of the objects and uploads that others of them name. CloudTrail lists events in no order,
 * so the times of the events count, and nothing is known of an object before all of them have come.
 */
export interface History {
  /**
   * Takes in what an event does.
   * @param hash of its key
   */
  note(request: Request, hash: number): void;
  /** `null` where no other event can tell more. */
  question(request: Request, hash: number): Question | null;
  /** Whether the question is what made the object that it read; then `ask` and `read` can ask it later. */
  isOpenRead(request: Request): boolean;
  ask(hash: number): void;
  read(object: ObjectVersion, hash: number, time: number, own: Facts): Question;
  /** Of most keys nothing is known, and that shows without making names of them. */
  mayBeKnown(hash: number): boolean;
  /** Before the end, by the initiates of uploads alone, as far as they have come. */
  answer(question: Question): Settled;
  /** All events have come. */
  end(): void;
}

/** Writes that are remembered, and uploads likewise: some 50 MB. */
const LIMIT = 100_000;
/** Events are dated to the second. */
const LAST_MS = 999;
/** Stands for the encryption of a write that asked for none, so that it is told from one that is not known. */
const BY_DEFAULT = ANY_ENCRYPTION + 1;
/** An access point's alias or ARN in place of the bucket's name: which bucket that is does not stand in the event. */
const ALIAS = /[:/]|-s3alias$|--\w+-s3$|\.mrap$/;

export function createHistory(text: Text): History {
  const written = createKeyFilter();
  const asked = createKeyFilter();
  const writes = createWrites(text, LIMIT);
  const objects = createDatedWrites();
  const initiates = createInitiates(LIMIT);
  let changes = 0;
  return { note, question, isOpenRead, ask, read, mayBeKnown: written.mayHave, answer, end };

  function note(request: Request, hash: number): void {
    const { event, effect, operation, status, time, bucket, own } = request;
    // What the store refused it did not do; what it failed in it may have done.
    if (effect === "none" || (status >= 400 && status < 500)) return;
    if (effect === "begins") noteUpload(request);
    else if (bucket === null || ALIAS.test(bucket)) change(null, time, isDeletion(operation));
    else if (!isNamed(request)) change(bucket, time, isDeletion(operation));
    else if (effect === "makes" && status < 500) {
      written.add(hash);
      writes.add(event, hash, bucket, time, isUnasked(request) ? MADE_UNASKED : MADE, own);
    } else writes.add(event, hash, bucket, time, isDeletion(operation) || effect === "makes" ? DELETED : CHANGED, own);
  }

  /** Of which object or bucket, nobody knows. */
  function change(bucket: string | null, time: number, isDeletion: boolean): void {
    if (changes++ < LIMIT) objects.changed(bucket, null, time, isDeletion);
    else objects.forgot(time);
  }

  function noteUpload(request: Request): void {
    const { event, own, time } = request;
    const object = objectOf(request);
    const uploadId = event.only(GIVEN_UPLOAD_ID);
    if (object === null || uploadId === null) return;
    const encryption = isUnasked(request) ? BY_DEFAULT : get(own, "target");
    const write = { requestId: requestIdOf(request), from: time, until: time + LAST_MS, encryption };
    initiates.began(object.bucket, object.key, uploadId, write);
  }

  function question(request: Request, hash: number): Question | null {
    const { event, code, time } = request;
    const isRead = isOpenRead(request);
    const isOfUpload = code === PART || code === COMPLETE || code === PART_COPY;
    const object = isRead || isOfUpload ? objectOf(request) : null;
    const source = (code === COPY || code === PART_COPY) && request.source === 0 ? copySourceOf(request) : null;
    const copied = source && { ...asking(source, hashOfText(source.key)), requestId: requestIdOf(request) };
    const uploadId = isOfUpload && object ? event.only(UPLOAD_ID) : null;
    const upload = object && uploadId !== null ? { bucket: object.bucket, key: object.key, uploadId } : null;
    const read = isRead ? asking(object!, hash) : null;
    return read || copied || upload ? { alone: aloneOf(request), time, read, copied, upload } : null;
  }

  function ask(hash: number): void {
    if (written.mayHave(hash)) asked.add(hash);
  }

  function asking(object: ObjectVersion, hash: number): Asked {
    asked.add(hash);
    return { object, hash };
  }

  function answer({ alone, time, read, copied, upload }: Question): Settled {
    let settled = alone;
    if (upload) {
      const initiate = initiates.of(upload.bucket, upload.key, upload.uploadId);
      settled = fit(settled, "target", "multipart-initiate", initiate);
    }
    if (read) settled = fit(settled, "target", "earlier-write", writeOf(read, time));
    if (copied) settled = fit(settled, "source", "earlier-write", writeOf(copied, time));
    return settled;
  }

  function writeOf({ object, hash, requestId }: Asked, at: number): Write | null {
    return written.mayHave(hash) ? objects.of(object, at, requestId) : null;
  }

  function end(): void {
    objects.forgot(writes.forgottenUntil);
    writes.tell(asked, wrote);
  }

  function wrote({ object, uploadId, requestId, time, kind, own }: WriteTold): void {
    const { bucket, key } = object;
    if (kind === DELETED || kind === CHANGED) {
      objects.changed(bucket, key, time, kind === DELETED);
      return;
    }
    // A completion inherits from its initiate, which may be listed behind it.
    const isCompletion = interfaceCode(own) === COMPLETE && uploadId !== null;
    const initiate = isCompletion ? initiates.of(bucket, key, uploadId) : null;
    const { facts, unasked } = fit(nothing(own), "target", "multipart-initiate", initiate);
    const encryption = kind === MADE_UNASKED || unasked.length > 0 ? BY_DEFAULT : get(facts, "target");
    objects.wrote(object, { requestId, from: time, until: time + LAST_MS, encryption });
  }
}

/** Of an object; one that is not there is not the one that was written. */
function isOpenRead(request: Request): boolean {
  const { code, target, status, bucket } = request;
  return (code === GET || code === HEAD) && target === 0 && status !== 404 && bucket !== null && isNamed(request);
}

function read(object: ObjectVersion, hash: number, time: number, own: Facts): Question {
  return { alone: nothing(own), time, read: { object, hash }, copied: null, upload: null };
}

function isNamed({ event }: Request): boolean {
  return event.plainLength(KEY) > 0 || event.only(KEY) !== null;
}

/** One that leaves the other versions of its objects. */
function isDeletion(operation: string): boolean {
  return operation.startsWith("Delete");
}

/** What an event proves by itself. */
export function aloneOf(request: Request): Settled {
  return isUnasked(request) ? { ...nothing(request.own), unasked: ["target"] } : nothing(request.own);
}

/** Whether the request leaves the encryption to the store. */
function isUnasked(request: Request): boolean {
  const { code } = request;
  return (code === PUT || code === INITIATE || code === COPY) && asksForNothing(request);
}

const NO_SETTLEMENTS: Settled["settlements"] = [];
const NO_FACTS: Settled["unasked"] = [];

function nothing(own: Facts): Settled {
  return { facts: own, settlements: NO_SETTLEMENTS, unasked: NO_FACTS };
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
