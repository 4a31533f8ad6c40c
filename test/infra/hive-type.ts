import { isObject, type Json } from "./template.ts";

/** A column's type in Hive's language, as far as JSON has it. */
export type HiveType =
  | { kind: "string" | "int" | "bigint" }
  | { kind: "array"; of: HiveType }
  | { kind: "struct"; fields: Record<string, HiveType> };

/** Reads `array<struct<a:string,b:bigint>>`. Throws for anything else. */
export function hiveType(text: string): HiveType {
  const array = /^array<(.*)>$/.exec(text);
  if (array) return { kind: "array", of: hiveType(array[1]!) };
  const struct = /^struct<(.*)>$/.exec(text);
  if (struct) {
    const fields = splitFields(struct[1]!).map((field) => /^(\w+):(.*)$/.exec(field)!);
    return { kind: "struct", fields: Object.fromEntries(fields.map(([, name, type]) => [name!, hiveType(type!)])) };
  }
  if (text !== "string" && text !== "int" && text !== "bigint") throw new Error(`${text} is no type`);
  return { kind: text };
}

/** What of a type the values do not have, or have otherwise, a sentence each. */
export function misfits(where: string, type: HiveType, values: (Json | undefined)[]): string[] {
  const present = values.filter((value) => value !== undefined);
  if (present.length === 0) return [`${where}: is never written`];
  switch (type.kind) {
    case "array":
      if (!present.every(Array.isArray)) return [`${where}: is no array`];
      return misfits(`${where}[]`, type.of, present.flat());
    case "struct":
      if (!present.every(isObject)) return [`${where}: is no object`];
      return Object.entries(type.fields).flatMap(([name, field]) =>
        misfits(
          `${where}.${name}`,
          field,
          present.map((value) => fieldOf(value, name)),
        ),
      );
    default:
      return present.every((value) => fits(value, type.kind)) ? [] : [`${where}: is no ${type.kind}`];
  }
}

/** Column names are in lower case, whatever the field is called. */
export function fieldOf(value: Json, name: string): Json | undefined {
  return Object.entries(value as object).find(([key]) => key.toLowerCase() === name)?.[1];
}

const LARGEST_INT = 2 ** 31;

function fits(value: Json, kind: "string" | "int" | "bigint"): boolean {
  if (kind === "string") return typeof value === "string";
  return Number.isInteger(value) && (kind === "bigint" || Math.abs(value as number) < LARGEST_INT);
}

function splitFields(text: string): string[] {
  const fields: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "<") depth++;
    if (text[i] === ">") depth--;
    if (text[i] === "," && depth === 0) {
      fields.push(text.slice(start, i));
      start = i + 1;
    }
  }
  return [...fields, text.slice(start)];
}
