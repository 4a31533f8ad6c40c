import { askInto } from "../audit.ts";
import { createEvidence, evidenceFrom } from "../evidence/create-evidence.ts";
import { openInventories } from "../evidence/inventory/inventories.ts";
import { jsonLine } from "../findings/json-line.ts";
import { auditLog } from "../inputs/audit-log.ts";
import { fileInput, findFiles, findManifests } from "../inputs/files.ts";
import type { Problem } from "../inputs/input.ts";
import { readLog } from "../inputs/read-log.ts";
import { openPolicies } from "../policy/shipped.ts";
import { explainMalformed, explainRecord } from "../report/explanation.ts";
import { SOURCES } from "../sources/index.ts";

export interface ExplainRequest {
  paths: readonly string[];
  policies: readonly string[];
  source: string | null;
  inventories: readonly string[];
  since?: number;
  until?: number;
}

/** Writes one JSON line for each record and malformed line, in the order of the input. Returns what could not be read. */
export async function explain(
  request: ExplainRequest,
  signal: AbortSignal,
  write: (line: string) => Promise<void> | void,
): Promise<Problem[]> {
  const policies = openPolicies(request.policies);
  const { files, problems } = await findFiles(request.paths);
  const evidence = createEvidence(await openInventories(await findManifests(request.inventories)));
  const { since, until } = request;
  const reading = {
    source: SOURCES.find(({ id }) => id === request.source) ?? null,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    onBytes: () => signal.throwIfAborted(),
  };

  if (request.inventories.length > 0) {
    const asking = askInto({ policies, resolvers: evidence.resolvers });
    for (const file of files) await readLog(fileInput(file), () => asking, reading);
    const ignore = { see: () => false, judge() {}, malformed() {} };
    for (const file of evidence.wantsHalves() ? files : []) {
      await readLog(fileInput(file), () => ignore, { ...reading, onCopyHalf: evidence.offerHalf });
    }
    for (const { manifest, problems: faults } of await evidence.fetch()) {
      problems.push(...faults.map((message) => ({ name: manifest, message })));
    }
  }

  const { resolvers } = evidenceFrom(evidence.snapshot());
  for (const file of files) {
    signal.throwIfAborted();
    const { name, problem } = await auditLog(fileInput(file), {
      judge: { policies, resolvers },
      evidence: [],
      ...reading,
      everyRecord: true,
      onJudgement: (judgement) => write(jsonLine(explainRecord(file.path, judgement))),
      onMalformed: (line) => write(jsonLine(explainMalformed(file.path, line))),
    });
    if (problem !== null) problems.push({ name, message: problem });
  }
  return problems;
}
