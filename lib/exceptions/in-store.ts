import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import { linesOf } from "../stores/gzip-lines.ts";
import { type LogObject, storeKeys } from "../stores/log-object.ts";
import type { Receipt } from "../stores/receipt.ts";
import { type Store, StoreError } from "../stores/store.ts";
import { addUpExcepted, createExceptedCounter, type ExceptedCounts } from "./count.ts";
import type { Exception } from "./exception.ts";

/**
 * What exceptions cover of an audited log object, from its receipt and, where that counts any, its findings. A request that the
 * object holds twice is one finding there, and counts once. Where the findings are not those that the receipt counts, nothing is
 * covered: all that it counts is left.
 */
export async function exceptedInStore(
  store: Store,
  object: Omit<LogObject, "sourceId">,
  { counts }: Receipt,
  exceptions: readonly Exception[],
): Promise<ExceptedCounts> {
  const { violation, indeterminate } = counts.verdicts;
  const nothing = { ...addUpExcepted([], exceptions), left: { violation, indeterminate } };
  if (violation + indeterminate === 0) return nothing;

  const key = storeKeys({ ...object, sourceId: "" }).findings;
  const stored = await store.get(key);
  const counter = createExceptedCounter(exceptions);
  let findings = 0;
  try {
    for await (const line of linesOf(stored?.bytes ?? Buffer.alloc(0))) {
      counter.add(JSON.parse(line) as ComplianceFinding);
      findings++;
    }
  } catch (cause) {
    throw new StoreError(
      `${key}: cannot be read, so what is excepted in it is not known; remove its receipt to audit it again`,
      {
        cause,
      },
    );
  }
  if (findings !== counts.findings) return nothing;
  const read = counter.counts();
  // An inventory may have settled since what the receipt counts as indeterminate; an exception makes nothing worse.
  const violations = Math.min(violation, read.left.violation);
  const others = read.left.violation + read.left.indeterminate - violations;
  return { ...read, left: { violation: violations, indeterminate: others } };
}
