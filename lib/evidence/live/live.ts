import { createHash } from "node:crypto";
import type { Judgement } from "../../audit.ts";
import { ENCRYPTIONS, type FactName, members } from "../../facts.ts";
import { isServed, type LogRecord, type ObjectVersion } from "../../record.ts";
import type { Narrowing, Resolver } from "../evidence.ts";
import { hadObject } from "../inventory/proves.ts";
import { isSourceOpen, type NamedSource, type Touched, touchedSource, touchedTarget } from "../touched.ts";
import { type LiveProof, type LiveState, provesLive } from "./proves-live.ts";

/** An object, or one version of it, and how many open records it would help with. */
export interface WantedObject {
  object: ObjectVersion;
  records: number;
}

/** What was learned of one object by asking the store; plain data. */
export interface LiveHead {
  object: ObjectVersion;
  /** When it was asked, ms since 1970. */
  at: number;
  /** `silent`: nothing that proves anything, and whether it would be the same if asked again. */
  answer: LiveState | { kind: "silent"; reason: string; isFinal: boolean };
}

/** What became of asking the store. */
export interface LiveReport {
  /** Objects that were asked about. */
  asked: number;
  /** Objects that open records hang on and were not asked about. */
  notAsked: number;
  /** Answers that prove nothing, the most frequent first. */
  unproved: { reason: string; objects: number }[];
  /** Why the store could not be asked, or no further: what happened and what to do. */
  problem: string | null;
}

export interface Live {
  /** Asks about each object once, first about those that most records hang on. Rejects only when it is aborted. */
  fetch(wanted: readonly WantedObject[]): Promise<{ heads: LiveHead[]; report: LiveReport }>;
}

/** Plain data, to be sent to another thread. */
export interface AskedLive {
  objects: readonly WantedObject[];
  /** Copies whose source is wanted, once their read half names it, and how many records each. */
  copies: ReadonlyMap<string, number>;
}

/** All answers, as plain data that can cross threads. */
export interface KnownLive {
  heads: readonly LiveHead[];
  /** Everything that was wanted was asked about, and would be answered alike if asked again. */
  isComplete: boolean;
}

/** Collects what live HEADs are wanted for. */
export interface LiveWants {
  /** Notes what an open record needs. */
  ask(judgement: Judgement): void;
  want(object: ObjectVersion, records?: number): void;
  add(asked: AskedLive): void;
  asked(): AskedLive;
}

/** The live HEADs for one log object's records. */
export interface LiveResolver extends Resolver {
  /** For the receipt: that the store was asked, for all that was open or for a part, and a digest of the answers that were used. */
  digests(): string[];
}

const LIVE_HEAD = "live-head";
/** In a receipt: the store was asked about all that was open, and has answered. */
export const ASKED_LIVE = "live";
/** In a receipt: something was not asked about, or not answered, so that another run may tell more. */
const ASKED_IN_PART = "live-in-part";
/** Every digest of HEADs begins with this. Which there are shows only while an object is audited. */
export const LIVE_DIGEST = "live:";

/** As S3 has them since ever; no ARN, which the SDK would take for another kind of place. */
const BUCKET = /^[A-Za-z0-9][\w.-]{1,253}[A-Za-z0-9]$/;
/** Path segments that some proxies resolve, so that the answer would be about another object. */
const DOT_SEGMENT = /(?:^|\/)\.{1,2}(?:\/|$)/;
/** Directory buckets: the SDK opens a session there before its HEAD. */
const DIRECTORY_BUCKET = /--x-s3$/;

export function createLiveWants(sourceOf: (record: LogRecord) => NamedSource | null): LiveWants {
  const objects = new Map<string, WantedObject>();
  const copies = new Map<string, number>();

  function want(object: ObjectVersion, records = 1): void {
    if (!isAskable(object)) return;
    const id = idOf(object);
    const known = objects.get(id);
    if (known) known.records += records;
    else objects.set(id, { object, records });
  }

  function wantCopy(requestId: string, records: number): void {
    copies.set(requestId, (copies.get(requestId) ?? 0) + records);
  }

  return {
    ask({ record, facts, missing }) {
      const target = missing.includes("target") ? touchedTarget(record, facts) : null;
      if (target && hadObject(target.touch)) want(target.object);
      // A refused copy names whatever its client likes: a bucket of its own, say, whose log would tell who asks.
      if (!missing.includes("source") || isServed(record) === false) return;
      const named = sourceOf(record);
      const source = named && touchedSource(record, named.object);
      if (source) want(source.object);
      else if (!named) wantCopy(record.requestId, 1);
    },
    want,
    add(asked) {
      for (const { object, records } of asked.objects) want(object, records);
      for (const [requestId, records] of asked.copies) wantCopy(requestId, records);
    },
    asked: () => ({ objects: [...objects.values()], copies }),
  };
}

/**
 * Asks the store itself about an object, by a HEAD, after everything cheaper. Needs the right to read it, and proves how the object is
 * encrypted that a record touched, by the rules of `provesLive`: the answer speaks of now, so it counts only for an object that was
 * not replaced since. Silent on uploads in parts, refused writes, objects that are gone or were replaced, and where the
 * store does not answer. Known holes: an object that was replaced by one which was then deleted for good, and two writes within the
 * window of `proves`, of which only the last one stands.
 */
export function liveResolver(
  headOf: (object: ObjectVersion) => LiveHead | null,
  isComplete: boolean,
  sourceOf: (record: LogRecord) => NamedSource | null,
): LiveResolver {
  const used = new Map<string, string>();
  let isInPart = false;

  function narrowing(fact: FactName, { object, touch }: Touched, namedBy?: string): Narrowing[] {
    if (!hadObject(touch)) return [];
    const head = headOf(object);
    if (head === null) {
      isInPart ||= !isComplete;
      return [];
    }
    if (head.answer.kind === "silent") {
      isInPart ||= !head.answer.isFinal;
      return [];
    }
    const proof = provesLive(touch, head.answer, head.at);
    if (proof === null) return [];
    used.set(idOf(object), JSON.stringify([idOf(object), proof.encryption, proof.lastModified]));
    return [{ fact, values: proof.encryption, by: LIVE_HEAD, detail: sentence(head, proof, namedBy) }];
  }

  return {
    id: LIVE_HEAD,
    resolve(record, facts) {
      const target = touchedTarget(record, facts);
      const named = isSourceOpen(facts) ? sourceOf(record) : null;
      const source = named && touchedSource(record, named.object);
      return [
        ...(target ? narrowing("target", target) : []),
        ...(source ? narrowing("source", source, named.namedBy) : []),
      ];
    },
    digests() {
      const asked = isInPart ? ASKED_IN_PART : ASKED_LIVE;
      if (used.size === 0) return [asked];
      const answers = [...used.values()].sort().join("\n");
      return [asked, `${LIVE_DIGEST}sha256:${createHash("sha256").update(answers).digest("hex")}`];
    },
  };
}

function sentence({ object, at }: LiveHead, { encryption, lastModified }: LiveProof, namedBy?: string): string {
  const name = `s3://${object.bucket}/${object.key}${object.versionId === null ? "" : ` version ${object.versionId}`}`;
  const [value] = members(encryption, ENCRYPTIONS);
  const says =
    lastModified === null
      ? `is refused without the customer's key: ${value}`
      : `says ${value}, last modified ${isoTime(lastModified)}`;
  return namedBy
    ? `${namedBy} names ${name}; live HEAD of it at ${isoTime(at)} ${says}`
    : `live HEAD of ${name} at ${isoTime(at)} ${says}`;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function isAskable({ bucket, key }: ObjectVersion): boolean {
  return BUCKET.test(bucket) && !DIRECTORY_BUCKET.test(bucket) && key !== "" && !DOT_SEGMENT.test(key);
}

/** Whether everything that was wanted was asked about, and would be answered alike if asked again. */
export function isComplete({ heads, report }: { heads: readonly LiveHead[]; report: LiveReport }): boolean {
  return report.notAsked === 0 && heads.every(({ answer }) => answer.kind !== "silent" || answer.isFinal);
}

export function idOf({ bucket, key, versionId }: ObjectVersion): string {
  return JSON.stringify([bucket, key, versionId]);
}
