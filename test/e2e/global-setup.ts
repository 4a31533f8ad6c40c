import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startCeph } from "./ceph.ts";
import type { Lab } from "./lab.ts";

declare module "vitest" {
  export interface ProvidedContext {
    lab: Lab;
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Starts one Ceph for the whole run. However the run ends, so do its processes, and its folder is removed. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "sealwatch-e2e-"));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  process.once("exit", remove);
  for (const signal of SIGNALS) process.once(signal, () => process.exit(128 + constants.signals[signal]));

  const { stop, ...place } = await startCeph(folder);
  // On exit the daemons are to be killed before their folder is removed.
  process.off("exit", remove).once("exit", remove);
  provide("lab", { ...place, folder });
  return stop;
}
