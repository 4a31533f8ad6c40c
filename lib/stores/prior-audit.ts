import { LIVE_DIGEST } from "../evidence/live/live.ts";
import { TWINS_DIGEST } from "../evidence/twins.ts";
import type { Policy } from "../policy/policy.ts";
import { type LogObject, storeKeys } from "./log-object.ts";
import { parseReceipt, type Receipt, type ReceiptFacts } from "./receipt.ts";
import type { Store, Stored } from "./store.ts";

/** What an audit would be made with. */
export interface AuditTerms {
  /** `null` if there is none at hand: then an audit with any evidence says as much or more. */
  evidence: ReceiptFacts["evidence"] | null;
  policies: readonly Pick<Policy, "id" | "digest">[];
  /** The log format that the object is to be read as; `null` if it is to be recognised. */
  sourceId: string | null;
}

const SHOWN_LATE = [TWINS_DIGEST, LIVE_DIGEST];

/** The receipt of an object, whatever audit it is of; `null` if there is none. */
export function readReceipt(store: Store, object: Omit<LogObject, "sourceId">): Promise<Stored | null> {
  return store.get(storeKeys({ ...object, sourceId: "" }).receipt);
}

/** The receipt, if it is of an audit that was made on the same terms, so that another would say no more; else `null`. */
export function priorAudit(stored: Stored | null, terms: AuditTerms): Receipt | null {
  const receipt = stored && parseReceipt(stored.bytes);
  return receipt && isOnTerms(receipt, terms) ? receipt : null;
}

function isOnTerms({ version, source, policies, evidence, rules }: Receipt, terms: AuditTerms): boolean {
  const { sourceId } = terms;
  if (sourceId !== null && source !== sourceId && source !== "none") return false;
  if (!Array.isArray(evidence) || !Array.isArray(rules)) return false;
  const wanted = terms.policies.map(({ id, digest }) => ({ id, digest }));
  if (JSON.stringify([version, policies]) !== JSON.stringify([1, wanted])) return false;
  if (terms.evidence === null) return true;
  // Which twins and live answers there are shows only while an object is audited; that more logs have come, or that objects of now
  // are others, is no reason to audit it again.
  const atHand = evidence.filter((digest) => !SHOWN_LATE.some((start) => String(digest).startsWith(start)));
  return JSON.stringify(atHand) === JSON.stringify([...new Set(terms.evidence)].sort());
}
