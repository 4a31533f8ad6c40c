import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEvidence, type Evidence } from "../evidence/create-evidence.ts";
import { type InventoryReport, openInventories } from "../evidence/inventory/inventories.ts";
import { findFiles, findManifests } from "../inputs/files.ts";
import type { Problem } from "../inputs/input.ts";
import type { Policy } from "../policy/policy.ts";
import { openPolicies } from "../policy/shipped.ts";
import { addUpOffenders, type OffenderCounts } from "../report/offenders.ts";
import { addUp, type TallyCounts } from "../tally.ts";
import { runTasks } from "./pool.ts";
import type { MalformedSample, RunOptions, Task } from "./task.ts";

export interface ScanRequest {
  paths: readonly string[];
  policies: readonly string[];
  source: string | null;
  inventories: readonly string[];
  since?: number;
  until?: number;
  store: string | null;
  jobs: number;
  wantsFindings: boolean;
}

/** What a scan found. */
export interface ScanResult {
  policies: Policy[];
  tally: TallyCounts;
  offenders: OffenderCounts;
  /** The first malformed lines of each log object. */
  malformed: MalformedSample[];
  /** Log objects that were read, whole or in part. */
  objects: number;
  bytes: number;
  seconds: number;
  passedOver: number;
  /** What could not be read, or not to its end. */
  problems: Problem[];
  inventories: InventoryReport[];
  /** Files with the findings, one a line, in the order of the log objects; they are gone when the scan's caller returns. */
  findings: string[];
}

/** Told how far a scan is. */
export interface ScanProgress {
  /** What is being done now, and how many bytes there are to read in all. */
  step(what: string, bytes: number): void;
  read(bytes: number): void;
}

/**
 * Audits files and folders, and hands what was found to `use`. Rejects with a PolicyError, a StoreError, or the reason of
 * `signal`; what can't be read is among the result's problems.
 */
export async function scan<T>(
  request: ScanRequest,
  signal: AbortSignal,
  progress: ScanProgress,
  use: (result: ScanResult) => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const policies = openPolicies(request.policies);
  const { files, problems } = await findFiles(request.paths);
  const evidence = createEvidence(await openInventories(await findManifests(request.inventories)));
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const spoolDir = await mkdtemp(join(tmpdir(), "sealwatch-"));
  const options: RunOptions = { ...request, evidence: [], spoolDir };

  try {
    const inventories = request.inventories.length > 0 ? await gather(evidence, options) : [];
    options.evidence = inventories.flatMap(({ digest, problems }) => (digest && problems.length === 0 ? [digest] : []));
    const results = await run("judge", "auditing", options);
    const logs = results.map(({ log }) => log!);
    return await use({
      policies,
      tally: addUp(logs.map(({ tally }) => tally)),
      offenders: addUpOffenders(results.map(({ offenders }) => offenders!)),
      malformed: results.flatMap(({ malformed }) => malformed!),
      objects: logs.filter(({ sourceId, problem }) => sourceId !== null || problem === null).length,
      bytes: logs.reduce((sum, { bytes }) => sum + bytes, 0),
      seconds: (performance.now() - started) / 1000,
      passedOver: logs.reduce((sum, log) => sum + log.passedOver, 0),
      problems: [
        ...problems,
        ...logs.flatMap(({ name, problem }) => (problem === null ? [] : [{ name, message: problem }])),
        ...inventories.flatMap(({ manifest, problems }) => problems.map((message) => ({ name: manifest, message }))),
      ],
      inventories,
      findings: results.flatMap(({ findings }) => findings ?? []),
    });
  } finally {
    await rm(spoolDir, { recursive: true, force: true });
  }

  /** Reads the logs for what they need to be judged, and gets it. */
  async function gather(evidence: Evidence, options: RunOptions): Promise<InventoryReport[]> {
    for (const { asked } of await run("ask", "looking for open records", options)) evidence.add(asked!);
    if (evidence.wantsHalves()) {
      for (const { asked } of await run("halves", "looking for copy sources", options)) evidence.add(asked!);
    }
    progress.step("reading inventories", 0);
    return evidence.fetch();
  }

  function run(step: Task["step"], what: string, options: RunOptions) {
    progress.step(what, total);
    const tasks = files.map((file, index) => ({ step, index, file }));
    return runTasks(tasks, request.jobs, { options, snapshot: evidence.snapshot() }, signal, progress.read);
  }
}
