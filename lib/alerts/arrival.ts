import { createHash } from "node:crypto";
import { gunzip } from "../inputs/gunzip.ts";
import type { Severity } from "../policy/policy.ts";
import { ALERT_KINDS, type AlertKind, kindOf } from "./alert.ts";
import type { AlertGroup } from "./alert-group.ts";
import { type AlertFinding, isAlertable, isViolation } from "./alertable.ts";
import { type AlertGroups, createAlertGroups } from "./group-findings.ts";

/** What one findings object asks people to be told. Plain data, bounded however many findings the object holds. */
export interface Arrival {
  /** 32 hex digits of the object's key and bytes: what arrives twice counts once. */
  source: string;
  groups: Record<AlertKind, AlertGroup[]>;
}

export interface ArrivalOptions {
  threshold: Severity;
  /** Whether somebody has accepted the finding. */
  isExcepted(finding: AlertFinding): boolean;
  /** Whether the object still is the one that its event tells of. */
  isUnchanged: boolean;
}

/** When later evidence changed a finding, ms since 1970. */
type SettledFinding = AlertFinding & { finding_info: { modified_time?: number } };

/**
 * Reads a findings object. Where findings were settled, people were told of all of them when the object was first written;
 * what is new are those that the last settlement made violations. If the event is older than the object, the alert of what
 * the object held before may not have been sent, so all of it is told: rather twice than never.
 * @param chunks of an `.ndjson.gz`; each is used before the next is asked for
 * @throws where they are damaged
 */
export async function readArrival(
  key: string,
  chunks: AsyncIterable<Buffer>,
  { threshold, isExcepted, isUnchanged }: ArrivalOptions,
): Promise<Arrival> {
  const hash = createHash("sha256").update(`${JSON.stringify(key)}\n`);
  const all = createGroupsByKind();
  let settled = createGroupsByKind();
  let settledAt: number | null = null;

  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  }

  for await (const line of lines(gunzip(hashed()))) {
    const finding = parse(line);
    const alertable = isAlertable(finding, threshold) && !isExcepted(finding);
    if (alertable) all[kindOf(finding)].add(finding);
    const { modified_time: at } = finding.finding_info;
    if (at === undefined) continue;
    if (settledAt === null || at > settledAt) {
      settledAt = at;
      settled = createGroupsByKind();
    }
    if (alertable && isViolation(finding) && at === settledAt) settled[kindOf(finding)].add(finding);
  }
  const told = isUnchanged && settledAt !== null ? settled : all;
  const groups = mapKinds((kind) => told[kind].groups());
  return { source: hash.digest("hex").slice(0, 32), groups };
}

function parse(line: string): SettledFinding {
  try {
    return JSON.parse(line);
  } catch {
    // The parser's message would quote the line.
    throw new Error("a line is not JSON; expected findings as an audit writes them");
  }
}

export function isSilent({ groups }: Arrival): boolean {
  return ALERT_KINDS.every((kind) => groups[kind].length === 0);
}

function createGroupsByKind(): Record<AlertKind, AlertGroups> {
  return mapKinds(() => createAlertGroups({ windowMs: Number.POSITIVE_INFINITY }));
}

function mapKinds<T>(of: (kind: AlertKind) => T): Record<AlertKind, T> {
  return { "key-exposure": of("key-exposure"), findings: of("findings") };
}

const LINE_FEED = 0x0a;

async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString();
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(Buffer.from(chunk.subarray(from)));
  }
  if (begun.length > 0) yield Buffer.concat(begun).toString();
}
