import type { Live, LiveReport } from "../evidence/live/live.ts";
import type { Problem } from "../inputs/input.ts";
import type { S3Options } from "../s3/client.ts";

/** Live HEADs of at most `budget` objects, by the clock of this machine. */
export async function openLive(s3: S3Options, budget: number, signal: AbortSignal): Promise<Live> {
  // The SDK takes longer to load than a small log to audit.
  const { s3Client } = await import("../s3/client.ts");
  const { liveHeads } = await import("../evidence/live/heads.ts");
  return liveHeads({ client: s3Client(s3), budget, now: Date.now, signal });
}

/** What is wrong where the store could not be asked. */
export function liveProblems(report: LiveReport | null): Problem[] {
  return report === null || report.problem === null ? [] : [{ name: "--live", message: report.problem }];
}
