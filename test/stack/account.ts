import type { Called } from "../functions/called.ts";
import { created, failures, sqsEvent } from "../functions/recorded.ts";
import { runSettlement } from "../functions/settlement-machine.ts";
import type { PackagedService } from "../infra/package-service.ts";
import { asList, at, type Json } from "../infra/template.ts";
import { startS3 } from "../support/s3-server.ts";
import { startSns } from "../support/sns-server.ts";
import { type SqsServer, startSqs } from "../support/sqs-server.ts";
import type { Authority } from "./authority.ts";
import { settingsOf } from "./bucket-settings.ts";
import { openContainers } from "./containers.ts";
import { byArn, type Deployed, deployed, type Stack } from "./deploy.ts";
import { eventMatches } from "./event-pattern.ts";
import { guard, keysOf, type Servers } from "./guards.ts";
import { s3Needs } from "./requests.ts";

/** What a function made of a batch of messages. */
export interface Worked extends Called {
  /** Its logical id. */
  lambda: string;
  /** The bodies of messages that are not done. */
  failed: string[];
}

/** A stack at work, on servers on loopback: every request is decided by its policies. */
export interface Account extends Servers {
  /** What no target was allowed to take. */
  undelivered: Json[];
  /** When what happens does: the time of events; a test sets it. */
  clock: () => string;
  /** From now on it is this one that decides. */
  obey(authority: Authority): void;
  /** Something happened: rules that match hand it on. Gives their logical ids. */
  emit(event: unknown): Promise<string[]>;
  /** Works off all queues, or this one: each message once. */
  work(queue?: string): Promise<Worked[]>;
  /** Somebody calls a function by its logical id. */
  call(lambda: string, event: unknown): Promise<Called>;
  /** A schedule is due. */
  tick(schedule: string, time: string): Promise<Called>;
}

/**
 * @param others buckets that are not of the stack, with the key of KMS that each is encrypted with, if any
 * @param authority decides at first
 */
export async function startAccount(
  stack: Stack,
  service: PackagedService,
  others: Record<string, string | null>,
  authority: Authority,
): Promise<Account> {
  const { properties: bucket, ref: findingsBucket } = stack.resources["FindingsBucket"]!;
  const queues = await startQueues(stack);
  const s3 = await startS3(...Object.keys(others), findingsBucket!);
  s3.settings.set(findingsBucket!, settingsOf(stack, stack.resources["FindingsBucket"]!));
  const sns = await startSns();
  const call = openContainers(stack, service, { s3, sns, queues });
  const keyOf = keysOf(stack, others);
  let decides = authority;
  let executions = 0;
  guard(stack, { s3, sns, queues }, keyOf, () => decides);

  /** A service at work as a role: what it does not let it do throws. */
  function as(service: string, role: Json | undefined): (action: string, resource: string) => void {
    const it = byArn(stack, role);
    return (action, resource) => {
      if (!decides.allowsToAssume(service, it) || !decides.allows(it, action, resource))
        throw new Error(`${service} may not ${action} ${resource} as ${it.id}`);
    };
  }

  /** Calls a function; what it has written to the findings bucket is told to all who listen. */
  async function invoke(lambda: Deployed, event: unknown): Promise<Called> {
    const log = `arn:aws:logs:${stack.place.region}:${stack.place.account}:log-group:/aws/lambda/${lambda.ref}:log-stream:1`;
    const held = s3.buckets.get(findingsBucket!)!;
    const before = new Map(held);
    const called = await call(lambda, event);
    const isTold = at(bucket, "NotificationConfiguration", "EventBridgeConfiguration", "EventBridgeEnabled");
    for (const [key, object] of held) {
      if (before.get(key) === object || isTold !== true) continue;
      const about = { etag: object.etag.replaceAll('"', ""), size: object.bytes.length, time: account.clock() };
      await account.emit(created(findingsBucket!, key, about));
    }
    const role = byArn(stack, lambda.properties["Role"]);
    const isLogged = ["logs:CreateLogStream", "logs:PutLogEvents"].map((action) => decides.allows(role, action, log));
    return isLogged.includes(false) ? { ...called, log: [], metrics: [] } : called;
  }

  async function deliver(rule: Deployed, target: Json, event: unknown): Promise<void> {
    const { Id, Arn, DeadLetterConfig, RoleArn, ...more } = target as Record<string, Json>;
    if (!Id || !DeadLetterConfig || Object.keys(more).length > 0)
      throw new Error(`${rule.id}: a target not known here`);
    const to = byArn(stack, Arn);
    if (to.type === "AWS::StepFunctions::StateMachine") {
      as("events.amazonaws.com", RoleArn)("states:StartExecution", to.ref!);
      return run(to, event);
    }
    const from = { "aws:SourceArn": rule.attributes["Arn"]! };
    if (decides.allowsService("events.amazonaws.com", "sqs:SendMessage", String(Arn), from))
      queues[to.id]!.messages.push(JSON.stringify(event));
    else account.undelivered.push(event as Json);
  }

  /** Runs the one machine whose expressions are known here. */
  async function run({ properties, ref }: Deployed, input: unknown): Promise<void> {
    const must = as("states.amazonaws.com", properties["RoleArn"]);
    const services = {
      async call(payload: unknown, name: string) {
        must("lambda:InvokeFunction", name);
        return (await invoke(byArn(stack, name), payload)).response;
      },
      async read(key: string, name: string) {
        must("states:StartExecution", ref!);
        const get = { operation: "GetObject", setting: null, bucket: name, key, versionId: null, headers: {} } as const;
        for (const { action, resource } of s3Needs(get, keyOf(name))) must(action, resource);
        return JSON.parse(s3.buckets.get(name)!.get(key)!.bytes.toString());
      },
    };
    await runSettlement(`e${++executions}`, input, services, String(properties["DefinitionString"]));
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: what Lambda does with the queue, as the function. */
  async function workOff({ properties }: Deployed): Promise<Worked[]> {
    const lambda = byArn(stack, properties["FunctionName"]);
    const arn = String(properties["EventSourceArn"]);
    const { messages } = queues[byArn(stack, arn).id]!;
    const must = as("lambda.amazonaws.com", lambda.properties["Role"]);
    const worked: Worked[] = [];
    while (messages.length > 0) {
      for (const action of ["GetQueueAttributes", "ReceiveMessage", "DeleteMessage"]) must(`sqs:${action}`, arn);
      const batch = messages.splice(0, Number(properties["BatchSize"]));
      const event = sqsEvent(...batch);
      for (const record of event.Records) record.eventSourceARN = arn;
      const called = await invoke(lambda, event).catch((error: Error) => allFailed(event.Records, error));
      worked.push({ ...called, lambda: lambda.id, failed: failures(called.response).map((id) => batch[Number(id)]!) });
    }
    return worked;
  }

  const account: Account = {
    s3,
    sns,
    queues,
    undelivered: [],
    clock: () => new Date().toISOString(),
    obey(authority) {
      decides = authority;
    },
    async emit(event) {
      const rules = deployed(stack, "AWS::Events::Rule").filter(({ properties }) =>
        eventMatches(properties["EventPattern"], event as Json),
      );
      for (const rule of rules) {
        for (const target of asList(rule.properties["Targets"])) await deliver(rule, target, event);
      }
      return rules.map(({ id }) => id);
    },
    async work(queue) {
      const isMeant = ({ properties }: Deployed) => !queue || byArn(stack, properties["EventSourceArn"]).id === queue;
      const mappings = deployed(stack, "AWS::Lambda::EventSourceMapping").filter(isMeant);
      const worked: Worked[] = [];
      for (let before = -1; before < worked.length; ) {
        before = worked.length;
        for (const mapping of mappings) worked.push(...(await workOff(mapping)));
      }
      return worked;
    },
    call: (lambda, event) => invoke(stack.resources[lambda]!, event),
    async tick(schedule, time) {
      const target = stack.resources[schedule]!.properties["Target"];
      as("scheduler.amazonaws.com", at(target, "RoleArn"))("lambda:InvokeFunction", String(at(target, "Arn")));
      const input = String(at(target, "Input")).replaceAll("<aws.scheduler.scheduled-time>", time);
      return invoke(byArn(stack, at(target, "Arn")), JSON.parse(input));
    },
  };
  return account;
}

/** A call that threw has done nothing. */
function allFailed(records: readonly { messageId: string }[], { message }: Error): Called {
  const batchItemFailures = records.map(({ messageId }) => ({ itemIdentifier: messageId }));
  return { response: { batchItemFailures }, log: [{ message }], metrics: [] };
}

/** A server for each queue that a function works off, under the name that the queue has. */
async function startQueues(stack: Stack): Promise<Record<string, SqsServer>> {
  const queues: Record<string, SqsServer> = {};
  for (const { properties } of deployed(stack, "AWS::Lambda::EventSourceMapping")) {
    const { id, name } = byArn(stack, properties["EventSourceArn"]);
    const queue = await startSqs();
    queue.url = `${queue.endpoint}/${stack.place.account}/${name}`;
    queues[id] = queue;
  }
  return queues;
}
