import { SEVERITIES, type Severity } from "../policy/policy.ts";
import { type AlertGroup, type AlertSample, countOf, type GroupName, groupKey, windowOf } from "./alert-group.ts";
import { type AlertFinding, isViolation, severityOf } from "./alertable.ts";

export interface GroupOptions {
  /**
   * Length of a window of request times. `Infinity` tells no windows apart: for alerts by the time of arrival, of which a
   * year of history that is audited in an hour makes one and not 8760.
   */
  windowMs: number;
  /** Groups with an alert of their own; the rest share one. */
  maxGroups?: number;
  maxSamples?: number;
}

const MAX_GROUPS = 50;
const MAX_SAMPLES = 5;
/** Characters that are kept of a text of a log: a hundred groups stay far below the 256 KiB of a message. */
const LONGEST = 256;
const LONGEST_REMEDY = 1024;

export interface AlertGroups {
  add(finding: AlertFinding): void;
  /** Adds what was grouped elsewhere or earlier. */
  merge(group: AlertGroup): void;
  /** The groups so far, the gravest first, then the largest; at most `maxGroups` and the one that the rest share. */
  groups(): AlertGroup[];
}

/** Groups findings in one pass. */
export function groupFindings(findings: Iterable<AlertFinding>, windowMs: number): AlertGroup[] {
  const groups = createAlertGroups({ windowMs });
  for (const finding of findings) groups.add(finding);
  return groups.groups();
}

/**
 * Groups findings as they come. What it holds is bounded by `maxGroups` and `maxSamples`, however many findings there are.
 * When there is no room for a group, the least grave one makes room if it is less grave than the newcomer; no finding is
 * left uncounted.
 */
export function createAlertGroups(options: GroupOptions): AlertGroups {
  const { windowMs, maxGroups = MAX_GROUPS, maxSamples = MAX_SAMPLES } = options;
  const named = new Map<string, AlertGroup>();
  let rest: AlertGroup | null = null;

  function roomFor(of: GroupName | null, window: number | null, severity: Severity): AlertGroup {
    const key = groupKey(of, window);
    const known = named.get(key);
    if (known) return known;
    if (of !== null && (named.size < maxGroups || makeRoom(severity))) {
      const group = emptyGroup(of, window);
      named.set(key, group);
      return group;
    }
    rest ??= emptyGroup(null, window);
    return rest;
  }

  function makeRoom(severity: Severity): boolean {
    const lesser = [...named].filter(([, group]) => rank(group.severity) < rank(severity));
    if (lesser.length === 0) return false;
    const [key, least] = lesser.reduce((a, b) => (order(a[1], b[1]) > 0 ? a : b));
    named.delete(key);
    rest ??= emptyGroup(null, least.window);
    addUp(rest, least, maxSamples);
    return true;
  }

  return {
    add(finding) {
      const window = Number.isFinite(windowMs) ? windowOf(finding.time, windowMs) : null;
      const group = roomFor(nameOf(finding), window, severityOf(finding));
      addUp(group, partOf(finding, window, group.samples[maxSamples - 1]), maxSamples);
    },
    merge(part) {
      addUp(roomFor(part.of, part.window, part.severity), part, maxSamples);
    },
    groups: () => structuredClone([...[...named.values()].sort(order), ...(rest ? [rest] : [])]),
  };
}

function emptyGroup(of: GroupName | null, window: number | null): AlertGroup {
  return {
    of,
    window,
    severity: SEVERITIES[0],
    violations: 0,
    indeterminate: 0,
    keysExposed: 0,
    keysPossiblyExposed: 0,
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
    samples: [],
  };
}

type Part = Omit<AlertGroup, "of">;

/** Adds a part to a group. The window of what is no one group is its latest. */
function addUp(group: AlertGroup, part: Part, maxSamples: number): void {
  group.window = group.window === null || part.window === null ? null : Math.max(group.window, part.window);
  if (rank(part.severity) > rank(group.severity)) group.severity = part.severity;
  group.violations += part.violations;
  group.indeterminate += part.indeterminate;
  group.keysExposed += part.keysExposed;
  group.keysPossiblyExposed += part.keysPossiblyExposed;
  group.first = Math.min(group.first, part.first);
  group.last = Math.max(group.last, part.last);
  if (part.samples.length > 0) group.samples = best([...group.samples, ...part.samples], maxSamples);
}

/** One finding as a part of a group: with a sample if it is a better one than `worst`, the last that the group has room for. */
function partOf(finding: AlertFinding, window: number | null, worst: AlertSample | undefined): Part {
  const violated = isViolation(finding);
  const exposure = finding.evidences?.[0]?.data?.key_exposure;
  const severity = severityOf(finding);
  const { time } = finding;
  const { uid } = finding.finding_info;
  return {
    window,
    severity,
    violations: violated ? 1 : 0,
    indeterminate: violated ? 0 : 1,
    keysExposed: exposure === "exposed" ? 1 : 0,
    keysPossiblyExposed: exposure === "possible" ? 1 : 0,
    first: time,
    last: time,
    samples: worst && sampleOrder({ severity, time, uid }, worst) >= 0 ? [] : [sampleOf(finding)],
  };
}

function nameOf({ compliance, resources, evidences }: AlertFinding): GroupName {
  const [rule] = compliance.checks ?? [];
  const bucket = resources?.find(({ type }) => type === "Bucket")?.name;
  const requester = evidences?.[0]?.actor?.user.uid;
  return {
    policy: cut(compliance.control),
    rule: cut(rule?.uid ?? compliance.control),
    title: cut(rule?.name ?? ""),
    bucket: bucket === undefined ? null : cut(bucket),
    requester: requester === undefined ? null : cut(requester),
    ...(evidences?.[0]?.data?.check !== undefined && { isSetting: true }),
  };
}

function sampleOf(finding: AlertFinding): AlertSample {
  const evidence = finding.evidences?.[0];
  const log = evidence?.data?.log;
  return {
    uid: finding.finding_info.uid,
    severity: severityOf(finding),
    time: finding.time,
    title: cut(finding.finding_info.title),
    requestId: evidence?.api?.request ? cut(evidence.api.request.uid) : null,
    ip: evidence?.src_endpoint?.ip ?? null,
    outcome: evidence?.data?.outcome ?? "unknown",
    place: log ? cut(`s3://${log.bucket}/${log.key} line ${log.line}`) : null,
    remedy: finding.remediation ? cut(finding.remediation.desc, LONGEST_REMEDY) : null,
  };
}

function best(samples: AlertSample[], maxSamples: number): AlertSample[] {
  const distinct = new Map(samples.map((sample) => [sample.uid, sample]));
  return [...distinct.values()].sort(sampleOrder).slice(0, maxSamples);
}

function sampleOrder(a: SampleRank, b: SampleRank): number {
  return rank(b.severity) - rank(a.severity) || a.time - b.time || compare(a.uid, b.uid);
}

type SampleRank = Pick<AlertSample, "severity" | "time" | "uid">;

function order(a: AlertGroup, b: AlertGroup): number {
  return (
    rank(b.severity) - rank(a.severity) ||
    countOf(b) - countOf(a) ||
    compare(groupKey(a.of, a.window), groupKey(b.of, b.window))
  );
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function cut(text: string, longest = LONGEST): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}
