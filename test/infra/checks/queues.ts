import {
  at,
  type Check,
  intrinsic,
  isObject,
  type Json,
  outcomes,
  resourcesOf,
  type Template,
  targetOf,
} from "../template.ts";

/** Every queue is encrypted, and has a dead-letter queue or is one. */
export const queues: Check = (template) => {
  const dead = deadLetterQueues(template);
  return resourcesOf(template, "AWS::SQS::Queue").flatMap(([id, { Properties }]) => {
    const faults: string[] = [];
    if (!at(Properties, "SqsManagedSseEnabled") && !at(Properties, "KmsMasterKeyId"))
      faults.push(`${id}: not encrypted`);
    const target = targetOf(at(Properties, "RedrivePolicy", "deadLetterTargetArn"));
    if (target === undefined && !dead.has(id)) faults.push(`${id}: has no dead-letter queue`);
    if (target !== undefined && template.Resources[target]?.Type !== "AWS::SQS::Queue")
      faults.push(`${id}: ${target} is no queue`);
    return faults;
  });
};

/** What an event, a schedule or an asynchronous call fails to deliver goes to a queue as well. */
export const deliveries: Check = (template) => {
  const faults: string[] = [];
  for (const [id, { Properties }] of resourcesOf(template, "AWS::Events::Rule")) {
    const targets = outcomes(at(Properties, "Targets")).flatMap((list) => list as Json[]);
    for (const target of targets)
      if (!at(target, "DeadLetterConfig", "Arn")) faults.push(`${id}: no dead-letter queue`);
  }
  const called = new Set<string | undefined>();
  for (const [id, { Properties }] of resourcesOf(template, "AWS::Scheduler::Schedule")) {
    if (!at(Properties, "Target", "DeadLetterConfig", "Arn")) faults.push(`${id}: no dead-letter queue`);
    called.add(targetOf(at(Properties, "Target", "Arn")));
  }
  const caught = resourcesOf(template, "AWS::Lambda::EventInvokeConfig")
    .filter(([, { Properties }]) => at(Properties, "DestinationConfig", "OnFailure", "Destination"))
    .map(([, { Properties }]) => targetOf(at(Properties, "FunctionName")));
  for (const id of called) {
    if (id !== undefined && !caught.includes(id)) faults.push(`${id}: calls that fail are lost`);
  }
  return faults;
};

/** Lambda asks for a visibility timeout of six times the function's time limit. */
export const visibility: Check = (template) =>
  resourcesOf(template, "AWS::Lambda::EventSourceMapping").flatMap(([id, { Properties }]) => {
    const faults: string[] = [];
    const queue = template.Resources[targetOf(at(Properties, "EventSourceArn")) ?? ""];
    const lambda = template.Resources[targetOf(at(Properties, "FunctionName")) ?? ""];
    const least = 6 * Number(at(lambda, "Properties", "Timeout"));
    if (!(Number(at(queue, "Properties", "VisibilityTimeout")) >= least)) {
      faults.push(`${id}: the queue's visibility timeout is under ${least} s`);
    }
    if (JSON.stringify(at(Properties, "FunctionResponseTypes")) !== '["ReportBatchItemFailures"]') {
      faults.push(`${id}: one bad message fails the batch`);
    }
    return faults;
  });

export function deadLetterQueues(template: Template): Set<string> {
  const found = new Set<string>();
  function look(value: Json | undefined): void {
    if (Array.isArray(value)) value.forEach(look);
    if (!isObject(value) || intrinsic(value)?.[0] === "Ref") return;
    for (const place of [
      at(value, "RedrivePolicy", "deadLetterTargetArn"),
      at(value, "DeadLetterConfig", "Arn"),
      at(value, "OnFailure", "Destination"),
    ]) {
      const id = targetOf(place);
      if (id !== undefined) found.add(id);
    }
    Object.values(value).forEach(look);
  }
  for (const { Properties } of Object.values(template.Resources)) look(Properties);
  return found;
}
