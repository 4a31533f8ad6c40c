import { asList, at, isObject, type Json, type JsonObject, type Template } from "../infra/template.ts";
import { type Identity, identityOf, type Place } from "./identity.ts";
import { parameterValues } from "./parameters.ts";
import { resolve, resolveCondition, type Surroundings } from "./resolve.ts";

/** A resource as its maker gets it. */
export interface Deployed extends Identity {
  /** Its logical id. */
  id: string;
  type: string;
  properties: JsonObject;
}

export interface Stack {
  place: Place;
  /** Without those whose condition does not hold. */
  resources: Record<string, Deployed>;
  outputs: Record<string, Json>;
}

const PLACE: Place = {
  stack: "sealwatch-production",
  account: "111122223333",
  region: "eu-central-1",
  partition: "aws",
};

const SECTIONS = ["AWSTemplateFormatVersion", "Description", "Parameters", "Conditions", "Resources", "Outputs"];
const ATTRIBUTES = ["Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"];

/**
 * Makes of a template what CloudFormation makes of it, as far as that shows without an account.
 * @throws an Error where CloudFormation would refuse it, or where it uses what is not known here
 */
export function deploy(template: Template, given: Record<string, string> = {}, place = PLACE): Stack {
  only("the template", template, SECTIONS);
  const values = parameterValues(template, given);
  const conditions = new Map<string, boolean>();
  const resources: Record<string, Deployed> = {};
  /** The way to what is being looked at. */
  const path: string[] = [];

  function within<T>(id: string, work: () => T): T {
    if (path.includes(id)) throw new Error(`${[...path.slice(path.indexOf(id)), id].join(" → ")}: a circle`);
    path.push(id);
    const result = work();
    path.pop();
    return result;
  }

  function holds(name: string): boolean {
    const condition = template.Conditions?.[name];
    if (condition === undefined) throw new Error(`there is no condition ${name}`);
    const known = conditions.get(name) ?? within(`condition ${name}`, () => resolveCondition(condition, around));
    conditions.set(name, known);
    return known;
  }

  function made(id: string): Deployed {
    const resource = template.Resources[id];
    // Nothing is made before the conditions hold.
    if (!resource || path[0]?.startsWith("condition ")) throw new Error(`there is no ${id}`);
    const { Type, Properties = {}, Condition, DependsOn } = resource;
    if (Condition !== undefined && !holds(Condition)) throw new Error(`${id} is not there: ${Condition} does not hold`);
    resources[id] ??= within(id, () => {
      only(id, resource, ATTRIBUTES);
      for (const other of asList(DependsOn)) if (isThere(String(other))) made(String(other));
      const properties = resolve(Properties, around) as JsonObject;
      variablesAsTexts(properties);
      return { id, type: Type, properties, ...identityOf(Type, id, properties, place) };
    });
    return resources[id];
  }

  /** CloudFormation takes no heed of a `DependsOn` whose resource's condition does not hold. */
  function isThere(id: string): boolean {
    const resource = template.Resources[id];
    if (!resource) throw new Error(`there is no ${id}`);
    return resource.Condition === undefined || holds(resource.Condition);
  }

  const pseudo: Record<string, Json | undefined> = {
    "AWS::AccountId": place.account,
    "AWS::NoValue": undefined,
    "AWS::Partition": place.partition,
    "AWS::Region": place.region,
    "AWS::StackName": place.stack,
    "AWS::URLSuffix": "amazonaws.com",
  };
  const around: Surroundings = {
    holds,
    ref(name) {
      if (name in pseudo) return pseudo[name];
      if (name in values) return values[name];
      const { ref, type } = made(name);
      if (ref === null) throw new Error(`what Ref gives of ${type} is not known here`);
      return ref;
    },
    attribute(id, name) {
      const { attributes, type } = made(id);
      const value = attributes[name];
      if (value === undefined) throw new Error(`${type} has no attribute ${name} that is known here`);
      return value;
    },
  };

  function named<T>(id: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new Error(`${id}: ${(error as Error).message}`, { cause: error });
    }
  }

  for (const name of Object.keys(template.Conditions ?? {})) named(`condition ${name}`, () => holds(name));
  for (const id of Object.keys(template.Resources)) named(id, () => isThere(id) && made(id));
  const outputs: Record<string, Json> = {};
  for (const [name, { Condition, Value }] of Object.entries(template.Outputs ?? {})) {
    if (Condition !== undefined && !holds(String(Condition))) continue;
    outputs[name] = named(`output ${name}`, () => resolve(Value!, around) ?? null);
  }
  return { place, resources, outputs };
}

/** CloudFormation makes of a number what the property takes: in a function's environment, a text. */
function variablesAsTexts({ Environment }: JsonObject): void {
  const variables = at(Environment, "Variables");
  if (!isObject(variables)) return;
  for (const [name, value] of Object.entries(variables)) if (typeof value === "number") variables[name] = String(value);
}

function only(where: string, value: object, known: string[]): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${where} has ${unknown.join(", ")}, which is not known here`);
}

/** The stack as a template without functions, for checks that read templates. */
export function templateOf({ resources }: Stack): Template {
  return {
    Resources: Object.fromEntries(
      Object.entries(resources).map(([id, { type, properties }]) => [id, { Type: type, Properties: properties }]),
    ),
  };
}

export function deployed(stack: Stack, ...types: string[]): Deployed[] {
  return Object.values(stack.resources).filter(({ type }) => types.includes(type));
}

/** The resource that this is the ARN of. */
export function byArn({ resources }: Stack, arn: Json | undefined): Deployed {
  const found = Object.values(resources).find(({ ref, attributes }) => arn === attributes["Arn"] || arn === ref);
  if (found === undefined) throw new Error(`the stack has no ${JSON.stringify(arn)}`);
  return found;
}
