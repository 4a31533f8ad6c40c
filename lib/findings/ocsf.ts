import { decisiveFacts, type Judgement, type PolicyJudgement } from "../audit.ts";
import type { LogObject } from "../stores/log-object.ts";
import { type BrokenRule, breachesOf, brokenRules } from "./broken-rules.ts";
import {
  type Check,
  type ComplianceFinding,
  type FindingVerdict,
  type Resource,
  SEVERITY,
  STATUS,
} from "./compliance-finding.ts";
import { evidenceOf } from "./evidence-of.ts";
import { findingUid, isMissing } from "./finding-uid.ts";
import { keyExposure } from "./key-exposure.ts";
import { missingEvidence } from "./missing-evidence.ts";
import { PRODUCT } from "./product.ts";
import { redactJudgement } from "./redact-judgement.ts";
import { remedyFor, remedyForDoubt } from "./remedies.ts";
import { description, placeOf, titleOf } from "./sentences.ts";
import { signatureWords, transportWords } from "./words.ts";

/** The controls that transport security and request signatures bear on. */
const CONTROLS = [
  "NIST SP 800-53 Rev. 5 SC-8",
  "NIST SP 800-53 Rev. 5 SC-13",
  "PCI DSS 4.0.1 4.2.1",
  "ISO/IEC 27001:2022 A.8.24",
  "CIS AWS Foundations 2.1.1",
];

const PROVIDERS: Record<string, string> = {
  "s3-access-log": "Amazon S3",
  cloudtrail: "AWS CloudTrail",
  "obs-access-log": "Object Storage Service",
  "ceph-ops-log": "Ceph Object Gateway",
};

/**
 * The findings of one judged record: one for each policy that it breaks or may break, in the policies' order. The same
 * record of the same log object gives the same bytes. All that comes from the log is redacted.
 */
export function findingsOf(judgement: Judgement, object: LogObject): ComplianceFinding[] {
  const redacted = redactJudgement(judgement);
  return judgement.policies.flatMap((policy) =>
    policy.verdict === "violation" || policy.verdict === "indeterminate"
      ? [findingOf(redacted, policy, policy.verdict, findingUid(policy.policy.id, judgement.record, object), object)]
      : [],
  );
}

function findingOf(
  judgement: Judgement,
  policyJudgement: PolicyJudgement,
  verdict: FindingVerdict,
  uid: string,
  object: LogObject,
): ComplianceFinding {
  const { record, facts } = judgement;
  const { policy } = policyJudgement;
  const broken = brokenRules(policyJudgement);
  const breaches = breachesOf(facts, broken);
  const exposure = keyExposure(judgement);
  const missing = decisiveFacts([policy], facts).map((fact) => missingEvidence(judgement, fact, object.sourceId));
  const title = titleOf(judgement);
  return {
    activity_id: 1,
    activity_name: "Create",
    category_uid: 2,
    category_name: "Findings",
    class_uid: 2003,
    class_name: "Compliance Finding",
    type_uid: 200301,
    type_name: "Compliance Finding: Create",
    time: record.time,
    ...SEVERITY[exposure === "exposed" ? "critical" : broken[0]!.rule.severity],
    status_id: 1,
    status: "New",
    message: title,
    metadata: metadataOf(judgement, object),
    finding_info: {
      uid,
      title,
      desc: description(judgement, policyJudgement, broken),
      types: [...(exposure ? [EXPOSURE_TYPE[exposure]] : []), ...breaches],
      created_time: record.time,
      data_sources: [object.sourceId],
      analytic: { uid: policy.id, name: policy.id, type: "Rule", type_id: 1, version: policy.digest },
    },
    compliance: {
      control: policy.id,
      standards: CONTROLS,
      requirements: [...new Set(broken.map(({ rule }) => rule.cite))],
      ...STATUS[verdict],
      ...(missing.length > 0 && { status_details: missing.map(({ sentence }) => sentence) }),
      checks: broken.map(checkOf),
    },
    remediation: {
      desc:
        verdict === "violation"
          ? remedyFor(breaches, exposure)
          : remedyForDoubt(
              missing.map(({ how }) => how),
              exposure,
            ),
    },
    ...resourcesOf(judgement),
    evidences: [
      evidenceOf(
        judgement,
        verdict,
        missing.map(({ fact }) => fact),
        object,
      ),
    ],
  };
}

const EXPOSURE_TYPE = { exposed: "key-exposed", possible: "key-possibly-exposed" };

function metadataOf({ record }: Judgement, object: LogObject): ComplianceFinding["metadata"] {
  const provider = PROVIDERS[object.sourceId];
  return {
    version: "1.8.0",
    product: PRODUCT,
    log_name: object.key,
    log_format: object.sourceId,
    ...(provider !== undefined && { log_provider: provider }),
    ...(!isMissing(record.requestId) && { original_event_uid: record.requestId }),
  };
}

function checkOf({ rule, verdict }: BrokenRule): Check {
  return {
    uid: rule.id,
    name: rule.title,
    desc: `Permits ${transportWords(rule.transport)} with ${signatureWords(rule.signature)}.`,
    standards: [rule.cite],
    ...STATUS[verdict],
    ...SEVERITY[rule.severity],
  };
}

/** The object, the object that a copy read, and the bucket. */
function resourcesOf({ record }: Judgement): Pick<ComplianceFinding, "resources"> {
  const { bucket, key, versionId, copySource, bucketOwner } = record;
  const uid = placeOf({ bucket, key: null });
  if (uid === null) return {};
  const resources: Resource[] = [];
  if (key !== null) resources.push(objectResource(bucket, key, versionId, "Target"));
  if (copySource) resources.push(objectResource(copySource.bucket, copySource.key, copySource.versionId, "Related"));
  resources.push({
    uid,
    name: bucket,
    type: "Bucket",
    role_id: 1,
    role: "Target",
    ...(bucketOwner !== null && { owner: { uid: bucketOwner } }),
  });
  return { resources };
}

function objectResource(bucket: string, key: string, version: string | null, role: Resource["role"]): Resource {
  return {
    uid: `s3://${bucket}/${key}`,
    name: key,
    type: "Object",
    ...(version !== null && { version }),
    role_id: role === "Target" ? 1 : 4,
    role,
  };
}
