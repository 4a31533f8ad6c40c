export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export interface Resource {
  Type: string;
  Properties?: JsonObject;
  Condition?: string;
  DependsOn?: string | string[];
  [attribute: string]: Json | undefined;
}

/** A CloudFormation template, as far as the checks read it. */
export interface Template {
  Parameters?: Record<string, JsonObject>;
  Conditions?: Record<string, Json>;
  Resources: Record<string, Resource>;
  Outputs?: Record<string, JsonObject>;
}

/** Looks at a template and says what is wrong, one sentence a fault, the place first. */
export type Check = (template: Template) => string[];

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asList(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** A value inside a resource or a value, `undefined` where the way there ends. */
export function at(value: object | Json | undefined, ...path: (string | number)[]): Json | undefined {
  let here = value as Json | undefined;
  for (const step of path) {
    if (Array.isArray(here) && typeof step === "number") here = here[step];
    else if (isObject(here)) here = here[step];
    else return undefined;
  }
  return here;
}

export function resourcesOf(template: Template, ...types: string[]): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, { Type }]) => types.includes(Type));
}

/** The function of a value like `{"Fn::If": […]}`, with its argument. */
export function intrinsic(value: Json | undefined): [name: string, argument: Json] | null {
  if (!isObject(value)) return null;
  const [entry, ...more] = Object.entries(value);
  if (!entry || more.length > 0) return null;
  return entry[0] === "Ref" || entry[0] === "Condition" || entry[0].startsWith("Fn::") ? entry : null;
}

export function isNoValue(value: Json): boolean {
  return at(value, "Ref") === "AWS::NoValue";
}

/** Both outcomes of every `Fn::If` at this place, without those that stand for nothing. */
export function outcomes(value: Json | undefined): Json[] {
  if (value === undefined || isNoValue(value)) return [];
  const [name, argument] = intrinsic(value) ?? [];
  if (name !== "Fn::If") return [value];
  const [, yes, no] = argument as Json[];
  return [...outcomes(yes), ...outcomes(no)];
}

/** The logical id that a `Ref` or `Fn::GetAtt` points to. */
export function targetOf(value: Json | undefined): string | undefined {
  const [name, argument] = intrinsic(value) ?? [];
  if (name === "Ref") return argument as string;
  if (name === "Fn::GetAtt") return Array.isArray(argument) ? (argument[0] as string) : String(argument).split(".")[0];
  return undefined;
}

const SUB_VARIABLE = /\$\{([^!}][^}]*)\}/g;

/** The variables of a `Fn::Sub` that it does not itself define. */
export function subVariables(argument: Json): string[] {
  const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
  return [...String(text).matchAll(SUB_VARIABLE)]
    .map((match) => match[1]!)
    .filter((name) => !(name in (own as object)));
}

/**
 * A value as text, what is known at deployment only in angle brackets: `<AWS::Region>`, `<Queue.Arn>`. A list stands for
 * two of its elements, so that what joins them can be seen.
 */
export function textsOf(value: Json | undefined, template: Template): string[] {
  return outcomes(value).flatMap((outcome) => {
    if (Array.isArray(outcome)) return outcome.flatMap((element) => textsOf(element, template));
    const [name, argument] = intrinsic(outcome) ?? [];
    switch (name) {
      case undefined:
        return [isObject(outcome) ? JSON.stringify(outcome) : String(outcome)];
      case "Ref": {
        const isList = /List/.test(String(at(template.Parameters?.[argument as string], "Type")));
        return isList ? [`<${argument}>`, `<${argument}>`] : [`<${argument}>`];
      }
      case "Fn::GetAtt":
        return [`<${asList(argument!).join(".")}>`];
      case "Fn::Sub":
        return [String(asList(argument!)[0]).replace(SUB_VARIABLE, "<$1>").replaceAll("${!", "${")];
      case "Fn::Join": {
        const [delimiter, parts] = argument as [string, Json];
        return [textsOf(parts, template).join(delimiter)];
      }
      case "Fn::Split": {
        const [delimiter, text] = argument as [string, Json];
        return [...new Set(textsOf(text, template).flatMap((whole) => whole.split(delimiter)))];
      }
      default:
        return [JSON.stringify(outcome)];
    }
  });
}
