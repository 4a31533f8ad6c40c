import { asList, at, type Check, intrinsic, isObject, type Json, subVariables, type Template } from "../template.ts";

const PSEUDO = ["AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix"];

interface Reference {
  to: string;
  /** Conditions that hold wherever this reference is looked at. */
  given: string[];
}

/** Every `Ref`, `Fn::GetAtt`, `Fn::Sub`, `DependsOn` and condition names something that exists whenever it is looked at. */
export const references: Check = (template) => {
  const faults: string[] = [];
  const parameters = template.Parameters ?? {};
  const conditions = template.Conditions ?? {};
  const known = new Set([...Object.keys(parameters), ...PSEUDO.map((name) => `AWS::${name}`)]);
  const used = new Set<string>();

  function look(where: string, value: Json | undefined, given: string[]): void {
    for (const { to, given: under } of referencesIn(value, given)) {
      used.add(to);
      const resource = template.Resources[to];
      if (!resource && !known.has(to)) faults.push(`${where}: there is no ${to}`);
      const needs = resource?.Condition;
      if (needs && !under.includes(needs)) faults.push(`${where}: ${to} exists only if ${needs}`);
    }
    for (const name of conditionsIn(value)) {
      used.add(name);
      if (!(name in conditions)) faults.push(`${where}: there is no condition ${name}`);
    }
  }

  for (const [name, value] of Object.entries(conditions)) look(`condition ${name}`, value, []);
  for (const [id, resource] of Object.entries(template.Resources)) {
    const given = resource.Condition ? [resource.Condition] : [];
    look(id, resource.Properties, given);
    look(
      id,
      asList(resource.DependsOn).map((to) => ({ Ref: to })),
      given,
    );
    for (const name of given) {
      used.add(name);
      if (!(name in conditions)) faults.push(`${id}: there is no condition ${name}`);
    }
  }
  for (const [name, output] of Object.entries(template.Outputs ?? {})) {
    look(`output ${name}`, output, asList(at(output, "Condition")).map(String));
  }
  for (const name of [...Object.keys(parameters), ...Object.keys(conditions)]) {
    if (!used.has(name)) faults.push(`${name}: nothing uses it`);
  }
  return [...new Set(faults)];
};

/** No resource waits for itself. */
export const circles: Check = (template) => {
  const faults: string[] = [];
  const done = new Set<string>();
  function visit(id: string, path: string[]): void {
    if (path.includes(id)) {
      faults.push(`${[...path.slice(path.indexOf(id)), id].join(" → ")}: a circle`);
      return;
    }
    if (done.has(id)) return;
    for (const to of new Set(dependencies(template, id))) visit(to, [...path, id]);
    done.add(id);
  }
  for (const id of Object.keys(template.Resources)) visit(id, []);
  return faults;
};

function dependencies(template: Template, id: string): string[] {
  const { Properties, DependsOn } = template.Resources[id]!;
  return [...referencesIn(Properties, []).map(({ to }) => to), ...asList(DependsOn).map(String)].filter(
    (to) => to in template.Resources,
  );
}

function referencesIn(value: Json | undefined, given: string[]): Reference[] {
  if (Array.isArray(value)) return value.flatMap((element) => referencesIn(element, given));
  if (!isObject(value)) return [];
  const [name, argument] = intrinsic(value) ?? [];
  if (name === "Ref") return [{ to: argument as string, given }];
  if (name === "Fn::GetAtt") return [{ to: String(asList(argument)[0]).split(".")[0]!, given }];
  if (name === "Fn::If") {
    const [condition, yes, no] = argument as Json[];
    return [...referencesIn(yes, [...given, condition as string]), ...referencesIn(no, given)];
  }
  if (name === "Fn::Sub") {
    const own = Array.isArray(argument) ? referencesIn(argument[1], given) : [];
    return [...own, ...subVariables(argument!).map((variable) => ({ to: variable.split(".")[0]!, given }))];
  }
  return Object.values(value).flatMap((inner) => referencesIn(inner, given));
}

function conditionsIn(value: Json | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(conditionsIn);
  if (!isObject(value)) return [];
  const [name, argument] = intrinsic(value) ?? [];
  const own = name === "Fn::If" ? [String(asList(argument)[0])] : [];
  return [...own, ...Object.values(value).flatMap(conditionsIn)];
}
