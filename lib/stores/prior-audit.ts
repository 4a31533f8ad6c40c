import { LIVE_DIGEST } from "../evidence/live/live.ts";
import { TWINS_DIGEST } from "../evidence/twins.ts";
import type { Policy } from "../policy/policy.ts";
import { type LogObject, storeKeys } from "./log-object.ts";
import type { Receipt, ReceiptFacts } from "./receipt.ts";
import type { Store } from "./store.ts";

/** What an audit would be made with. */
export interface AuditTerms extends Pick<ReceiptFacts, "evidence"> {
  policies: readonly Pick<Policy, "id" | "digest">[];
  /** The log format that the object is to be read as; `null` if it is to be recognised. */
  sourceId: string | null;
}

const SHOWN_LATE = [TWINS_DIGEST, LIVE_DIGEST];

/** The receipt of an audit that was made on the same terms, so that another would say the same; `null` if there is none. */
export async function priorAudit(
  store: Store,
  object: Omit<LogObject, "sourceId">,
  terms: AuditTerms,
): Promise<Receipt | null> {
  const stored = await store.get(storeKeys({ ...object, sourceId: "" }).receipt);
  const receipt = stored && parse(stored.bytes);
  return receipt && isOnTerms(receipt, terms) ? receipt : null;
}

/** A receipt that cannot be read proves nothing: it is written again. */
function parse(bytes: Buffer): Receipt | null {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

function isOnTerms({ version, source, policies, evidence, rules }: Receipt, terms: AuditTerms): boolean {
  const { sourceId } = terms;
  if (sourceId !== null && source !== sourceId && source !== "none") return false;
  if (!Array.isArray(evidence) || !Array.isArray(rules)) return false;
  // Which twins and live answers there are shows only while an object is audited; that more logs have come, or that objects of now
  // are others, is no reason to audit it again.
  const atHand = evidence.filter((digest) => !SHOWN_LATE.some((start) => String(digest).startsWith(start)));
  const wanted = terms.policies.map(({ id, digest }) => ({ id, digest }));
  return (
    JSON.stringify([version, policies, atHand]) === JSON.stringify([1, wanted, [...new Set(terms.evidence)].sort()])
  );
}
