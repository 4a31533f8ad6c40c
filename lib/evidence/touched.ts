import { COPY, type Facts, GET, get, HEAD, interfaceCode, isCopy, POST, PUT, size } from "../facts.ts";
import { isServed, type LogRecord, type ObjectVersion } from "../record.ts";
import type { Touch } from "./inventory/proves.ts";

/** An object that a request read or made, whose encryption is open. */
export interface Touched {
  object: ObjectVersion;
  touch: Touch;
}

/** The object that a copy read, and who says so. */
export interface NamedSource {
  object: ObjectVersion;
  /** The head of a sentence, `read half of request X`. */
  namedBy: string;
}

const READS = new Set([GET, HEAD]);
/** The interfaces that make an object. Parts and initiates make none, and a completion makes one that is dated by its initiate. */
const WRITES = new Set([PUT, POST, COPY]);

export function touchedTarget(record: LogRecord, facts: Facts): Touched | null {
  const code = interfaceCode(facts);
  const { bucket, key, versionId, time, status } = record;
  const how = READS.has(code) ? "read" : WRITES.has(code) ? "write" : null;
  if (how === null || key === null || size(get(facts, "target")) < 2) return null;
  return { object: { bucket, key, versionId }, touch: { how, versionId, time, status } };
}

export function isSourceOpen(facts: Facts): boolean {
  return isCopy(interfaceCode(facts)) && size(get(facts, "source")) > 1;
}

/** `null` for an object copied onto itself, as re-encrypting is done: what stands there is what the copy made, not what it read. */
export function touchedSource(record: LogRecord, object: ObjectVersion): Touched | null {
  if (replacesItself(record, object)) return null;
  return { object, touch: { how: "read", versionId: object.versionId, time: record.time, status: record.status } };
}

function replacesItself(record: LogRecord, { bucket, key, versionId }: ObjectVersion): boolean {
  if (bucket !== record.bucket || key !== record.key || isServed(record) === false) return false;
  return versionId === null || versionId === "null";
}
