import { askForDay } from "./ask.ts";
import { finishDay, type Outcomes } from "./finish.ts";
import { type Matched, matchFile } from "./match.ts";
import { type Plan, type PlannedFile, type PlanRequest, planSettlement } from "./plan.ts";
import type { Settling } from "./settlement.ts";
import type { Snapshot } from "./snapshot.ts";

/** One call of a settlement: infra/settlement.asl makes them. */
export type SettleStep =
  | (PlanRequest & { step: "plan" })
  | { step: "ask"; run: string; snapshot: Snapshot; day: string }
  | { step: "match"; run: string; snapshot: Snapshot; days: string[]; file: PlannedFile }
  | { step: "finish"; run: string; snapshot: Snapshot; day: string; files: number };

/** @param now ms since 1970 */
export async function settleStep(
  event: SettleStep,
  settling: Settling,
  now: number,
): Promise<Plan | { asked: number } | Matched | Outcomes> {
  switch (event.step) {
    case "plan":
      return planSettlement(event, settling, now);
    case "ask":
      return { asked: await askForDay(event.run, event.day, event.snapshot, settling) };
    case "match":
      return matchFile(event.run, event.days, event.file, event.snapshot, settling);
    case "finish":
      return finishDay(event.run, event.day, event.files, event.snapshot, settling);
  }
}
