import type { Evidence } from "./create-evidence.ts";
import type { InventoryReport } from "./inventory/inventories.ts";
import type { LiveReport } from "./live/live.ts";

/** How a run reads its log objects: each reads them all, and adds what came of it to the evidence. */
export interface Passes {
  /** Lets the resolvers hear of the open records. */
  ask(): Promise<void>;
  /** Looks for the records that open ones hang on. */
  findRelated(): Promise<void>;
  /** Lets a live asker hear of what is still open. */
  askLive(): Promise<void>;
  /** Told what comes next that is no reading of logs. */
  step?(what: string): void;
}

/** What there is to gather from, besides the records themselves. */
export interface Gathering {
  inventories: boolean;
  /** Logs that may hold the same requests. */
  joins: boolean;
  /** The store itself. */
  live: boolean;
}

/** Steps 1 to 4 of {@link Evidence}, as far as they can prove anything. Rejects where a pass does, or asking the store is aborted. */
export async function gather(
  evidence: Evidence,
  passes: Passes,
  { inventories, joins, live }: Gathering,
): Promise<{ inventories: InventoryReport[]; live: LiveReport | null }> {
  return {
    inventories: inventories || joins ? await gatherFromLogs() : [],
    live: live ? await gatherLive() : null,
  };

  async function gatherFromLogs(): Promise<InventoryReport[]> {
    await passes.ask();
    if (evidence.wantsRelated()) await passes.findRelated();
    if (inventories) passes.step?.("reading inventories");
    return evidence.fetch();
  }

  async function gatherLive(): Promise<LiveReport | null> {
    const lookedFor = evidence.asked().requestIds.size;
    await passes.askLive();
    if (evidence.asked().requestIds.size > lookedFor) await passes.findRelated();
    passes.step?.("asking the store");
    return evidence.fetchLive();
  }
}
