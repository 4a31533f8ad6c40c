import { createHash } from "node:crypto";
import {
  ENCRYPTIONS,
  FACT_NAMES,
  type FactName,
  type Facts,
  get,
  interfaceCode,
  members,
  SIGNATURES,
  TRANSPORTS,
} from "../facts.ts";
import type { LogRecord, ObjectVersion } from "../record.ts";
import type { Recipient } from "../sources/source.ts";
import type { Narrowing, Resolver } from "./evidence.ts";

/** What the other log says of a request: facts that hold whichever of its records with that name is believed. */
export interface Twin {
  /** The twin's format. */
  sourceId: string;
  /** The request's, by {@link nameOf}. */
  name: string;
  facts: Facts;
  /** Ms since 1970. */
  time: number;
  /** As its log names it. */
  operation: string;
  /** What a copy reads, where the other log names it. */
  copySource: ObjectVersion | null;
}

/** Requests whose twins are to be found, by the twins' format; plain data. */
export type WantedTwins = Map<string, { names: Set<string>; interfaces: Set<number> }>;

/** Plain data, to be sent to another thread. */
export interface AskedTwins {
  wanted: WantedTwins;
  found: readonly Twin[];
}

/** The twins of one log object's records. */
export interface TwinResolver extends Resolver {
  /** Digest of the twins that narrowed or contradicted a fact so far; `null` if none did. */
  digest(): string | null;
}

/**
 * Joins the records that S3 access logs and CloudTrail hold of the same request. As for the halves of copies, a record is only kept
 * when its request is wanted already, so the logs have to be read once more after the asking.
 */
export interface Twins {
  /** For the records of one log object of this format; `null` for a format whose requests no other logs. */
  resolverFor(sourceId: string): TwinResolver | null;
  /** Takes in those records of a log object of this format that are wanted. */
  recipientFor(sourceId: string): Recipient;
  isWanting(): boolean;
  /** The object that a copy reads, as its twin in CloudTrail names it: the access log never does. */
  sourceOf(record: LogRecord): ObjectVersion | null;
  /** All of those. */
  sources(): ObjectVersion[];
  asked(): AskedTwins;
  /** Adds what another thread's collector was asked for and found. */
  add(asked: AskedTwins): void;
}

/** Every digest of twins begins with this. Which twins there are shows only while an object is audited. */
export const TWINS_DIGEST = "twins:";

const S3_ACCESS_LOG = "s3-access-log";
const CLOUDTRAIL = "cloudtrail";
/** The format in which the twins of a format's records are. AWS alone writes both, so not that of stores behind a proxy. */
const OTHER_FORMAT = new Map([
  [S3_ACCESS_LOG, CLOUDTRAIL],
  [CLOUDTRAIL, S3_ACCESS_LOG],
]);
const BY = new Map([
  [CLOUDTRAIL, { id: "cloudtrail-twin", record: "CloudTrail's event" }],
  [S3_ACCESS_LOG, { id: "access-log-twin", record: "the S3 access log's record" }],
]);

/** @param wanted requests whose twins are to be found, to which asking adds */
export function createTwins(wanted: WantedTwins = new Map()): Twins {
  const found = new Map<string, Map<string, Twin>>();

  function want(sourceId: string, name: string): void {
    const { names, interfaces } = entryOf(wanted, sourceId, () => ({ names: new Set(), interfaces: new Set() }));
    names.add(name);
    interfaces.add(Number.parseInt(name, 10));
  }

  function offer(twin: Twin): void {
    const { sourceId, name } = twin;
    if (!wanted.get(sourceId)?.names.has(name)) return;
    const twins = entryOf(found, sourceId, () => new Map<string, Twin>());
    const known = twins.get(name);
    twins.set(name, known ? eitherOf(known, twin) : twin);
  }

  return {
    resolverFor(sourceId) {
      const other = OTHER_FORMAT.get(sourceId);
      if (other === undefined) return null;
      return twinResolver(
        other,
        (name) => want(other, name),
        (name) => found.get(other)?.get(name) ?? null,
      );
    },
    recipientFor(sourceId) {
      const interfaces = wanted.get(sourceId)?.interfaces;
      const see = (facts: Facts) => interfaces?.has(interfaceCode(facts)) ?? false;
      return {
        wants: see,
        see,
        judge(record) {
          const name = nameOf(record);
          const { facts, time, operation, copySource } = record;
          if (name !== null) offer({ sourceId, name, facts, time, operation, copySource });
        },
        malformed() {},
      };
    },
    isWanting: () => wanted.size > 0,
    sourceOf(record) {
      const name = nameOf(record);
      return (name !== null && found.get(CLOUDTRAIL)?.get(name)?.copySource) || null;
    },
    sources: () => [...(found.get(CLOUDTRAIL)?.values() ?? [])].flatMap(({ copySource }) => copySource ?? []),
    asked: () => ({ wanted, found: [...found.values()].flatMap((twins) => [...twins.values()]) }),
    add(asked) {
      for (const [sourceId, { names }] of asked.wanted) for (const name of names) want(sourceId, name);
      for (const twin of asked.found) offer(twin);
    },
  };
}

/**
 * What the other log says of the same request: same request id, bucket and interface. Needs the records of that format which bear the
 * ids of records that are open or break a rule, from all log objects. Proves every fact that the other log tells: CloudTrail's event the encryption above
 * all, the access log's record transport and signature. Where several different records bear the same name, it proves what they
 * agree on. Silent on requests without an id and on those that the other log does not hold. A fact that the two logs tell differently is
 * left as the record's own log has it, and told as a contradiction: of a record that breaks a rule, also where it does so whatever
 * the twin says. Where two records contradict each other of which neither gets a finding, `explain` alone tells.
 */
function twinResolver(
  sourceId: string,
  want: (name: string) => void,
  twinOf: (name: string) => Twin | null,
): TwinResolver {
  const { id } = BY.get(sourceId)!;
  const used = new Map<string, Twin>();
  return {
    id,
    contradicts: true,
    ask(record) {
      const name = nameOf(record);
      if (name !== null) want(name);
    },
    resolve(record, facts) {
      const name = nameOf(record);
      const twin = name === null ? null : twinOf(name);
      if (twin === null) return [];
      const told = FACT_NAMES.filter((fact) => (get(facts, fact) & ~get(twin.facts, fact)) !== 0);
      if (told.length > 0) used.set(twin.name, twin);
      return told.map((fact) => narrowing(fact, twin, record.requestId));
    },
    digest() {
      if (used.size === 0) return null;
      const lines = [...used.values()].map(({ name, facts, time, operation, copySource }) =>
        JSON.stringify([sourceId, name, facts, time, operation, copySource]),
      );
      return `${TWINS_DIGEST}sha256:${createHash("sha256").update(lines.sort().join("\n")).digest("hex")}`;
    },
  };
}

/**
 * The request's name in either log: its interface, id and bucket. `null` without an id: `-` and nothing at all would join requests that have
 * nothing in common. The interface keeps apart what one request makes an access log hold besides: halves of copies, the keys of
 * a deletion of many.
 */
function nameOf({ facts, requestId, bucket }: LogRecord): string | null {
  return requestId === "-" || requestId === "" ? null : `${interfaceCode(facts)} ${requestId} ${bucket}`;
}

/** What holds of both; the same in whichever order they came. */
function eitherOf(a: Twin, b: Twin): Twin {
  return {
    ...a,
    // Of the same interface, so this is the union of each fact.
    facts: a.facts | b.facts,
    time: Math.min(a.time, b.time),
    operation: [a.operation, b.operation].sort()[0]!,
    copySource: isSameObject(a.copySource, b.copySource) ? a.copySource : null,
  };
}

function isSameObject(a: ObjectVersion | null, b: ObjectVersion | null): boolean {
  return a?.bucket === b?.bucket && a?.key === b?.key && a?.versionId === b?.versionId;
}

function narrowing(fact: FactName, { sourceId, facts, time, operation }: Twin, requestId: string): Narrowing {
  const { id, record } = BY.get(sourceId)!;
  const values = get(facts, fact);
  const says = members<string>(values, VALUES[fact]).join(" or ");
  const detail = `${record} ${operation} of request ${requestId}, ${new Date(time).toISOString()}, says ${says}`;
  return { fact, values, by: id, detail };
}

const VALUES: Record<FactName, readonly string[]> = {
  transport: TRANSPORTS,
  signature: SIGNATURES,
  source: ENCRYPTIONS,
  target: ENCRYPTIONS,
};

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
