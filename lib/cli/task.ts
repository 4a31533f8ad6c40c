import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { askInto } from "../audit.ts";
import { type Asked, type EvidenceSnapshot, evidenceFrom } from "../evidence/create-evidence.ts";
import { jsonLine } from "../findings/json-line.ts";
import { keyExposure } from "../findings/key-exposure.ts";
import { auditLog, type LogAudit, type LogResult } from "../inputs/audit-log.ts";
import { type FileRef, fileInput } from "../inputs/files.ts";
import { readLog } from "../inputs/read-log.ts";
import { openPolicies } from "../policy/shipped.ts";
import { createOffenders, type OffenderCounts } from "../report/offenders.ts";
import { SOURCES } from "../sources/index.ts";
import type { Recipient } from "../sources/source.ts";
import { openFolderStore } from "../stores/folder.ts";

/** What a run is about, as plain data that can cross threads. */
export interface RunOptions {
  policies: readonly string[];
  /** Id of the log format; `null` to recognise it. */
  source: string | null;
  since?: number;
  until?: number;
  /** Folder of the store; `null` to keep nothing. */
  store: string | null;
  /** Digests of the evidence, for receipts. */
  evidence: readonly string[];
  /** A folder for what is on its way elsewhere. */
  spoolDir: string;
  /** Whether findings are to be spooled for the output. */
  wantsFindings: boolean;
}

/** One step of a run over one log object: ask what evidence is needed, look for copy halves, or judge. */
export interface Task {
  step: "ask" | "halves" | "judge";
  index: number;
  file: FileRef;
}

export interface TaskResult {
  index: number;
  /** Of the steps before judging. */
  asked?: Asked;
  /** Of judging. */
  log?: LogResult;
  offenders?: OffenderCounts;
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

/** Makes what carries out tasks, in this thread, with the evidence as far as it is known. */
export function createTasks(
  options: RunOptions,
  snapshot: EvidenceSnapshot,
  onBytes: (bytes: number) => void,
): (task: Task) => Promise<TaskResult> {
  const policies = openPolicies(options.policies);
  const source = SOURCES.find(({ id }) => id === options.source) ?? null;
  const range = {
    ...(options.since !== undefined && { since: options.since }),
    ...(options.until !== undefined && { until: options.until }),
  };
  const reading = { source, ...range, onBytes: (chunk: Buffer) => onBytes(chunk.length) };

  return ({ step, index, file }) => {
    switch (step) {
      case "ask":
        return ask(index, file);
      case "halves":
        return findHalves(index, file);
      case "judge":
        return judge(index, file);
    }
  };

  async function ask(index: number, file: FileRef): Promise<TaskResult> {
    const evidence = evidenceFrom(snapshot);
    await readLog(fileInput(file), () => askInto({ policies, resolvers: evidence.resolvers }), reading);
    return { index, asked: evidence.asked() };
  }

  async function findHalves(index: number, file: FileRef): Promise<TaskResult> {
    const evidence = evidenceFrom(snapshot);
    await readLog(fileInput(file), () => IGNORE, { ...reading, onCopyHalf: evidence.offerHalf });
    return { index, asked: evidence.asked() };
  }

  async function judge(index: number, file: FileRef): Promise<TaskResult> {
    const { resolvers } = evidenceFrom(snapshot);
    const offenders = createOffenders();
    const malformed: MalformedSample[] = [];
    const spool = options.wantsFindings ? openFindingsSpool(join(options.spoolDir, `${index}.findings`)) : null;
    const audit: LogAudit = {
      judge: { policies, resolvers },
      evidence: options.evidence,
      ...reading,
      ...(options.store !== null && {
        keep: { store: openFolderStore(options.store), spoolDir: options.spoolDir },
      }),
      onJudgement: (judgement) => offenders.add(judgement, keyExposure(judgement)),
      onMalformed: ({ line, reason }) => {
        if (malformed.length < SAMPLES) malformed.push({ name: file.path, line, reason });
      },
      ...(spool && { onFinding: (finding) => spool.add(jsonLine(finding)) }),
    };
    try {
      const log = await auditLog(fileInput(file), audit);
      return { index, log, offenders: offenders.counts(), malformed, ...(spool && { findings: spool.path }) };
    } finally {
      spool?.close();
    }
  }
}

const IGNORE: Recipient = { see: () => false, judge() {}, malformed() {} };

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
