import type { Severity } from "../policy/policy.ts";

/** The settings of a bucket that are checked. */
export const CHECKS = ["access-logging", "default-encryption", "tls-only"] as const;
export type CheckId = (typeof CHECKS)[number];

export interface CheckResult {
  status: "pass" | "fail" | "unknown";
  /** What was found, half a sentence. */
  detail: string;
}

export type BucketPosture = Record<CheckId, CheckResult>;

/** What findings say of a check. */
export interface CheckText {
  /** What is demanded, one sentence. */
  title: string;
  severity: Severity;
  standards: string[];
  remedy: string;
}

export const TEXTS: Record<CheckId, CheckText> = {
  "access-logging": {
    title: "Requests to the bucket must be logged.",
    severity: "medium",
    standards: ["NIST SP 800-53 Rev. 5 AU-12", "PCI DSS 4.0.1 10.2.1", "AWS Security Hub S3.9"],
    remedy:
      "Turn on server access logging for the bucket, and name the target among the log buckets of Sealwatch. CloudTrail data events, which may log it as well, are not looked at.",
  },
  "default-encryption": {
    title: "What is written without a word on encryption must be encrypted.",
    severity: "medium",
    standards: ["NIST SP 800-53 Rev. 5 SC-28", "ISO/IEC 27001:2022 A.8.24"],
    remedy: "Set a default encryption (SSE-S3 or SSE-KMS) for the bucket.",
  },
  "tls-only": {
    title: "The bucket policy must deny plain HTTP.",
    severity: "high",
    standards: [
      "NIST SP 800-53 Rev. 5 SC-8",
      "PCI DSS 4.0.1 4.2.1",
      "CIS AWS Foundations 2.1.1",
      "AWS Security Hub S3.5",
    ],
    remedy:
      "Deny everybody s3:* on the bucket and its objects in the bucket policy where aws:SecureTransport is false.",
  },
};
