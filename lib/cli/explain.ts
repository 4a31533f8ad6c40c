import { askInto, openInto } from "../audit.ts";
import { createEvidence, evidenceFrom } from "../evidence/create-evidence.ts";
import { gather } from "../evidence/gather.ts";
import { openInventories } from "../evidence/inventory/inventories.ts";
import type { LiveReport } from "../evidence/live/live.ts";
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
import type { ReaderOptions, Recipient, Source } from "../sources/source.ts";
import { liveProblems, openLive } from "./live.ts";
import { openPlaces } from "./places.ts";

export interface ExplainRequest {
  paths: readonly string[];
  policies: readonly string[];
  source: string | null;
  inventories: readonly string[];
  defaultEncryption: DefaultEncryption | null;
  /** The most objects that the store may be asked about; `null` not to ask it. */
  liveBudget: number | null;
  /** How to reach object storage, where an `s3://` URI is given or the store may be asked. */
  s3: S3Options;
  since?: number;
  until?: number;
}

/**
 * Writes one JSON line for each record and malformed line, in the order of the input. Returns what could not be read, and what
 * became of asking the store.
 */
export async function explain(
  request: ExplainRequest,
  signal: AbortSignal,
  write: (line: string) => Promise<void> | void,
): Promise<{ problems: Problem[]; live: LiveReport | null }> {
  const policies = openPolicies(request.policies);
  const places = await openPlaces([...request.paths, ...request.inventories].some(isS3Uri) ? request.s3 : null, signal);
  const { inputs: refs, problems } = await places.find(request.paths, null);
  const inputs = refs.map(places.input);
  const inventories = await openInventories(await findManifests(request.inventories), places.inventory);
  const joins = request.source === null && holdTwins(refs);
  const live = request.liveBudget === null ? null : await openLive(request.s3, request.liveBudget, signal);
  const evidence = createEvidence(inventories, request.defaultEncryption, joins, live);
  const { since, until } = request;
  const reading = {
    source: SOURCES.find(({ id }) => id === request.source) ?? null,
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    onBytes: () => signal.throwIfAborted(),
  };

  const gathered = await gather(
    evidence,
    {
      ask: () => readAll(({ id }) => askInto({ policies, resolvers: evidence.on(id).resolvers, everyRecord: true })),
      findRelated: () => readAll(({ id }) => evidence.twinTaker(id), { onCopyHalf: evidence.offerHalf }),
      async askLive() {
        const asker = evidence.liveAsker();
        await readAll(({ id }) => openInto({ policies, resolvers: evidence.on(id).cheap }, asker.ask));
        evidence.add(asker.asked());
      },
    },
    { inventories: request.inventories.length > 0, joins, live: live !== null },
  );
  for (const { manifest, problems: faults } of gathered.inventories) {
    problems.push(...faults.map((message) => ({ name: manifest, message })));
  }
  problems.push(...liveProblems(gathered.live));

  const known = evidenceFrom(evidence.snapshot());
  for (const input of inputs) {
    signal.throwIfAborted();
    const { name, problem } = await auditLog(input, {
      judge: { policies, resolvers: known.resolvers, everyRecord: true },
      evidenceOn: known.on,
      evidence: [],
      ...reading,
      onJudgement: (judgement) => write(jsonLine(explainRecord(input.name, judgement))),
      onMalformed: (line) => write(jsonLine(explainMalformed(input.name, line))),
    });
    if (problem !== null) problems.push({ name, message: problem });
  }
  return { problems, live: gathered.live };

  async function readAll(recipientFor: (source: Source) => Recipient, more: ReaderOptions = {}): Promise<void> {
    for (const input of inputs) await readLog(input, recipientFor, { ...reading, ...more });
  }
}
