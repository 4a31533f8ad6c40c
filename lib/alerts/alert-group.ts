import { createHash } from "node:crypto";
import type { Severity } from "../policy/policy.ts";

/**
 * What one alert speaks of: findings of one rule, bucket and requester. Plain data: it is kept as JSON and grows by
 * merging. Texts come from logs; they are cut, and not escaped.
 */
export interface AlertGroup {
  /** `null`: the findings of all groups that found no room. */
  of: GroupName | null;
  /** Start of the window in which the requests were made, ms since 1970; `null` where windows are not told apart. */
  window: number | null;
  /** The gravest of the findings. */
  severity: Severity;
  violations: number;
  indeterminate: number;
  /** Findings of customer keys that crossed the network in the clear, and of those that may have. */
  keysExposed: number;
  keysPossiblyExposed: number;
  /** Times of the first and the last request, ms since 1970. */
  first: number;
  last: number;
  /** The gravest findings, among equals the earliest. */
  samples: AlertSample[];
}

export interface GroupName {
  policy: string;
  rule: string;
  /** What the rule demands, one sentence. */
  title: string;
  /** `null` where the log names none. */
  bucket: string | null;
  requester: string | null;
  /** The rule is about how the bucket is set up, and about no request. */
  isSetting?: true;
}

/** One request of a group. */
export interface AlertSample {
  uid: string;
  severity: Severity;
  time: number;
  /** `GetObject of s3://bucket/key over HTTP with signature V4` */
  title: string;
  requestId: string | null;
  ip: string | null;
  outcome: string;
  /** Where the record stands: `s3://logs/2026-… line 12`. */
  place: string | null;
  remedy: string | null;
}

export function countOf({ violations, indeterminate }: AlertGroup): number {
  return violations + indeterminate;
}

/** What makes two findings part of one alert. */
export function groupKey(of: GroupName | null, window: number | null): string {
  return JSON.stringify(of === null ? null : [of.policy, of.rule, of.bucket, of.requester, window]);
}

/**
 * 32 hex digits that name the alert of a group in a window (its start, ms since 1970): the group's own window, or the one
 * in which its findings arrived. Whoever sends an alert under its id sends it once.
 */
export function alertId({ of }: Pick<AlertGroup, "of">, window: number): string {
  return digest(["alert", groupKey(of, null), window]);
}

/** 32 hex digits that the alerts of a group share over all windows: a conversation in a chat. */
export function threadId({ of }: Pick<AlertGroup, "of">): string {
  return digest(["thread", groupKey(of, null)]);
}

/** The start of the window that a time falls into. */
export function windowOf(time: number, windowMs: number): number {
  return Math.floor(time / windowMs) * windowMs;
}

function digest(name: unknown): string {
  return createHash("sha256").update(JSON.stringify(name)).digest("hex").slice(0, 32);
}
