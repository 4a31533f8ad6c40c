import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import type { Exception } from "./exception.ts";

/** A finding as it is shown to people who have accepted it. No store holds one: exceptions change, findings don't. */
export interface SuppressedFinding extends Omit<ComplianceFinding, "status_id" | "status"> {
  status_id: 3;
  status: "Suppressed";
  comment: string;
}

export function suppressed(finding: ComplianceFinding, exceptions: readonly Exception[]): SuppressedFinding {
  const comment = exceptions.map(({ id, until, reason }) => `Exception ${id} until ${until}: ${reason}`).join("; ");
  return { ...finding, status_id: 3, status: "Suppressed", comment };
}
