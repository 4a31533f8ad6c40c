import { asList, isObject, type Json, type JsonObject } from "../infra/template.ts";

/**
 * Whether an event matches the pattern of a rule, which may be written as JSON.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 * @throws an Error where the pattern says what is not known here
 */
export function eventMatches(pattern: Json | undefined, event: Json): boolean {
  const read: Json | undefined = typeof pattern === "string" ? JSON.parse(pattern) : pattern;
  if (!isObject(read)) throw new Error(`${JSON.stringify(pattern)} is no pattern`);
  return allMatch(read, event);
}

function allMatch(pattern: JsonObject, value: Json | undefined): boolean {
  return Object.entries(pattern)
    .map(([name, wanted]) => {
      if (name.startsWith("$")) throw new Error(`${name} is not known here`);
      const inner = isObject(value) ? value[name] : undefined;
      if (isObject(wanted)) return allMatch(wanted, inner);
      if (!Array.isArray(wanted) || wanted.length === 0) throw new Error(`${name}: a pattern is a list of values`);
      // All of them, so that what is not known is found whatever the event is.
      return wanted.map((each) => oneMatches(each, inner)).includes(true);
    })
    .every(Boolean);
}

function oneMatches(wanted: Json, value: Json | undefined): boolean {
  if (!isObject(wanted)) return asList(value).includes(wanted);
  const [entry, ...more] = Object.entries(wanted);
  if (!entry || more.length > 0) throw new Error(`${JSON.stringify(wanted)} is no one comparison`);
  const [name, argument] = entry;
  if (name === "exists" && typeof argument === "boolean") return argument === (value !== undefined);
  const comparison = COMPARISONS[name];
  if (!comparison || typeof argument !== "string") throw new Error(`${JSON.stringify(wanted)} is not known here`);
  const compare = comparison(argument);
  return asList(value).some((text) => typeof text === "string" && compare(text));
}

const COMPARISONS: Record<string, (argument: string) => (text: string) => boolean> = {
  prefix: (start) => (text) => text.startsWith(start),
  suffix: (end) => (text) => text.endsWith(end),
  wildcard(pattern) {
    if (/\*\*|\\/.test(pattern)) throw new Error(`${pattern}: two stars together, or one that is meant as it stands`);
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]]/g, "\\$&"));
    const expression = new RegExp(`^${parts.join("[^]*")}$`);
    return (text) => expression.test(text);
  },
};
