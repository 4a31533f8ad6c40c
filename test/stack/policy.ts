import { asList, at, isObject, type Json } from "../infra/template.ts";

/** Somebody asks a service for something. */
export interface Asked {
  /** `SERVICE:Action` */
  action: string;
  /** The ARN that it is about, or `*` where it is about no one resource. */
  resource: string;
  /** Condition keys that the request has, as texts. */
  context: Record<string, string>;
  /** The service that asks by itself; `null` for a role. */
  service: string | null;
}

/** An action and a resource of a statement that is about what was asked. */
export interface Match {
  effect: "Allow" | "Deny";
  /** As the statement writes them. */
  action: string;
  resource: string;
}

const ELEMENTS = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];

/**
 * The statements of a policy document that are about what was asked.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 * @throws an Error where a statement says what is not known here
 */
export function matches(document: Json | undefined, asked: Asked): Match[] {
  return asList(at(document, "Statement")).flatMap((statement) => {
    for (const element of Object.keys(statement as object)) {
      if (!ELEMENTS.includes(element)) throw new Error(`${element}: an element that is not known here`);
    }
    const effect = at(statement, "Effect");
    if (effect !== "Allow" && effect !== "Deny") throw new Error(`${effect}: neither Allow nor Deny`);
    const isAbout = isFor(at(statement, "Principal"), asked) && holds(at(statement, "Condition"), asked.context);
    const actions = texts(at(statement, "Action")).filter((pattern) => actionMatches(pattern, asked.action));
    // A trust policy is about the role that it stands in.
    const resources = texts(at(statement, "Resource") ?? "*").filter((each) => resourceMatches(each, asked.resource));
    return isAbout ? actions.flatMap((action) => resources.map((resource) => ({ effect, action, resource }))) : [];
  });
}

function texts(value: Json | undefined): string[] {
  return asList(value).map(String);
}

/** Identity policies name no principal: they are about whom they belong to. */
function isFor(principal: Json | undefined, { service }: Asked): boolean {
  if (principal === undefined || principal === "*") return true;
  const kinds = isObject(principal) ? Object.keys(principal) : [];
  if (kinds.length !== 1 || kinds[0] !== "Service") {
    throw new Error(`${JSON.stringify(principal)}: a principal that is not known here`);
  }
  return asList(at(principal, "Service")).includes(service);
}

function actionMatches(pattern: string, action: string): boolean {
  return glob(pattern.toLowerCase()).test(action.toLowerCase());
}

function resourceMatches(pattern: string, resource: string): boolean {
  return pattern === "*" || (resource !== "*" && arnMatches(pattern, resource));
}

/** Part by part: a star crosses no colon but in the last part, the name. */
function arnMatches(pattern: string, arn: string): boolean {
  const [patterns, parts] = [partsOf(pattern), partsOf(arn)];
  return patterns.every((each, i) => glob(each).test(parts[i]!));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(":");
  if (parts[0] !== "arn" || parts.length < 6) throw new Error(`${arn} is no ARN`);
  return [...parts.slice(1, 5), parts.slice(5).join(":")];
}

function glob(pattern: string): RegExp {
  if (pattern.includes("${")) throw new Error(`${pattern}: variables of policies are not known here`);
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", "[^]*").replaceAll("?", "[^]")}$`);
}

type Operator = (expected: string, found: string) => boolean;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Record<string, Operator> = {
  Bool: (expected, found) => expected.toLowerCase() === found.toLowerCase(),
  NumericLessThan: (expected, found) => Number(found) < Number(expected),
  StringEquals: (expected, found) => expected === found,
  // The two are one.
  ArnEquals: arnMatches,
  ArnLike: arnMatches,
};

/** Of which the opposite counts: they hold where the key is missing, and of several values none may be the one. */
const NEGATED: Record<string, Operator> = { StringNotEquals: OPERATORS["StringEquals"]! };

/** All operators and all keys must hold; of several values one is enough. */
function holds(condition: Json | undefined, context: Record<string, string>): boolean {
  return Object.entries((condition ?? {}) as object).every(([name, keys]) =>
    Object.entries(keys as object).every(([key, values]) => {
      const operator = OPERATORS[name] ?? NEGATED[name];
      if (!operator) throw new Error(`${name}: an operator that is not known here`);
      const found = context[key];
      const isOne = found !== undefined && asList(values).some((value) => operator(String(value), found));
      return name in NEGATED ? !isOne : isOne;
    }),
  );
}
