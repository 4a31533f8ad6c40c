import { copySourceObject } from "../../evidence/copy-source.ts";
import { ANY_ENCRYPTION, type Facts, pack } from "../../facts.ts";
import type { ObjectVersion } from "../../record.ts";
import { type Effect, effectOf } from "./effect.ts";
import { type Event, saysSomething } from "./event.ts";
import { createFactReader, interfaceOf } from "./facts.ts";
import {
  BUCKET,
  COPY_SOURCE,
  ERROR_CODE,
  EVENT_ID,
  EVENT_NAME,
  EVENT_TIME,
  KEY,
  REQUEST_ID,
  VERSION_ID,
} from "./fields.ts";
import { statusOf } from "./status.ts";
import type { Text } from "./text.ts";
import { createClock, timeOf } from "./time.ts";

/** What one event of S3 says, as far as it is always needed. */
export interface Request {
  event: Event;
  operation: string;
  /** Interface code. */
  code: number;
  effect: Effect;
  time: number;
  errorCode: string | null;
  status: number;
  bucket: string | null;
  /** What the event proves by itself. */
  own: Facts;
  /** The encryptions that it speaks of; 0 if of none. */
  target: number;
  source: number;
}

/** Makes a function that reads the event that is turned to, or tells why it can't be read for certain. */
export function createRequestReader(event: Event, text: Text): () => Request | string {
  const facts = createFactReader(event);
  const clock = createClock(text);
  const operationOf = event.reading(([name, another]) => (name && another === undefined ? operationNamed(name) : null));
  const errorOf = event.reading((values) => {
    const errorCode = values.find(saysSomething) ?? null;
    return { errorCode, status: statusOf(errorCode) };
  });
  const onlyOne = event.reading(([value, another]) => (another === undefined && value ? value : null));

  function time(): number {
    return clock(event.start(EVENT_TIME), event.end(EVENT_TIME)) ?? timeOf(event.only(EVENT_TIME) ?? "");
  }

  return () => {
    const operation = operationOf(EVENT_NAME);
    if (operation === null) return "the event has no eventName, or more than one";
    const at = time();
    if (Number.isNaN(at)) return "the event's eventTime is not a time such as 2026-02-06T00:00:38Z";
    const { name, code, effect } = operation;
    const { errorCode, status } = errorOf(ERROR_CODE);
    const target = facts.target(code);
    const source = facts.source();
    return {
      event,
      operation: name,
      code,
      effect,
      time: at,
      errorCode,
      status,
      bucket: onlyOne(BUCKET),
      own: pack(code, facts.transport(), facts.signature(), source || ANY_ENCRYPTION, target || ANY_ENCRYPTION),
      target,
      source,
    };
  };
}

function operationNamed(name: string): { name: string; code: number; effect: Effect } {
  const code = interfaceOf(name);
  return { name, code, effect: effectOf(code, name) };
}

/** The object that is written or read; `null` where the event names none for certain. */
export function objectOf({ event, bucket }: Request): ObjectVersion | null {
  const key = event.only(KEY);
  return bucket === null || key === null ? null : { bucket, key, versionId: event.only(VERSION_ID) };
}

export function copySourceOf({ event }: Request): ObjectVersion | null {
  const header = event.only(COPY_SOURCE);
  return header === null ? null : copySourceObject(header);
}

/** Events of some services have no request id, but every event has an id of its own. */
export function requestIdOf({ event }: Request): string {
  return event.only(REQUEST_ID) ?? event.only(EVENT_ID) ?? "";
}
