import type { Alert } from "../../lib/alerts/alert.ts";
import { countOf, groupKey } from "../../lib/alerts/alert-group.ts";
import { closeWindows, type Listed, type WindowTelling } from "../../lib/alerts/window.ts";
import { alertLanded } from "../../lib/events/alert-landed.ts";
import { auditLanded } from "../../lib/events/audit-landed.ts";
import { createPace } from "../../lib/events/pace.ts";
import type { LandedObject } from "../../lib/events/unwrap.ts";
import { reaudit } from "../../lib/gaps/reaudit.ts";
import type { ObjectRef } from "../../lib/inputs/bucket.ts";
import type { LogInput } from "../../lib/inputs/input.ts";
import type { Measure } from "../../lib/metrics/audit-measures.ts";
import type { Policy } from "../../lib/policy/policy.ts";
import type { OpenedObject } from "../../lib/s3/open-object.ts";
import type { Store } from "../../lib/stores/store.ts";
import { type Chaos, faultyInput, faultyStore, type Invocation, invocation, note } from "./chaos.ts";
import { createQueue, type Queue, type QueuedMessage } from "./queue.ts";
import { created, failures } from "./recorded.ts";

export const LOG_BUCKET = "my-logs";
export const FINDINGS_BUCKET = "findings-bucket";
export const WINDOW_MS = 3_600_000;
const DAY = 24 * WINDOW_MS;
/** ms that a call has left. */
const ENOUGH = 300_000;

/** The storage that a service works on. */
export interface Storage {
  inputOf(object: LandedObject): Promise<LogInput>;
  store: Store;
  list(prefix: string, startAfter?: string): AsyncIterable<Listed>;
  openFindings(key: string): Promise<OpenedObject | null>;
}

/** What people were told of one group. */
export interface Told {
  /** Kind, id and group as text; the window is part of the id. */
  name: string;
  count: number;
}

/** Both functions on one storage, with queues and a clock of their own. */
export interface Service {
  clock: { now: number };
  /** In force for the calls that begin from now on. */
  policies: readonly Policy[];
  logEvents: Queue;
  findingsEvents: Queue;
  /** What CloudWatch has heard. */
  measures: Measure[];
  told: Told[];
  /** A log object has landed. */
  landed(key: string): void;
  /** A findings object was written. */
  found(key: string): void;
  audit(chaos: Chaos): Promise<void>;
  /** Queues those of the log objects that have no receipt under the policies in force. */
  reaudit(objects: readonly ObjectRef[]): Promise<void>;
  alert(chaos: Chaos): Promise<void>;
  close(chaos: Chaos): Promise<void>;
}

export function createService(
  storage: Storage,
  spoolDir: string,
  clock: { now: number },
  policies: readonly Policy[],
): Service {
  const pace = createPace(() => clock.now);
  const eventOf = (bucket: string, key: string) =>
    JSON.stringify(created(bucket, key, { time: new Date(clock.now).toISOString() }));

  function tellingOf(run: Invocation): WindowTelling {
    return {
      store: faultyStore(storage.store, run),
      async *list(prefix, startAfter) {
        yield* await run.step("list", async () => {
          const listed: Listed[] = [];
          for await (const each of storage.list(prefix, startAfter)) listed.push(each);
          return listed;
        });
      },
      publish: (alert) =>
        run.step("publish", async () => {
          service.told.push({ name: nameOf(alert), count: countOf(alert.group) });
        }),
      now: () => clock.now,
    };
  }

  const service: Service = {
    clock,
    policies,
    logEvents: createQueue(),
    findingsEvents: createQueue(),
    measures: [],
    told: [],
    landed: (key) => service.logEvents.send(eventOf(LOG_BUCKET, key)),
    found: (key) => service.findingsEvents.send(eventOf(FINDINGS_BUCKET, key)),

    async audit(chaos) {
      const run = invocation(chaos);
      const batch = service.logEvents.receive(chaos);
      const measures: Measure[] = [];
      const response = await auditLanded(batch, {
        inputOf: (object) => run.step("head", async () => faultyInput(await storage.inputOf(object), run)),
        store: faultyStore(storage.store, run),
        spoolDir,
        isLogBucket: (bucket) => bucket === LOG_BUCKET,
        findingsBucket: FINDINGS_BUCKET,
        isOther: () => false,
        policies: service.policies,
        pace: pace.call(() => ENOUGH),
        now: () => clock.now,
        onMeasures: (more) => measures.push(...more),
        onAudited() {},
        onIgnored() {},
        onFailure() {},
      });
      if (!run.crashed) service.measures.push(...measures);
      service.logEvents.settle(batch, doneOf(batch, response, run, chaos));
    },

    async reaudit(objects) {
      async function* list(): AsyncGenerator<ObjectRef> {
        yield* objects;
      }
      const queue = { add: async ({ key }: ObjectRef) => service.landed(key), end: async () => {} };
      const { store } = storage;
      const range = { from: clock.now - DAY, to: clock.now };
      const { policies } = service;
      await reaudit(range, { buckets: [LOG_BUCKET], store, policies, list, queue, mayGoOn: () => true });
    },

    async alert(chaos) {
      const run = invocation(chaos);
      const batch = service.findingsEvents.receive(chaos);
      const response = await alertLanded(batch, {
        open: ({ key }) => run.step("get", () => storage.openFindings(key)),
        findingsBucket: FINDINGS_BUCKET,
        threshold: "low",
        isExcepted: () => false,
        windowMs: WINDOW_MS,
        telling: tellingOf(run),
        remaining: () => ENOUGH,
        onIgnored() {},
        onFailure() {},
      });
      service.findingsEvents.settle(batch, doneOf(batch, response, run, chaos));
    },

    async close(chaos) {
      const run = invocation(chaos);
      await closeWindows(WINDOW_MS, tellingOf(run), () => true).catch(() => {});
    },
  };
  return service;
}

export function nameOf({ kind, id, group }: Pick<Alert, "kind" | "id" | "group">): string {
  return `${kind} ${id} ${groupKey(group.of, null)}`;
}

/** The messages that are done: none if the invocation crashed, or its answer was lost. */
function doneOf(batch: readonly QueuedMessage[], response: unknown, run: Invocation, chaos: Chaos): Set<string> {
  if (run.crashed) return new Set();
  const fault = chaos.faultAt("answer");
  if (fault !== null) {
    note(chaos, `answer: ${fault}`);
    return new Set();
  }
  const failed = new Set(failures(response));
  return new Set(batch.map(({ messageId }) => messageId).filter((id) => !failed.has(id)));
}
