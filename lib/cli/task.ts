import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { askInto, openInto } from "../audit.ts";
import { type Asked, type EvidenceSnapshot, evidenceFrom } from "../evidence/create-evidence.ts";
import { createExceptedCounter, type ExceptedCounts } from "../exceptions/count.ts";
import type { Exception } from "../exceptions/exception.ts";
import { exceptedInStore } from "../exceptions/in-store.ts";
import { suppressed } from "../exceptions/suppressed.ts";
import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import { jsonLine } from "../findings/json-line.ts";
import { keyExposure } from "../findings/key-exposure.ts";
import { auditLog, type LogAudit, type LogResult } from "../inputs/audit-log.ts";
import type { LogInput } from "../inputs/input.ts";
import { readLog } from "../inputs/read-log.ts";
import { openPolicies } from "../policy/shipped.ts";
import { type Advice, createAdvice } from "../report/advice.ts";
import { createOffenders, type OffenderCounts } from "../report/offenders.ts";
import type { S3Options } from "../s3/client.ts";
import { SOURCES } from "../sources/index.ts";
import { priorAudit, readReceipt } from "../stores/prior-audit.ts";
import type { Receipt } from "../stores/receipt.ts";
import { type InputRef, openPlaces } from "./places.ts";

/** What a run is about, as plain data that can cross threads. */
export interface RunOptions {
  policies: readonly string[];
  /** Id of the log format; `null` to recognise it. */
  source: string | null;
  since?: number;
  until?: number;
  /** How to reach object storage; `null` where it is not needed. */
  s3: S3Options | null;
  /** Folder or `s3://` URI of the store; `null` to keep nothing. */
  store: string | null;
  /** Digests of the evidence, for receipts. */
  evidence: readonly string[];
  /** A folder for what is on its way elsewhere. */
  spoolDir: string;
  /** `null` where none were given. */
  exceptions: readonly Exception[] | null;
  /** Whether findings are to be spooled for the output. */
  wantsFindings: boolean;
}

/**
 * One step of a run over one log object: look for its receipt, ask what evidence is needed, look for records that others need, ask
 * what only the store itself can tell, or judge.
 */
export interface Task {
  step: "receipt" | "ask" | "related" | "live" | "judge";
  index: number;
  ref: InputRef;
}

export interface TaskResult {
  index: number;
  /** Of looking for a receipt: of an audit that need not be made again. */
  receipt?: Receipt | null;
  /** Of judging, and of a receipt that was found: what the exceptions cover, where some were given. */
  excepted?: ExceptedCounts;
  /** Of the steps before judging. */
  asked?: Asked;
  /** Of judging. */
  log?: LogResult;
  offenders?: OffenderCounts;
  advice?: Advice[];
  malformed?: MalformedSample[];
  /** File with the object's findings, one a line. */
  findings?: string;
}

/** One of the first malformed lines of a log object. */
export interface MalformedSample {
  name: string;
  line: number;
  reason: string;
}

/** Samples kept of each log object. */
const SAMPLES = 3;
/** Findings are written to the spool in pieces of this many characters. */
const PIECE = 1 << 16;

/** Makes what carries out tasks, in this thread, with the evidence as far as it is known. `signal` ends their requests. */
export async function createTasks(
  options: RunOptions,
  snapshot: EvidenceSnapshot,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<(task: Task) => Promise<TaskResult>> {
  const places = await openPlaces(options.s3, signal);
  const store = options.store === null ? null : places.store(options.store);
  const policies = openPolicies(options.policies);
  const source = SOURCES.find(({ id }) => id === options.source) ?? null;
  const range = {
    ...(options.since !== undefined && { since: options.since }),
    ...(options.until !== undefined && { until: options.until }),
  };
  const known = evidenceFrom(snapshot);
  const reading = { source, ...range, onBytes: (chunk: Buffer) => onBytes(chunk.length) };

  return ({ step, index, ref }) => {
    const input = places.input(ref);
    switch (step) {
      case "receipt":
        return findReceipt(index, input);
      case "ask":
        return ask(index, input);
      case "related":
        return findRelated(index, input);
      case "live":
        return askLive(index, input);
      case "judge":
        return judge(index, input);
    }
  };

  async function findReceipt(index: number, input: LogInput): Promise<TaskResult> {
    const { bucket, key, lastModified } = input;
    const object = { bucket, key, etag: await input.etag(), lastModified };
    const terms = { policies, evidence: options.evidence, sourceId: options.source };
    const receipt = store && priorAudit(await readReceipt(store, object), terms);
    if (!receipt || !options.exceptions) return { index, receipt };
    return { index, receipt, excepted: await exceptedInStore(store!, object, receipt, options.exceptions) };
  }

  async function ask(index: number, input: LogInput): Promise<TaskResult> {
    const evidence = evidenceFrom(snapshot);
    await readLog(input, ({ id }) => askInto({ policies, resolvers: evidence.on(id).resolvers }), reading);
    return { index, asked: evidence.asked() };
  }

  async function findRelated(index: number, input: LogInput): Promise<TaskResult> {
    const finder = known.finder();
    await readLog(input, ({ id }) => finder.twinTaker(id), { ...reading, onCopyHalf: finder.offerHalf });
    return { index, asked: finder.found() };
  }

  async function askLive(index: number, input: LogInput): Promise<TaskResult> {
    const asker = known.liveAsker();
    await readLog(input, ({ id }) => openInto({ policies, resolvers: known.on(id).cheap }, asker.ask), reading);
    return { index, asked: asker.asked() };
  }

  async function judge(index: number, input: LogInput): Promise<TaskResult> {
    const offenders = createOffenders();
    const advice = createAdvice();
    const malformed: MalformedSample[] = [];
    const excepted = options.exceptions && createExceptedCounter(options.exceptions);
    const spool = options.wantsFindings ? openFindingsSpool(join(options.spoolDir, `${index}.findings`)) : null;
    const audit: LogAudit = {
      judge: { policies, resolvers: known.resolvers },
      evidenceOn: known.on,
      evidence: options.evidence,
      ...reading,
      ...(store && { keep: { store, spoolDir: options.spoolDir } }),
      onJudgement(judgement, { sourceId }) {
        offenders.add(judgement, keyExposure(judgement));
        advice.add(judgement, sourceId);
      },
      onMalformed: ({ line, reason }) => {
        if (malformed.length < SAMPLES) malformed.push({ name: input.name, line, reason });
      },
      ...((spool || excepted) && { onFinding }),
    };
    function onFinding(finding: ComplianceFinding): void {
      const exceptions = excepted?.add(finding);
      spool?.add(jsonLine(exceptions ? suppressed(finding, exceptions) : finding));
    }
    try {
      const log = await auditLog(input, audit);
      const counts = {
        offenders: offenders.counts(),
        advice: advice.counts(),
        ...(excepted && { excepted: excepted.counts() }),
      };
      return { index, log, ...counts, malformed, ...(spool && { findings: spool.path }) };
    } finally {
      spool?.close();
    }
  }
}

interface FindingsSpool {
  readonly path: string;
  add(line: string): void;
  close(): void;
}

function openFindingsSpool(path: string): FindingsSpool {
  const file = openSync(path, "w");
  let piece = "";
  const flush = () => {
    writeSync(file, piece);
    piece = "";
  };
  return {
    path,
    add(line) {
      piece += `${line}\n`;
      if (piece.length >= PIECE) flush();
    },
    close() {
      flush();
      closeSync(file);
    },
  };
}
