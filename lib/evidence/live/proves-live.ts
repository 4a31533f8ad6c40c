import { SSE_C } from "../../facts.ts";
import { hadObject, proves, type Touch } from "../inventory/proves.ts";
import type { InventoryRow } from "../inventory/row.ts";

/** What a HEAD told, as far as it may prove something. */
export type LiveState =
  | { kind: "described"; row: InventoryRow }
  /** Amazon S3 refused it for want of the customer's key. */
  | { kind: "locked" };

export interface LiveProof {
  /** One bit as in facts.ts. */
  encryption: number;
  /** Ms since 1970; `null` where the store did not tell. */
  lastModified: number | null;
}

/** An HTTP date is cut to whole seconds. */
const CUT = 999;

/** A version with an id never changes; the one without is overwritten. */
export function isFixedVersion(versionId: string | null): versionId is string {
  return versionId !== null && versionId !== "null";
}

/**
 * How the touched object was encrypted, by a HEAD of that object, or of the version that was touched, sent `at` this time; `null`
 * where it does not prove that. The rules are those of an inventory's row whose snapshot is the HEAD. A refusal tells no
 * time, so it counts only for a version with an id that the request itself found: one that a client made up is refused, too.
 */
export function provesLive(touch: Touch, state: LiveState, at: number): LiveProof | null {
  if (state.kind === "locked") {
    return isFixedVersion(touch.versionId) && wasServed(touch) ? { encryption: SSE_C, lastModified: null } : null;
  }
  const { row } = state;
  // A request that is timed more finely than the object may have come before it in the same second.
  const latest = touch.time % 1000 === 0 ? row.lastModified : row.lastModified + CUT;
  const proof = proves(touch, [{ ...row, lastModified: latest }], at);
  return proof && { encryption: proof.encryption, lastModified: row.lastModified };
}

function wasServed(touch: Touch): boolean {
  return touch.status !== null && touch.status >= 200 && touch.status < 400 && hadObject(touch);
}
