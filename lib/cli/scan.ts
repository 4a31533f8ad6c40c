import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEvidence } from "../evidence/create-evidence.ts";
import { gather, type Passes } from "../evidence/gather.ts";
import { type InventoryReport, openInventories } from "../evidence/inventory/inventories.ts";
import { ASKED_LIVE, type LiveReport } from "../evidence/live/live.ts";
import type { DefaultEncryption } from "../evidence/stated.ts";
import { addUpExcepted, type ExceptedCounts } from "../exceptions/count.ts";
import type { Exception } from "../exceptions/exception.ts";
import { loadExceptions } from "../exceptions/load.ts";
import { findManifests } from "../inputs/files.ts";
import { holdTwins } from "../inputs/hold-twins.ts";
import type { Problem } from "../inputs/input.ts";
import type { Policy } from "../policy/policy.ts";
import { openPolicies, readTable } from "../policy/shipped.ts";
import { type Advice, addUpAdvice } from "../report/advice.ts";
import { addUpOffenders, type OffenderCounts } from "../report/offenders.ts";
import type { S3Options } from "../s3/client.ts";
import { isS3Uri } from "../s3/place.ts";
import { addUp, type TallyCounts } from "../tally.ts";
import { liveProblems, openLive } from "./live.ts";
import { type InputRef, isObject, openPlaces } from "./places.ts";
import { runTasks } from "./pool.ts";
import { addUpReceipts, type SkippedCounts } from "./skipped.ts";
import type { MalformedSample, RunOptions, Task, TaskResult } from "./task.ts";

export interface ScanRequest {
  paths: readonly string[];
  policies: readonly string[];
  source: string | null;
  inventories: readonly string[];
  defaultEncryption: DefaultEncryption | null;
  /** The most objects that the store may be asked about; `null` not to ask it. */
  liveBudget: number | null;
  /** Path of a table; `null` where there are no exceptions. */
  exceptions: string | null;
  since?: number;
  until?: number;
  store: string | null;
  /** How to reach object storage, where an `s3://` URI is given or the store may be asked. */
  s3: S3Options;
  jobs: number;
  wantsFindings: boolean;
}

/** What a scan found. */
export interface ScanResult {
  policies: Policy[];
  tally: TallyCounts;
  offenders: OffenderCounts;
  /** How to get the evidence that is missing. */
  advice: Advice[];
  /** The first malformed lines of each log object. */
  malformed: MalformedSample[];
  /** Log objects that were read, whole or in part. */
  objects: number;
  bytes: number;
  seconds: number;
  passedOver: number;
  /** CloudTrail digests that were left out. */
  digests: number;
  /** Log objects that were not read, because the store holds their receipts, and what those say. */
  skipped: SkippedCounts;
  /** What the exceptions cover, also of what was skipped; `null` where none were given. */
  excepted: Excepted | null;
  /** What could not be read, or not to its end. */
  problems: Problem[];
  inventories: InventoryReport[];
  /** `null` where the store was not to be asked. */
  live: LiveReport | null;
  /** Files with the findings, one a line, in the order of the log objects; they are gone when the scan's caller returns. */
  findings: string[];
}

export interface Excepted {
  exceptions: readonly Exception[];
  counts: ExceptedCounts;
}

/** Told how far a scan is. */
export interface ScanProgress {
  /** What is being done now, and how many bytes there are to read in all. */
  step(what: string, bytes: number): void;
  read(bytes: number): void;
}

/**
 * Audits files, folders and prefixes of buckets, and hands what was found to `use`. Objects of a bucket whose receipts are in
 * the store, of an audit on the same terms, are skipped: a scan that was stopped goes on where it was. Rejects with a
 * PolicyError, a StoreError, or the reason of `signal`; what can't be read is among the result's problems.
 */
export async function scan<T>(
  request: ScanRequest,
  signal: AbortSignal,
  progress: ScanProgress,
  use: (result: ScanResult) => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const policies = openPolicies(request.policies);
  const exceptions =
    request.exceptions === null
      ? null
      : loadExceptions(readTable(request.exceptions, request.exceptions), request.exceptions);
  const s3 = [...request.paths, ...request.inventories, request.store ?? ""].some(isS3Uri) ? request.s3 : null;
  const places = await openPlaces(s3, signal);
  if (s3) progress.step("listing log objects", 0);
  const { inputs, problems } = await places.find(request.paths, request.store);
  const opened = await openInventories(await findManifests(request.inventories), places.inventory);
  // Logs that are all read as one format hold no twins.
  const joins = request.source === null && holdTwins(inputs);
  const live = request.liveBudget === null ? null : await openLive(request.s3, request.liveBudget, signal);
  const evidence = createEvidence(opened, request.defaultEncryption, joins, live);
  const spoolDir = await mkdtemp(join(tmpdir(), "sealwatch-"));
  const options: RunOptions = { ...request, s3, evidence: [], spoolDir, exceptions };

  try {
    const stated = request.defaultEncryption === null ? [] : [`default-encryption=${request.defaultEncryption}`];
    const terms = [...stated, ...(live === null ? [] : [ASKED_LIVE])];
    // Asked for nothing, inventories read nothing more, and say what they are.
    options.evidence = [...usable((await opened.fetch(new Map())).reports), ...terms];
    const audited = await findAudited();
    const unread = inputs.filter((ref) => !audited.has(ref));
    const { inventories, live: asked } = await gather(evidence, passesOver(unread), {
      inventories: request.inventories.length > 0,
      joins,
      live: live !== null,
    });
    // That the store was asked is written by whoever knows what it answered about the log object.
    options.evidence = [...usable(inventories), ...stated];
    const results = await run("judge", "auditing", unread);
    const logs = results.map(({ log }) => log!);
    return await use({
      policies,
      tally: addUp(logs.map(({ tally }) => tally)),
      offenders: addUpOffenders(results.map(({ offenders }) => offenders!)),
      advice: addUpAdvice(results.map(({ advice }) => advice!)),
      malformed: results.flatMap(({ malformed }) => malformed!),
      objects: logs.filter(({ sourceId, isDigest, problem }) => sourceId !== null || (!isDigest && problem === null))
        .length,
      bytes: logs.reduce((sum, { bytes }) => sum + bytes, 0),
      seconds: (performance.now() - started) / 1000,
      passedOver: logs.reduce((sum, log) => sum + log.passedOver, 0),
      digests: logs.filter(({ isDigest }) => isDigest).length,
      skipped: addUpReceipts([...audited.values()].map(({ receipt }) => receipt!)),
      excepted: exceptions && {
        exceptions,
        counts: addUpExcepted(
          [...audited.values(), ...results].map(({ excepted }) => excepted!),
          exceptions,
        ),
      },
      problems: [
        ...problems,
        ...logs.flatMap(({ name, problem }) => (problem === null ? [] : [{ name, message: problem }])),
        ...inventories.flatMap(({ manifest, problems }) => problems.map((message) => ({ name: manifest, message }))),
        ...liveProblems(asked),
      ],
      inventories,
      live: asked,
      findings: results.flatMap(({ findings }) => findings ?? []),
    });
  } finally {
    await rm(spoolDir, { recursive: true, force: true });
  }

  /** The ETag of a file is not known before it is read, so files are always read. */
  async function findAudited(): Promise<Map<InputRef, TaskResult>> {
    const objects = request.store === null ? [] : inputs.filter(isObject);
    if (objects.length === 0) return new Map();
    const found = await run("receipt", "looking for receipts", objects);
    return new Map(found.flatMap((result) => (result.receipt ? [[objects[result.index]!, result] as const] : [])));
  }

  function passesOver(unread: readonly InputRef[]): Passes {
    const pass = (step: Task["step"], what: string, refs: readonly InputRef[]) => async () => {
      for (const { asked } of await run(step, what, refs)) evidence.add(asked!);
    };
    return {
      ask: pass("ask", "looking for open records", unread),
      // A skipped object may hold what another one's records need.
      findRelated: pass("related", "looking for related records", inputs),
      askLive: pass("live", "looking for what is still open", unread),
      step: (what) => progress.step(what, 0),
    };
  }

  function run(step: Task["step"], what: string, refs: readonly InputRef[]) {
    progress.step(what, step === "receipt" ? 0 : refs.reduce((sum, { size }) => sum + size, 0));
    const tasks = refs.map((ref, index) => ({ step, index, ref }));
    // A receipt is waited for, not worked on: no thread is worth its start.
    const jobs = step === "receipt" ? 1 : request.jobs;
    return runTasks(tasks, jobs, { options, snapshot: evidence.snapshot() }, signal, progress.read);
  }
}

/** Digests of the inventories that were read without a fault. */
function usable(reports: readonly InventoryReport[]): string[] {
  return reports.flatMap(({ digest, problems }) => (digest && problems.length === 0 ? [digest] : []));
}
