import type { SQSBatchResponse } from "aws-lambda";
import { createEvidence } from "../evidence/create-evidence.ts";
import { createUidSet } from "../findings/uid-set.ts";
import { auditLog } from "../inputs/audit-log.ts";
import type { LogInput } from "../inputs/input.ts";
import { type AuditTimes, auditMeasures, type Measure } from "../metrics/audit-measures.ts";
import type { Policy } from "../policy/policy.ts";
import { isDigestKey } from "../sources/cloudtrail-digest.ts";
import type { Committed } from "../stores/object-audit.ts";
import { priorAudit, readReceipt } from "../stores/prior-audit.ts";
import type { Store } from "../stores/store.ts";
import type { CallPace } from "./pace.ts";
import { type LandedObject, unwrap } from "./unwrap.ts";
import { type Message, workThrough } from "./work-through.ts";

export interface LandedAudits {
  inputOf(object: LandedObject): Promise<LogInput>;
  store: Store;
  /** For what is on its way into the store. */
  spoolDir: string;
  isLogBucket(bucket: string): boolean;
  findingsBucket: string;
  /** Whether an object of a log bucket is said to be no log. */
  isOther(object: LandedObject): boolean;
  policies: readonly Policy[];
  pace: CallPace;
  /** ms since 1970. */
  now(): number;
  /** Called once for each log object, by the audit that wrote its receipt. */
  onMeasures(measures: Measure[]): void;
  onAudited(object: LandedObject, receipt: Committed): void;
  onIgnored(reason: string, object: LandedObject | null): void;
  onFailure(message: Message, error: unknown): void;
}

/** Log objects under way at once: a small one is mostly waited for. */
const AT_ONCE = 8;

/** Audits the log objects of a batch of messages. A message has failed unless there is a receipt for each of its objects. */
export function auditLanded(messages: readonly Message[], audits: LandedAudits): Promise<SQSBatchResponse> {
  return workThrough(messages, {
    atOnce: AT_ONCE,
    async work({ body }) {
      const { landed, ignored } = unwrap(body);
      for (const reason of ignored) audits.onIgnored(reason, null);
      for (const object of landed) {
        const reason = reasonToLeave(object, audits);
        if (reason) audits.onIgnored(reason, object);
        else audits.onAudited(object, await auditObject(object, audits));
      }
    },
    onFailure: audits.onFailure,
  });
}

/** Why an object is no log, and is left alone; `null` for all that may be one. */
function reasonToLeave(object: LandedObject, { findingsBucket, isOther }: LandedAudits): string | null {
  const { bucket, key } = object;
  if (bucket === findingsBucket) return "it is in the findings bucket: auditing what an audit wrote would never end";
  if (key.endsWith("/")) return "it is a folder";
  if (isDigestKey(key)) return "it is a digest of CloudTrail, and holds no events";
  if (isOther(object)) return "it is one of OTHER_OBJECTS: somebody said that it is no log";
  return null;
}

/**
 * Audits a log object from its first byte to its receipt, with all the evidence that costs nothing: what a presigned query
 * says. (The read halves of copies that the object holds name other objects, of which only an inventory knows more: findings name
 * them for it.) Rejects unless the receipt is there, with the reason.
 */
async function auditObject(landed: LandedObject, audits: LandedAudits): Promise<Committed> {
  const { store, spoolDir, policies } = audits;
  if (!audits.isLogBucket(landed.bucket)) {
    throw new Error(`${landed.bucket} is none of the LOG_BUCKETS; add it there`);
  }
  const begun = audits.now();
  const input = await audits.inputOf(landed);
  const object = { bucket: input.bucket, key: input.key, etag: await input.etag(), lastModified: input.lastModified };
  // Most events that come twice cost no second reading. It is not what keeps them from being counted twice.
  const stored = await readReceipt(store, object);
  if (priorAudit(stored, { policies, evidence: null, sourceId: null })) return "already";

  const reading = audits.pace.begin(input.size);
  const exposed = createUidSet();
  let keyExposures = 0;
  try {
    const result = await auditLog(input, {
      source: null,
      judge: { policies, resolvers: createEvidence().resolvers },
      evidence: [],
      keep: { store, spoolDir, isNew: stored === null },
      onBytes: ({ length }) => reading.read(length),
      onFinding({ finding_info, evidences: [{ data }] }) {
        if (data.key_exposure === "exposed" && exposed.add(finding_info.uid)) keyExposures++;
      },
    });
    if (result.kept === null) throw new Error(`${result.name}: ${result.problem}`);
    if (result.kept === "written")
      audits.onMeasures(auditMeasures(result, policies, keyExposures, times(result.lastTime)));
    return result.kept;
  } finally {
    reading.end();
  }

  function times(lastRequest: number | null): AuditTimes {
    const now = audits.now();
    const since = (time: number | null) => (landed.time === null || time === null ? null : now - time);
    return { duration: now - begun, lag: since(lastRequest), landingLag: since(input.lastModified) };
  }
}
