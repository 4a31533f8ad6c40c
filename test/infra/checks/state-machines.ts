import { asList, at, type Check, isObject, type JsonObject, resourcesOf, textsOf } from "../template.ts";

/** Every definition is JSON, every state of it can be reached and leads somewhere that exists, and every task tries again. */
export const stateMachines: Check = (template) =>
  resourcesOf(template, "AWS::StepFunctions::StateMachine").flatMap(([id, { Properties }]) => {
    const [text] = textsOf(at(Properties, "DefinitionString"), template);
    const faults: string[] = [];
    const definition = parse(text?.replace(/<[\w:.]+>/g, "0"));
    if (definition === null) faults.push(`${id}: its definition is no JSON`);
    else checkMachine(id, definition, faults);
    return faults;
  });

function parse(text: string | undefined): JsonObject | null {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}

function checkMachine(where: string, machine: JsonObject, faults: string[]): void {
  const { StartAt, States } = machine;
  const states = States as Record<string, JsonObject>;
  const reached = new Set([String(StartAt)]);
  for (const [name, state] of Object.entries(states)) {
    const { Type, End, ItemProcessor, Retry } = state;
    const next = targetsOf(state);
    for (const target of next) reached.add(target);
    const ends = End === true || Type === "Succeed" || Type === "Fail";
    if (!ends && next.length === 0) faults.push(`${where}: ${name} leads nowhere`);
    if (Type === "Task" && !Retry) faults.push(`${where}: ${name} does not try again`);
    if (isObject(ItemProcessor)) checkMachine(`${where}.${name}`, ItemProcessor, faults);
  }
  for (const name of reached) if (!(name in states)) faults.push(`${where}: there is no state ${name}`);
  for (const name of Object.keys(states)) if (!reached.has(name)) faults.push(`${where}: nothing leads to ${name}`);
}

function targetsOf({ Next, Default, Choices, Catch }: JsonObject): string[] {
  const branches = [...asList(Choices), ...asList(Catch)].map((branch) => at(branch, "Next"));
  return [Next, Default, ...branches].filter((target) => typeof target === "string");
}
