import type { SQSBatchResponse } from "aws-lambda";
import type { AlertFinding } from "../alerts/alertable.ts";
import { type Arrival, isSilent, readArrival } from "../alerts/arrival.ts";
import { tellArrivals, type WindowTelling } from "../alerts/window.ts";
import { arrivalWindow } from "../alerts/window-keys.ts";
import type { Severity } from "../policy/policy.ts";
import type { OpenedObject } from "../s3/open-object.ts";
import { BackToQueue } from "./pace.ts";
import { type LandedObject, unwrap } from "./unwrap.ts";
import { type Message, workThrough } from "./work-through.ts";

export interface LandedAlerts {
  /** `null` where there is no such object. */
  open(object: LandedObject): Promise<OpenedObject | null>;
  findingsBucket: string;
  threshold: Severity;
  /** Whether somebody has accepted the finding. */
  isExcepted(finding: AlertFinding): boolean;
  windowMs: number;
  telling: WindowTelling;
  /** ms until the call is ended. */
  remaining(): number;
  onIgnored(reason: string, object: LandedObject | null): void;
  onFailure(message: Message, error: unknown): void;
}

/** Findings objects that are read at once: a small one is mostly waited for. */
const AT_ONCE = 4;
/** Bytes. Bigger ones are read one after the other: at once they would share the processor, and might all be late. */
const BIG = 1 << 20;
/** In ms, kept free for telling people of what was read. */
const RESERVE = 90_000;

const FINDINGS = /^findings\/.+\.ndjson\.gz$/;

/** Tells people of the findings objects of a batch of messages. A message has failed unless all of it is kept and told. */
export async function alertLanded(messages: readonly Message[], alerts: LandedAlerts): Promise<SQSBatchResponse> {
  const arrived: { message: Message; window: number; arrival: Arrival }[] = [];
  const failed = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();
  function fail(message: Message, error: unknown): void {
    failed.add(message.messageId);
    alerts.onFailure(message, error);
  }

  async function read(message: Message): Promise<void> {
    const { landed, ignored } = unwrap(message.body);
    for (const reason of ignored) alerts.onIgnored(reason, null);
    for (const object of landed) {
      const arrival = await arrivalInTurn(object);
      if (arrival === null || isSilent(arrival)) continue;
      const window = arrivalWindow(object.time, alerts.telling.now(), alerts.windowMs);
      arrived.push({ message, window, arrival });
    }
  }

  function arrivalInTurn(object: LandedObject): Promise<Arrival | null> {
    if ((object.size ?? 0) <= BIG) return arrivalOf(object, alerts);
    const mine = turn.then(() => arrivalOf(object, alerts));
    turn = mine.catch(() => {});
    return mine;
  }

  const { batchItemFailures } = await workThrough(messages, { atOnce: AT_ONCE, work: read, onFailure: fail });
  for (const { itemIdentifier } of batchItemFailures) failed.add(itemIdentifier);
  for (const [window, together] of Map.groupBy(arrived, ({ window }) => window)) {
    const arrivals = together.map(({ arrival }) => arrival);
    await tellArrivals(window, arrivals, alerts.telling).catch((error) => {
      for (const { message } of together) fail(message, error);
    });
  }
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

async function arrivalOf(object: LandedObject, alerts: LandedAlerts): Promise<Arrival | null> {
  const { bucket, key, etag } = object;
  if (bucket !== alerts.findingsBucket || !FINDINGS.test(key)) {
    alerts.onIgnored("it is no findings object", object);
    return null;
  }
  throwIfLate();
  const opened = await alerts.open(object);
  if (opened === null) {
    // Only an audit under other policies that finds nothing removes it.
    alerts.onIgnored("it was removed: a later audit found nothing", object);
    return null;
  }
  return readArrival(key, inTime(opened.chunks), {
    threshold: alerts.threshold,
    isExcepted: alerts.isExcepted,
    isUnchanged: etag === opened.etag,
  });

  async function* inTime(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      throwIfLate();
      yield chunk;
    }
  }

  function throwIfLate(): void {
    if (alerts.remaining() < RESERVE) throw new BackToQueue("not read in the time that is left; back to the queue");
  }
}
