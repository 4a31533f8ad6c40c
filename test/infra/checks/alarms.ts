import { asList, at, type Check, resourcesOf, targetOf } from "../template.ts";
import { deadLetterQueues } from "./queues.ts";

/** Somebody is told: of every function's errors, every dead letter, every queue that is not worked off, every failed run. */
export const alarms: Check = (template) => {
  const watched = new Set<string>();
  const faults: string[] = [];
  for (const [id, { Properties }] of resourcesOf(template, "AWS::CloudWatch::Alarm")) {
    if (asList(at(Properties, "AlarmActions")).length === 0) faults.push(`${id}: tells nobody`);
    const target = targetOf(at(Properties, "Dimensions", 0, "Value"));
    watched.add(`${at(Properties, "MetricName")} of ${target}`);
  }
  const dead = deadLetterQueues(template);
  const needed = [
    ...resourcesOf(template, "AWS::Lambda::Function").map(([id]) => `Errors of ${id}`),
    ...resourcesOf(template, "AWS::SQS::Queue").map(([id]) =>
      dead.has(id) ? `ApproximateNumberOfMessagesVisible of ${id}` : `ApproximateAgeOfOldestMessage of ${id}`,
    ),
    ...resourcesOf(template, "AWS::StepFunctions::StateMachine").map(([id]) => `ExecutionsFailed of ${id}`),
  ];
  return [...faults, ...needed.filter((what) => !watched.has(what)).map((what) => `${what}: no alarm`)];
};
