import { hash } from "node:crypto";
import {
  ACTIVITY,
  type CheckStatus,
  type CheckStatusId,
  type ComplianceFinding,
  PASS,
  type Resource,
  SEVERITY,
  STATUS,
} from "../findings/compliance-finding.ts";
import { PRODUCT } from "../findings/product.ts";
import type { Verdict } from "../policy/policy.ts";
import { printable } from "../report/printable.ts";
import { type CheckId, type CheckResult, TEXTS } from "./posture.ts";

/** What findings on settings have in the place of a policy. */
const CONTROL = "posture";
/** Of the checks, as a policy has a digest. */
const VERSION = "1";

/** A finding on a bucket's settings: an OCSF Compliance Finding that is about no request. */
export interface PostureFinding
  extends Omit<ComplianceFinding, "metadata" | "finding_info" | "compliance" | "resources" | "evidences"> {
  metadata: Pick<ComplianceFinding["metadata"], "version" | "product">;
  /** `last_seen_time`, ms since 1970, is that of a check that found nothing new: nobody is told again. */
  finding_info: ComplianceFinding["finding_info"] & { last_seen_time?: number };
  compliance: Omit<ComplianceFinding["compliance"], "requirements">;
  resources: [Resource];
  evidences: [{ data: { verdict: Verdict; check: CheckId; found: string } }];
}

/** A change of one setting of one bucket. */
export interface PostureChange {
  bucket: string;
  check: CheckId;
  activity: keyof typeof ACTIVITY;
  result: CheckResult;
  /** When the finding was made, ms since 1970. */
  created: number;
  /** It is no change: the finding is there already, and is written again to be kept. */
  isUnchanged?: true;
}

/**
 * Without `modified_time`, which `time` says already: in findings objects it stands for what later evidence changed.
 * @param time of the check, ms since 1970
 */
export function postureFinding(
  { bucket, check, activity, result, created, isUnchanged }: PostureChange,
  time: number,
): PostureFinding {
  const { title, severity, standards, remedy } = TEXTS[check];
  const { verdict, ...status } = OUTCOMES[result.status];
  const isClosed = activity === "Close";
  const uid = `${CONTROL}.${check}`;
  const place = `s3://${bucket}`;
  const message = printable(`${place}: ${result.detail}`);
  return {
    ...ACTIVITY[activity],
    category_uid: 2,
    category_name: "Findings",
    class_uid: 2003,
    class_name: "Compliance Finding",
    time,
    ...SEVERITY[severity],
    ...(isClosed ? { status_id: 4, status: "Resolved" } : { status_id: 1, status: "New" }),
    message,
    metadata: { version: "1.8.0", product: PRODUCT },
    finding_info: {
      uid: hash("sha256", JSON.stringify([CONTROL, check, bucket])).slice(0, 32),
      title: message,
      desc: `${message}. ${title}`,
      types: [check],
      created_time: created,
      ...(isUnchanged && { last_seen_time: time }),
      data_sources: ["s3-bucket-settings"],
      analytic: { uid: CONTROL, name: CONTROL, type: "Rule", type_id: 1, version: VERSION },
    },
    compliance: {
      control: CONTROL,
      standards,
      ...status,
      ...(result.status === "unknown" && { status_details: [message] }),
      checks: [{ uid, name: title, desc: title, standards, ...status, ...SEVERITY[severity] }],
    },
    remediation: { desc: isClosed ? "Nothing needs to be done." : remedy },
    resources: [{ uid: place, name: bucket, type: "Bucket", role_id: 1, role: "Target" }],
    evidences: [{ data: { verdict, check, found: result.detail } }],
  };
}

const OUTCOMES: Record<CheckResult["status"], { verdict: Verdict; status_id: CheckStatusId; status: CheckStatus }> = {
  pass: { verdict: "compliant", ...PASS },
  fail: { verdict: "violation", ...STATUS.violation },
  unknown: { verdict: "indeterminate", ...STATUS.indeterminate },
};
