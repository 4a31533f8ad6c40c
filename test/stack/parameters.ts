import { asList, type Json, type JsonObject, type Template } from "../infra/template.ts";

/** A `Number` is given as one: CloudFormation makes of it what the property takes. */
export type ParameterValue = string | number | string[];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: bytes of a parameter's value. */
const LONGEST = 4096;

const TYPES = ["String", "Number", "CommaDelimitedList"];
const CHECKS = ["AllowedPattern", "AllowedValues", "MinValue", "MaxValue"];
const ATTRIBUTES = ["Type", "Default", "Description", "ConstraintDescription", ...CHECKS];

/**
 * What the parameters of a template are worth, by what is given and the defaults.
 * @throws an Error with every reason why CloudFormation would not take them, a line each
 */
export function parameterValues(template: Template, given: Record<string, string>): Record<string, ParameterValue> {
  const parameters = template.Parameters ?? {};
  const faults = Object.keys(given).flatMap((name) =>
    name in parameters ? [] : `${name}: there is no such parameter`,
  );
  const values: Record<string, ParameterValue> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const text = given[name] ?? defaultOf(parameter);
    if (text === undefined) {
      faults.push(`${name}: must have a value`);
      continue;
    }
    faults.push(...faultsOf(parameter, text).map((fault) => `${name}: ${fault}`));
    values[name] = parameterValue(parameter, text);
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
  return values;
}

function defaultOf({ Default }: JsonObject): string | undefined {
  return Default === undefined ? undefined : String(Default);
}

/** CloudFormation takes the spaces off the elements of a list. */
function elementsOf({ Type }: JsonObject, text: string): string[] {
  return Type === "CommaDelimitedList" ? text.split(",").map((element) => element.trim()) : [text];
}

function parameterValue(parameter: JsonObject, text: string): ParameterValue {
  if (parameter["Type"] === "CommaDelimitedList") return elementsOf(parameter, text);
  return parameter["Type"] === "Number" ? Number(text) : text;
}

function faultsOf(parameter: JsonObject, text: string): string[] {
  const { Type, AllowedPattern, AllowedValues, MinValue, MaxValue } = parameter;
  const faults: string[] = [];
  if (!TYPES.includes(String(Type))) faults.push(`a type not known here, ${Type}`);
  for (const attribute of Object.keys(parameter)) {
    if (!ATTRIBUTES.includes(attribute)) faults.push(`an attribute not known here, ${attribute}`);
  }
  if (Buffer.byteLength(text) > LONGEST) faults.push(`longer than ${LONGEST} bytes`);
  // Of a list each element must match, and of each the whole.
  const pattern = new RegExp(`^(?:${AllowedPattern ?? "[^]*"})$`);
  for (const element of elementsOf(parameter, text)) {
    const isAllowed = AllowedValues === undefined || asList(AllowedValues).map(String).includes(element);
    if (!pattern.test(element) || !isAllowed) faults.push(`${JSON.stringify(element)} is not allowed`);
    if (Type !== "Number") continue;
    if (element === "" || Number.isNaN(Number(element))) faults.push(`${JSON.stringify(element)} is no number`);
    if (isBelow(element, MinValue)) faults.push(`${element} is less than ${MinValue}`);
    if (isBelow(MaxValue, element)) faults.push(`${element} is more than ${MaxValue}`);
  }
  return faults;
}

function isBelow(a: Json | undefined, b: Json | undefined): boolean {
  return a !== undefined && b !== undefined && Number(a) < Number(b);
}
