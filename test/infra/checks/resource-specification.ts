import { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import type { PropertyType, ResourceProperties, Resource as ResourceSpec } from "@aws-cdk/service-spec-types";
import { asList, at, type Check, intrinsic, isNoValue, isObject, type Json, type Template } from "../template.ts";

const specification = loadAwsServiceSpecSync();

/** Every resource type exists, every property exists and has the right type, none that is required is missing, every attribute exists. */
export const resourceSpecification: Check = (template) => {
  const faults: string[] = [];
  for (const [id, resource] of Object.entries(template.Resources)) {
    const spec = specOf(resource.Type);
    if (!spec) faults.push(`${id}: there is no resource type ${resource.Type}`);
    else checkProperties(template, id, resource.Properties ?? {}, spec.properties, faults);
  }
  for (const { where, id, attribute } of attributesIn(template)) {
    const type = template.Resources[id]?.Type;
    const spec = type && specOf(type);
    if (spec && !(attribute in spec.attributes)) faults.push(`${where}: ${type} has no attribute ${attribute}`);
  }
  return faults;
};

function specOf(type: string): ResourceSpec | undefined {
  return specification.lookup("resource", "cloudFormationType", "equals", type)[0];
}

function checkProperties(
  template: Template,
  where: string,
  value: { [name: string]: Json },
  properties: ResourceProperties,
  faults: string[],
): void {
  for (const [name, { required }] of Object.entries(properties)) {
    if (required && (value[name] === undefined || isNoValue(value[name]))) faults.push(`${where}: ${name} is missing`);
  }
  for (const [name, inner] of Object.entries(value)) {
    const property = properties[name];
    if (!property) faults.push(`${where}: there is no property ${name}`);
    else checkType(template, `${where}.${name}`, inner, property.type, faults);
  }
}

function checkType(template: Template, where: string, value: Json, type: PropertyType, faults: string[]): void {
  if (isNoValue(value)) return;
  const [name, argument] = intrinsic(value) ?? [];
  if (name === "Fn::If") {
    const [, yes, no] = argument as [Json, Json, Json];
    checkType(template, where, yes, type, faults);
    checkType(template, where, no, type, faults);
    return;
  }
  if (name) {
    const result = resultOf(template, name, argument!);
    if (!accepts(type, result)) faults.push(`${where}: ${name} gives ${result}, not ${type.type}`);
    return;
  }
  switch (type.type) {
    case "union": {
      const attempts = type.types.map((option) => {
        const found: string[] = [];
        checkType(template, where, value, option, found);
        return found;
      });
      if (!attempts.some((found) => found.length === 0)) faults.push(...attempts[0]!);
      return;
    }
    case "ref":
      if (isObject(value)) {
        checkProperties(template, where, value, specification.get("typeDefinition", type.reference).properties, faults);
      } else faults.push(`${where}: expected an object`);
      return;
    case "array":
      if (Array.isArray(value)) {
        value.forEach((element, i) => void checkType(template, `${where}.${i}`, element, type.element, faults));
      } else faults.push(`${where}: expected a list`);
      return;
    case "map":
      if (isObject(value)) {
        for (const [key, inner] of Object.entries(value))
          checkType(template, `${where}.${key}`, inner, type.element, faults);
      } else faults.push(`${where}: expected an object`);
      return;
    case "tag":
      if (!isObject(value)) faults.push(`${where}: expected a tag`);
      return;
    case "json":
      if (!isObject(value) && !Array.isArray(value)) faults.push(`${where}: expected an object`);
      return;
    default:
      checkPrimitive(where, value, type, faults);
  }
}

function checkPrimitive(
  where: string,
  value: Json,
  type: Extract<PropertyType, { type: "string" | "number" | "integer" | "boolean" | "date-time" | "null" }>,
  faults: string[],
): void {
  const expected = type.type === "date-time" ? "string" : type.type === "integer" ? "number" : type.type;
  const isRight = type.type === "null" ? value === null : typeof value === expected;
  if (!isRight || (type.type === "integer" && !Number.isInteger(value))) {
    faults.push(`${where}: expected ${type.type}, found ${JSON.stringify(value)}`);
    return;
  }
  const allowed: unknown[] | undefined = "allowedValues" in type ? type.allowedValues : undefined;
  if (allowed && !allowed.includes(value))
    faults.push(`${where}: ${JSON.stringify(value)} is not one of ${allowed.join(", ")}`);
}

/** What a function gives: a text, a number or a list of texts. */
function resultOf(template: Template, name: string, argument: Json): "string" | "number" | "list" {
  if (name === "Fn::Split") return "list";
  if (name !== "Ref") return "string";
  const type = String(at(template.Parameters?.[argument as string], "Type") ?? "String");
  if (type === "Number") return "number";
  return /List/.test(type) ? "list" : "string";
}

function accepts(type: PropertyType, result: ReturnType<typeof resultOf>): boolean {
  if (type.type === "union") return type.types.some((option) => accepts(option, result));
  if (type.type === "array") return result === "list" && accepts(type.element, "string");
  if (type.type === "integer" || type.type === "number") return result === "number";
  if (type.type === "json") return true;
  return type.type === "string" && result !== "list";
}

interface AttributeReference {
  where: string;
  id: string;
  attribute: string;
}

function attributesIn(template: Template): AttributeReference[] {
  const found: AttributeReference[] = [];
  function look(where: string, value: Json | undefined): void {
    if (Array.isArray(value)) for (const element of value) look(where, element);
    if (!isObject(value)) return;
    const [name, argument] = intrinsic(value) ?? [];
    if (name === "Fn::GetAtt") {
      const [id, ...attribute] = asList(argument).map(String).join(".").split(".");
      found.push({ where, id: id!, attribute: attribute.join(".") });
    }
    if (name === "Fn::Sub") {
      for (const [, id, attribute] of String(asList(argument)[0]).matchAll(/\$\{(\w+)\.([\w.]+)\}/g)) {
        found.push({ where, id: id!, attribute: attribute! });
      }
    }
    for (const inner of Object.values(value)) look(where, inner);
  }
  for (const [id, resource] of Object.entries(template.Resources)) look(id, resource.Properties);
  for (const [name, output] of Object.entries(template.Outputs ?? {})) look(`output ${name}`, output);
  return found;
}
