import { createHash } from "node:crypto";
import { auditInto, type Judge, type Judgement } from "../audit.ts";
import type { ObjectEvidence } from "../evidence/create-evidence.ts";
import { createHeldCopies } from "../evidence/held-copies.ts";
import type { ComplianceFinding } from "../findings/compliance-finding.ts";
import { findingsOf } from "../findings/ocsf.ts";
import type { Malformed } from "../record.ts";
import type { LogObject } from "../stores/log-object.ts";
import { type Committed, type ObjectAudit, openObjectAudit } from "../stores/object-audit.ts";
import type { Store } from "../stores/store.ts";
import { createTally, type TallyCounts, totals } from "../tally.ts";
import type { LogInput } from "./input.ts";
import { type ReadOptions, type ReadResult, readLog } from "./read-log.ts";

export interface LogAudit extends Pick<ReadOptions, "source" | "since" | "until"> {
  judge: Judge;
  /** Resolvers in place of the judge's, once the format is known. */
  evidenceOn?: (sourceId: string) => ObjectEvidence;
  /** Digests of the evidence at hand, for the receipt. */
  evidence: readonly string[];
  /**
   * Where to keep findings, quarantine and receipt, and a folder for what is on its way there. `isNew`: there was no receipt
   * a moment ago.
   */
  keep?: { store: Store; spoolDir: string; isNew?: boolean };
  onJudgement?: (judgement: Judgement, object: LogObject) => void;
  onFinding?: (finding: ComplianceFinding) => void;
  onMalformed?: (line: Malformed, object: LogObject) => void;
  onBytes?: (chunk: Buffer) => void;
}

/** What became of one log object; plain data. */
export interface LogResult {
  name: string;
  /** `null` where the object is empty or of no known format. */
  sourceId: string | null;
  /** As stored, and read. */
  bytes: number;
  passedOver: number;
  /** As of {@link ReadResult}. */
  lastTime: number | null;
  isDigest: boolean;
  tally: TallyCounts;
  /** `null` where nothing was to be kept, or the object could not be read to its end. */
  kept: Committed | null;
  problem: string | null;
}

/** Audits one log object from its first byte to its receipt. Rejects where the store fails; a failing input is a `problem`. */
export async function auditLog(input: LogInput, audit: LogAudit): Promise<LogResult> {
  const { keep } = audit;
  const etag = keep ? await input.etag() : "";
  const tally = createTally();
  const sha256 = keep && createHash("sha256");
  let bytes = 0;
  let kept: ObjectAudit | undefined;
  let evidence: ObjectEvidence | undefined;
  let object: LogObject | undefined;
  const copies = createHeldCopies();

  function tellFindings(judgement: Judgement): void {
    for (const finding of findingsOf(judgement, object!)) {
      kept?.finding(finding);
      audit.onFinding?.(finding);
    }
  }

  function start(sourceId: string): LogObject {
    const { bucket, key, lastModified } = input;
    object = { bucket, key, etag, lastModified, sourceId };
    kept = keep && openObjectAudit(keep.store, object, keep.spoolDir, keep.isNew);
    return object;
  }

  try {
    const { source, passedOver, lastTime, isDigest, problem } = await readLog(
      input,
      ({ id }) => {
        const started = start(id);
        evidence = audit.evidenceOn?.(id);
        return auditInto(tally, {
          ...audit.judge,
          ...(evidence && { resolvers: evidence.resolvers }),
          onJudgement(judgement) {
            audit.onJudgement?.(judgement, started);
            if (!kept && !audit.onFinding) return;
            if (!copies.hold(judgement)) tellFindings(judgement);
          },
          onMalformed(line) {
            audit.onMalformed?.(line, started);
            kept?.malformed(line);
          },
        });
      },
      {
        ...audit,
        onCopyHalf: copies.offerHalf,
        onBytes(chunk) {
          bytes += chunk.length;
          sha256?.update(chunk);
          audit.onBytes?.(chunk);
        },
      },
    );
    for (const judgement of copies.release()) tellFindings(judgement);
    const counts = tally.counts();
    const result = {
      name: input.name,
      sourceId: source?.id ?? null,
      bytes,
      passedOver,
      lastTime,
      isDigest,
      tally: counts,
      problem,
    };
    if (!sha256 || problem !== null) return { ...result, kept: null };
    if (!kept) start("none");
    const facts = {
      size: bytes,
      sha256: sha256.digest("hex"),
      totals: totals(counts, audit.judge.policies),
      evidence: [...audit.evidence, ...(evidence?.digests() ?? [])],
    };
    return { ...result, kept: await kept!.commit(facts) };
  } finally {
    kept?.abort();
  }
}
