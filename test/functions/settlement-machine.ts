import { readFileSync } from "node:fs";

/** A state of infra/settlement.asl, as far as it is used there. */
interface State {
  Type: "Task" | "Map" | "Choice" | "Succeed";
  Next?: string;
  Arguments?: { FunctionName: string; Payload?: unknown };
  Assign?: Record<string, unknown>;
  Output?: unknown;
  Items?: unknown;
  ItemReader?: { Arguments: { Bucket: string; Key: string } };
  ItemSelector?: unknown;
  ItemProcessor?: Machine;
  Choices?: { Condition: string; Next: string }[];
  Default?: string;
}

interface Machine {
  StartAt: string;
  States: Record<string, State>;
}

export interface MachineServices {
  /** Calls settle-findings, as the definition names it. */
  call(payload: unknown, name: string): Promise<unknown>;
  /** Reads a JSON array of the findings bucket, as the definition names it. */
  read(key: string, bucket: string): Promise<unknown[]>;
}

/** Everything that expressions can speak of. */
interface Scope {
  variables: Record<string, unknown>;
  states: {
    input: unknown;
    result?: unknown;
    context: { Execution: { Name: string }; Map?: { Item: { Value: unknown } } };
  };
}

/** infra/settlement.asl, with 1 for all that is known at deployment only. */
function undeployed(): string {
  const text = readFileSync(new URL("../../infra/settlement.asl", import.meta.url), "utf8");
  return text.replace(/\$\{[^}]+\}/g, "1");
}

/** Runs the settlement with this input, and gives its output. The same few expressions mean here what they mean there. */
export async function runSettlement(
  execution: string,
  input: unknown,
  services: MachineServices,
  definition = undeployed(),
): Promise<unknown> {
  const machine: Machine = JSON.parse(definition);
  const context = { Execution: { Name: execution } };
  return run(machine, { variables: {}, states: { input, context } }, services);
}

async function run(machine: Machine, scope: Scope, services: MachineServices): Promise<unknown> {
  let { input } = scope.states;
  for (let name: string | undefined = machine.StartAt; name !== undefined; ) {
    const state: State = machine.States[name]!;
    const here: Scope = { ...scope, states: { ...scope.states, input } };
    if (state.Type === "Choice") {
      name = state.Choices!.find(({ Condition }) => meant(Condition, here))?.Next ?? state.Default;
      continue;
    }
    if (state.Type === "Succeed") return input;
    const result = await (state.Type === "Map" ? map(state, here, services) : task(state, here, services));
    const after: Scope = { ...here, states: { ...here.states, result } };
    for (const [variable, value] of Object.entries(state.Assign ?? {})) scope.variables[variable] = meant(value, after);
    input = state.Output === undefined ? result : meant(state.Output, after);
    name = state.Next;
  }
  return input;
}

async function task({ Arguments }: State, scope: Scope, { call }: MachineServices): Promise<unknown> {
  const { FunctionName, Payload } = Arguments!;
  return { Payload: await call(meant(Payload, scope), FunctionName) };
}

async function map(state: State, scope: Scope, services: MachineServices): Promise<unknown[]> {
  const { Bucket, Key } = state.ItemReader?.Arguments ?? {};
  const items = Key
    ? await services.read(meant(Key, scope) as string, Bucket!)
    : (meant(state.Items, scope) as unknown[]);
  const results: unknown[] = [];
  for (const item of items) {
    const context = { ...scope.states.context, Map: { Item: { Value: item } } };
    const selecting = { ...scope, states: { ...scope.states, context } };
    const input = state.ItemSelector ? meant(state.ItemSelector, selecting) : item;
    // Executions of their own know no variables.
    const variables = Key ? {} : scope.variables;
    results.push(await run(state.ItemProcessor!, { variables, states: { input, context } }, services));
  }
  return results;
}

function meant(template: unknown, scope: Scope): unknown {
  if (Array.isArray(template)) return template.map((each) => meant(each, scope));
  if (typeof template === "object" && template !== null) {
    return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, meant(value, scope)]));
  }
  const [, expression] = /^\{% (.*) %\}$/.exec(String(template)) ?? [];
  return expression === undefined ? template : evaluate(expression, scope);
}

function evaluate(expression: string, scope: Scope): unknown {
  const [, sum] = /^\$sum\((.*)\)$/.exec(expression) ?? [];
  if (sum !== undefined) return (evaluate(sum, scope) as number[]).reduce((a, b) => a + b, 0);
  const [, optional] = /^\$exists\((\S+)\) \? \1 : null$/.exec(expression) ?? [];
  if (optional !== undefined) return evaluate(optional, scope) ?? null;
  if (expression.endsWith(" > 0")) {
    return expression.split(" and ").every((part) => (evaluate(part.replace(" > 0", ""), scope) as number) > 0);
  }
  if (!/^\$\w[\w.]*$/.test(expression)) throw new Error(`${expression}: an expression that is not known here`);
  const [first, ...path] = expression.slice(1).split(".");
  const root = first === "states" ? scope.states : scope.variables[first!];
  if (root === undefined) throw new Error(`${expression}: there is no such variable`);
  return path.reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], root);
}
