import { type Exception, endOf } from "./exception.ts";

/** A finding as far as exceptions look at it. It may come back from a bucket, so hardly anything is certain. */
export interface ExceptableFinding {
  /** Of the request, ms since 1970. */
  time: number;
  compliance: { checks?: readonly { uid: string }[] };
  resources?: readonly { type: string; name: string; role?: string }[];
  evidences?: readonly { actor?: { user: { uid: string } }; data?: { key_exposure?: string } }[];
}

/**
 * The exceptions that cover a finding, in their order; `null` where some rule that it breaks, or may break, is left. Nothing but
 * the finding decides, and no clock: the same input gives the same answer on every day. A key that is exposed, or may be, is
 * covered only by exceptions that name the rule.
 */
export function exceptionsOf(finding: ExceptableFinding, exceptions: readonly Exception[]): Exception[] | null {
  const { checks = [] } = finding.compliance;
  const mayBeExposed = finding.evidences?.[0]?.data?.key_exposure !== undefined;
  const names = ({ rules }: Exception, rule: string) => (rules === null ? !mayBeExposed : rules.includes(rule));
  const covering = exceptions.filter(
    (exception) => checks.some(({ uid }) => names(exception, uid)) && isAbout(exception, finding),
  );
  const isCovered = checks.every(({ uid }) => covering.some((exception) => names(exception, uid)));
  return isCovered && covering.length > 0 ? covering : null;
}

function isAbout({ bucket, key, requester, until }: Exception, finding: ExceptableFinding): boolean {
  const target = (type: string) =>
    finding.resources?.find((resource) => resource.type === type && resource.role === "Target")?.name;
  return (
    finding.time < endOf(until) &&
    fits(bucket, target("Bucket")) &&
    fits(key, target("Object")) &&
    fits(requester, finding.evidences?.[0]?.actor?.user.uid)
  );
}

function fits(pattern: string, text: string | undefined): boolean {
  if (pattern === "*") return true;
  if (text === undefined) return false;
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
