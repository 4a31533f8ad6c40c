import type { Severity, Verdict } from "../policy/policy.ts";

/** An OCSF 1.8.0 Compliance Finding, as far as Sealwatch fills it in. The order of the fields is their order in the bytes. */
export interface ComplianceFinding {
  activity_id: ActivityOf["activity_id"];
  activity_name: ActivityOf["activity_name"];
  category_uid: 2;
  category_name: "Findings";
  class_uid: 2003;
  class_name: "Compliance Finding";
  type_uid: ActivityOf["type_uid"];
  type_name: ActivityOf["type_name"];
  /** Of the request, ms since 1970. */
  time: number;
  severity_id: SeverityId;
  severity: SeverityCaption;
  status_id: 1 | 4;
  status: "New" | "Resolved";
  message: string;
  metadata: {
    version: "1.8.0";
    product: { name: string; vendor_name: string; version: string };
    log_name: string;
    log_format: string;
    log_provider?: string;
    original_event_uid?: string;
  };
  finding_info: {
    uid: string;
    title: string;
    desc: string;
    types: string[];
    created_time: number;
    /** When later evidence changed it, ms since 1970. */
    modified_time?: number;
    data_sources: string[];
    /** The policy, and its digest as version. */
    analytic: { uid: string; name: string; type: "Rule"; type_id: 1; version: string };
  };
  compliance: {
    /** The policy's id. */
    control: string;
    standards: string[];
    requirements: string[];
    status_id: CheckStatusId;
    status: CheckStatus;
    /** What evidence is missing, and how to get it. */
    status_details?: string[];
    /** The rules that are broken, or may be: the gravest first. */
    checks: Check[];
  };
  remediation: { desc: string };
  resources?: Resource[];
  evidences: [Evidence];
}

/** What was done to a finding: it was made, later evidence changed it, or showed that it is none. */
export const ACTIVITY = {
  Create: { activity_id: 1, activity_name: "Create", type_uid: 200301, type_name: "Compliance Finding: Create" },
  Update: { activity_id: 2, activity_name: "Update", type_uid: 200302, type_name: "Compliance Finding: Update" },
  Close: { activity_id: 3, activity_name: "Close", type_uid: 200303, type_name: "Compliance Finding: Close" },
} as const;
type ActivityOf = (typeof ACTIVITY)[keyof typeof ACTIVITY];

export type SeverityId = 2 | 3 | 4 | 5;
export type SeverityCaption = "Low" | "Medium" | "High" | "Critical";
export const SEVERITY: Record<Severity, { severity_id: SeverityId; severity: SeverityCaption }> = {
  low: { severity_id: 2, severity: "Low" },
  medium: { severity_id: 3, severity: "Medium" },
  high: { severity_id: 4, severity: "High" },
  critical: { severity_id: 5, severity: "Critical" },
};

/** The verdicts that make a finding. */
export type FindingVerdict = Extract<Verdict, "violation" | "indeterminate">;

export type CheckStatusId = 1 | 2 | 3;
export type CheckStatus = "Pass" | "Warning" | "Fail";
/** A finding that later evidence shows to be none is a pass. */
export const PASS = { status_id: 1, status: "Pass" } as const;
export const STATUS: Record<FindingVerdict, { status_id: CheckStatusId; status: CheckStatus }> = {
  violation: { status_id: 3, status: "Fail" },
  indeterminate: { status_id: 2, status: "Warning" },
};

export interface Check {
  /** The rule's id. */
  uid: string;
  name: string;
  desc: string;
  standards: string[];
  status_id: CheckStatusId;
  status: CheckStatus;
  severity_id: SeverityId;
  severity: SeverityCaption;
}

export interface Resource {
  /** `s3://bucket/key`, the key as it is. */
  uid: string;
  name: string;
  type: "Object" | "Bucket";
  /** Version id of the object. */
  version?: string;
  role_id: 1 | 4;
  role: "Target" | "Related";
  owner?: { uid: string };
}

export interface Evidence {
  api: {
    operation: string;
    service: { name: "s3" };
    request?: { uid: string };
    response?: { code?: number; error?: string };
  };
  src_endpoint?: { ip: string };
  actor?: { user: { uid: string } };
  http_request?: {
    http_method?: string;
    url?: { url_string: string };
    version?: string;
    user_agent?: string;
    referrer?: string;
  };
  http_response?: { code: number };
  tls?: { version: string; cipher?: string };
  data: EvidenceData;
}

export interface EvidenceData {
  verdict: Verdict;
  interface: string;
  facts: Record<"transport" | "tls" | "signature" | "source" | "target", string[]>;
  outcome: "served" | "refused" | "unknown";
  key_exposure?: "exposed" | "possible";
  missing: string[];
  evidence: Provenance[];
  contradictions: Provenance[];
  /** Why the log's own facts are what they are. */
  reason?: string;
  /** Where the record stands. */
  log: { bucket: string; key: string; line: number; offset: number };
}

/** What one piece of evidence left possible of one fact. */
export interface Provenance {
  fact: string;
  values: string[];
  by: string;
  detail: string;
}
