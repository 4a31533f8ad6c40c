import { asList, at, type Check, isObject, type Json, outcomes, type Template, textsOf } from "../template.ts";

export interface Statement {
  /** The resource that it stands in, and its Sid. */
  where: string;
  effect: string;
  principal: Json | undefined;
  actions: string[];
  resources: string[];
  condition: Json | undefined;
}

/** Every statement of every policy document in the template: of roles, trust policies, buckets, queues and topics. */
export function statementsOf(template: Template): Statement[] {
  return Object.entries(template.Resources).flatMap(([id, { Properties }]) =>
    documentsIn(Properties).flatMap((document) =>
      asList(document)
        .flatMap(outcomes)
        .map((statement) => ({
          where: [id, at(statement, "Sid")].filter(Boolean).join(" "),
          effect: String(at(statement, "Effect")),
          principal: at(statement, "Principal"),
          actions: textsOf(at(statement, "Action"), template),
          resources: textsOf(at(statement, "Resource"), template),
          condition: at(statement, "Condition"),
        })),
    ),
  );
}

function documentsIn(value: Json | undefined): Json[] {
  if (Array.isArray(value)) return value.flatMap(documentsIn);
  if (!isObject(value)) return [];
  const { Statement } = value;
  const own = Statement === undefined ? [] : [Statement];
  return [...own, ...Object.values(value).flatMap(documentsIn)];
}

/** A permission that cannot be narrower. */
export interface Exception {
  /** As in {@link Statement.where}. */
  where: string;
  reason: string;
}

/**
 * A star may stand for the partition (an account is in one only), and at the end for what lies in something named:
 * the objects under a prefix, the executions of a state machine.
 */
function isNarrow(resource: string): boolean {
  const named = resource.replace(/<[^>]*>/g, "NAME");
  return /^(?:arn:(?:\*|[^*:]+):[^*:]+:[^*:]*:[^*:]*:)?[^*]*[^*:/](?:\/\*)?$|:execution:[^*:]+:\*$/.test(named);
}

/** Whoever is allowed something is allowed named actions on named resources. */
export function narrowPermissions(exceptions: readonly Exception[]): Check {
  return (template) => {
    const wide = statementsOf(template).filter(({ effect }) => effect === "Allow");
    const faults: string[] = [];
    for (const { where, actions } of wide) {
      for (const action of actions) if (action.includes("*")) faults.push(`${where}: may do ${action}`);
    }
    const tooWide = wide.flatMap(({ where, resources }) =>
      resources.filter((resource) => !isNarrow(resource)).map((resource) => ({ where, resource })),
    );
    for (const { where, resource } of tooWide) {
      if (!exceptions.some((exception) => exception.where === where)) faults.push(`${where}: may do it to ${resource}`);
    }
    for (const { where } of exceptions) {
      if (!tooWide.some((statement) => statement.where === where)) faults.push(`${where}: needs no exception`);
    }
    return faults;
  };
}

/** Resource types that anybody on the internet can call. */
const PUBLIC_TYPES = /^AWS::(?:Lambda::Url|ApiGateway|ApiGatewayV2|AppSync|CloudFront|ElasticLoadBalancing)/;

/** Nobody outside the account is let in, and no AWS service on behalf of somebody else. */
export const nothingPublic: Check = (template) => {
  const faults: string[] = [];
  for (const { where, effect, principal, actions, condition } of statementsOf(template)) {
    if (effect !== "Allow" || principal === undefined) continue;
    if (principal === "*" || asList(at(principal, "AWS")).length > 0) faults.push(`${where}: lets others in`);
    // A role is taken on only where somebody who may pass it has configured it.
    if (!actions.includes("sts:AssumeRole") && !/"aws:SourceArn"/.test(JSON.stringify(condition ?? null))) {
      faults.push(`${where}: a service may act for anybody (no aws:SourceArn)`);
    }
  }
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    if (PUBLIC_TYPES.test(Type)) faults.push(`${id}: ${Type} is public`);
    if (Type === "AWS::Lambda::Permission" && !at(Properties, "SourceArn")) faults.push(`${id}: no SourceArn`);
  }
  return faults;
};

/** What a role may do, a line for each action and resource, sorted; conditions in brackets. */
export function grantsOf(template: Template, role: string): string[] {
  return statementsOf(template)
    .filter(({ where, principal }) => where.split(" ")[0] === role && principal === undefined)
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) => [...new Set(resources)].map((r) => `${action} ${r}`)),
    )
    .sort();
}
