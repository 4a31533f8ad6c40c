import { intrinsic, isObject, type Json } from "./template.ts";

/** A value as a deployment with these parameters has it, as far as it is made of them by joining, splitting and comparing. */
export function deployed(value: Json, parameters: Record<string, Json>): Json {
  const [name, argument] = intrinsic(value) ?? [];
  const inner = (each: Json) => deployed(each, parameters);
  if (name === "Ref" && (argument as string) in parameters) return parameters[argument as string]!;
  if (name === "Fn::Join") {
    const [delimiter, parts] = inner(argument!) as [string, string[]];
    return parts.join(delimiter);
  }
  if (name === "Fn::Split") {
    const [delimiter, text] = inner(argument!) as [string, string];
    return text.split(delimiter);
  }
  if (name === "Fn::Equals") {
    const [a, b] = inner(argument!) as [string, string];
    return a === b;
  }
  if (name === "Fn::Not") return !(inner(argument!) as [boolean])[0];
  if (Array.isArray(value)) return value.map(inner);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)])) : value;
}
