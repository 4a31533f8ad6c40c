import { intrinsic, isObject, type Json } from "../infra/template.ts";

/** What a value can speak of. */
export interface Surroundings {
  /** What `Ref` gives; `undefined` for AWS::NoValue. */
  ref(name: string): Json | undefined;
  attribute(id: string, name: string): Json;
  holds(condition: string): boolean;
}

/**
 * A value of a template as CloudFormation hands it to the resource's maker: without functions. `undefined` where it stands for nothing.
 * @throws an Error where there is a function that is not known here, or one is used as CloudFormation does not take it
 */
export function resolve(value: Json, around: Surroundings): Json | undefined {
  if (Array.isArray(value)) return value.map((element) => resolve(element, around)).filter(isSomething);
  if (!isObject(value)) return value;
  const [name, argument] = intrinsic(value) ?? [];
  // A statement of a policy has a key of that name, too: only conditions are made of it.
  if (name !== undefined && name !== "Condition") return call(name, argument!, around);
  const resolved = Object.entries(value).map(([key, inner]) => {
    if (key === "Ref" || key.startsWith("Fn::")) throw new Error(`${key} stands beside other keys`);
    return [key, resolve(inner, around)] as const;
  });
  return Object.fromEntries(resolved.filter((entry): entry is readonly [string, Json] => isSomething(entry[1])));
}

/** Whether a condition holds. */
export function resolveCondition(value: Json, around: Surroundings): boolean {
  const [name, argument] = intrinsic(value) ?? [];
  const parts = () => list(argument, `${name} without a list`);
  switch (name) {
    case "Condition":
      return around.holds(text(argument));
    case "Fn::Not":
      return !resolveCondition(only(parts(), 1)[0]!, around);
    case "Fn::And":
      return parts().every((part) => resolveCondition(part, around));
    case "Fn::Or":
      return parts().some((part) => resolveCondition(part, around));
    case "Fn::Equals": {
      const [one, other] = only(parts(), 2).map((part) => text(resolve(part, around)));
      return one === other;
    }
    default:
      throw new Error(`${name ?? JSON.stringify(value)} is no condition that is known here`);
  }
}

function call(name: string, argument: Json, around: Surroundings): Json | undefined {
  const parts = () => list(argument, `${name} without a list`);
  switch (name) {
    case "Ref":
      return around.ref(text(argument));
    case "Fn::GetAtt": {
      const [id, ...attribute] = Array.isArray(argument) ? argument.map(text) : text(argument).split(".");
      return around.attribute(id!, attribute.join("."));
    }
    case "Fn::If": {
      const [condition, yes, no] = only(parts(), 3);
      return resolve(around.holds(text(condition)) ? yes! : no!, around);
    }
    case "Fn::Join": {
      const [delimiter, elements] = only(parts(), 2);
      return list(resolve(elements!, around), "Fn::Join of no list").map(text).join(text(delimiter));
    }
    case "Fn::Split": {
      const [delimiter, whole] = only(parts(), 2);
      return text(resolve(whole!, around)).split(text(delimiter));
    }
    case "Fn::Select": {
      const [index, elements] = only(parts(), 2);
      const element = list(resolve(elements!, around), "Fn::Select from no list")[Number(text(index))];
      if (element === undefined) throw new Error(`Fn::Select finds nothing at ${text(index)}`);
      return element;
    }
    case "Fn::Sub":
      return substitute(argument, around);
    default:
      throw new Error(`${name} is not known here`);
  }
}

function substitute(argument: Json, around: Surroundings): string {
  const [template, own = {}] = Array.isArray(argument) ? only(argument, 2) : [argument];
  if (!isObject(own)) throw new Error("Fn::Sub with variables that are no object");
  return text(template).replace(/\$\{(!?)([^}]+)\}/g, (_, literal, name: string) => {
    if (literal) return `\${${name}}`;
    if (name in own) return text(resolve(own[name]!, around));
    const [id, ...attribute] = name.split(".");
    return text(attribute.length > 0 ? around.attribute(id!, attribute.join(".")) : around.ref(name));
  });
}

function isSomething(value: Json | undefined): value is Json {
  return value !== undefined;
}

/** Functions take texts and numbers, never lists or nothing. */
function text(value: Json | undefined): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new Error(`${JSON.stringify(value) ?? "nothing"} where a text is expected`);
}

function list(value: Json | undefined, otherwise: string): Json[] {
  if (Array.isArray(value)) return value;
  throw new Error(otherwise);
}

function only(parts: Json[], count: number): Json[] {
  if (parts.length !== count) throw new Error(`${parts.length} arguments where ${count} are expected`);
  return parts;
}
