import { askInto } from "../audit.ts";
import { createEvidence, evidenceFrom } from "../evidence/create-evidence.ts";
import { openInventories } from "../evidence/inventory/inventories.ts";
import type { DefaultEncryption } from "../evidence/stated.ts";
import { jsonLine } from "../findings/json-line.ts";
import { auditLog } from "../inputs/audit-log.ts";
import { findManifests } from "../inputs/files.ts";
import { holdTwins } from "../inputs/hold-twins.ts";
import type { Problem } from "../inputs/input.ts";
import { readLog } from "../inputs/read-log.ts";
import { openPolicies } from "../policy/shipped.ts";
import { explainMalformed, explainRecord } from "../report/explanation.ts";
import type { S3Options } from "../s3/client.ts";
import { isS3Uri } from "../s3/place.ts";
import { SOURCES } from "../sources/index.ts";
import { openPlaces } from "./places.ts";

export interface ExplainRequest {
  paths: readonly string[];
  policies: readonly string[];
  source: string | null;
  inventories: readonly string[];
  defaultEncryption: DefaultEncryption | null;
  /** How to reach object storage, where an `s3://` URI is given. */
  s3: S3Options;
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
  const places = await openPlaces([...request.paths, ...request.inventories].some(isS3Uri) ? request.s3 : null, signal);
  const { inputs: refs, problems } = await places.find(request.paths, null);
  const inputs = refs.map(places.input);
  const inventories = await openInventories(await findManifests(request.inventories), places.inventory);
  const joins = request.source === null && holdTwins(refs);
  const evidence = createEvidence(inventories, request.defaultEncryption, joins);
  const { since, until } = request;
  const reading = {
    source: SOURCES.find(({ id }) => id === request.source) ?? null,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    onBytes: () => signal.throwIfAborted(),
  };

  if (request.inventories.length > 0 || joins) {
    for (const input of inputs) {
      await readLog(input, ({ id }) => askInto({ policies, resolvers: evidence.on(id).resolvers }), reading);
    }
    for (const input of evidence.wantsRelated() ? inputs : []) {
      await readLog(input, ({ id }) => evidence.twinTaker(id), { ...reading, onCopyHalf: evidence.offerHalf });
    }
    for (const { manifest, problems: faults } of await evidence.fetch()) {
      problems.push(...faults.map((message) => ({ name: manifest, message })));
    }
  }

  const known = evidenceFrom(evidence.snapshot());
  for (const input of inputs) {
    signal.throwIfAborted();
    const { name, problem } = await auditLog(input, {
      judge: { policies, resolvers: known.resolvers },
      evidenceOn: known.on,
      evidence: [],
      ...reading,
      everyRecord: true,
      onJudgement: (judgement) => write(jsonLine(explainRecord(input.name, judgement))),
      onMalformed: (line) => write(jsonLine(explainMalformed(input.name, line))),
    });
    if (problem !== null) problems.push({ name, message: problem });
  }
  return problems;
}
