import { SEVERITIES, type Severity } from "../policy/policy.ts";

/** An OCSF finding as far as alerts read it. Findings come back from a bucket, so nothing but the first lines is certain. */
export interface AlertFinding {
  time: number;
  severity_id: number;
  status_id: number;
  finding_info: {
    uid: string;
    title: string;
    /** Of a finding that was written before, and has not changed since. */
    last_seen_time?: number;
  };
  compliance: {
    /** The policy's id. */
    control: string;
    /** 3 Fail, 2 Warning. */
    status_id: number;
    /** The gravest rule first. */
    checks?: readonly { uid: string; name?: string }[];
  };
  remediation?: { desc: string };
  resources?: readonly { type: string; name: string; role?: string }[];
  evidences?: readonly {
    api?: { request?: { uid: string } };
    src_endpoint?: { ip: string };
    actor?: { user: { uid: string } };
    data?: {
      outcome?: string;
      key_exposure?: string;
      /** Of a finding on a bucket's settings. */
      check?: string;
      log?: { bucket: string; key: string; line: number };
    };
  }[];
}

/** OCSF's severity_id begins with 2 for our lowest. */
const LOWEST_ID = 2;
const FAIL = 3;
/** Status ids of findings that nobody needs to look at: Suppressed, Resolved, Archived, Deleted. */
const SETTLED = [3, 4, 5, 6];

/** The severity of a finding; the gravest where the number is none of ours. */
export function severityOf({ severity_id }: Pick<AlertFinding, "severity_id">): Severity {
  return SEVERITIES[severity_id - LOWEST_ID] ?? "critical";
}

export function isViolation({ compliance }: AlertFinding): boolean {
  return compliance.status_id === FAIL;
}

/** Whether people are told of a finding: it is open, not one that they know, and at or above the threshold. */
export function isAlertable(finding: AlertFinding, threshold: Severity): boolean {
  if (SETTLED.includes(finding.status_id) || finding.finding_info.last_seen_time !== undefined) return false;
  return SEVERITIES.indexOf(severityOf(finding)) >= SEVERITIES.indexOf(threshold);
}
