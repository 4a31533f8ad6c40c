import type { AlertGroup } from "./alert-group.ts";
import type { AlertFinding } from "./alertable.ts";

/**
 * Exposed keys have alerts of their own, the first to be sent: an alert on other findings of the same group must not make
 * one wait for the end of the window.
 */
export const ALERT_KINDS = ["key-exposure", "findings"] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** One message to people. */
export interface Alert {
  kind: AlertKind;
  /** The same for all that is told of a group in a window. */
  id: string;
  group: AlertGroup;
  /** What was told before of the group in this window; `null`: nothing. */
  before: AlertGroup | null;
}

export function kindOf({ evidences }: AlertFinding): AlertKind {
  return evidences?.[0]?.data?.key_exposure === "exposed" ? "key-exposure" : "findings";
}
