import { asList, at, type Json } from "../infra/template.ts";
import { type Deployed, deployed, type Stack } from "./deploy.ts";
import { type Asked, type Match, matches } from "./policy.ts";

/** Who may do what, by the policies of a stack. */
export interface Authority {
  /** Whether a role may. */
  allows(role: Deployed, action: string, resource: string, context?: Record<string, string>): boolean;
  /** Whether a service may by itself, as the policy of what it asks for says. */
  allowsService(service: string, action: string, resource: string, context?: Record<string, string>): boolean;
  /** Whether a service may act as a role. */
  allowsToAssume(service: string, role: Deployed): boolean;
  /** Every refusal, as `WHO ACTION RESOURCE`. */
  refused: string[];
  /** What roles were allowed by: `ROLE ACTION RESOURCE`, as the statement writes it. */
  used: Set<string>;
}

/** Of the policies of resources: the type, where it names what it is of, and what the names of those are. */
const RESOURCE_POLICIES = {
  "AWS::S3::BucketPolicy": "Bucket",
  "AWS::SNS::TopicPolicy": "Topics",
  "AWS::SQS::QueuePolicy": "Queues",
} as const;

/**
 * As one account decides it: a denial counts most, then what allows it, in a policy of the role or of the resource. Keys of KMS are
 * not of the stack: their policies are taken to leave it to IAM, as the default one does.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @param without a grant that is taken away, as in {@link Authority.used}
 */
export function authorityOf(stack: Stack, without: string | null = null): Authority {
  const { account } = stack.place;
  const refused: string[] = [];
  const used = new Set<string>();

  function decide(who: string, asked: Asked, identity: readonly Match[]): boolean {
    const found = [...identity, ...resourcePolicies(stack, asked.resource).flatMap((each) => matches(each, asked))];
    const isAllowed = found.some(({ effect }) => effect === "Allow") && found.every(({ effect }) => effect === "Allow");
    if (!isAllowed) refused.push(`${who} ${asked.action} ${asked.resource}`);
    return isAllowed;
  }

  return {
    refused,
    used,
    allows(role, action, resource, context = {}) {
      const asked = { action, resource, context: { ...contextOf(action), "aws:ResourceAccount": account, ...context } };
      const grant = (match: Match) => `${role.id} ${match.action} ${match.resource}`;
      const identity = asList(role.properties["Policies"])
        .flatMap((policy) => matches(at(policy, "PolicyDocument"), { ...asked, service: null }))
        .filter((match) => grant(match) !== without);
      const isAllowed = decide(role.id, { ...asked, service: null }, identity);
      if (isAllowed) for (const match of identity) used.add(grant(match));
      return isAllowed;
    },
    allowsService: (service, action, resource, context = {}) =>
      decide(
        service,
        {
          action,
          resource,
          service,
          context: { ...contextOf(action), "aws:SourceAccount": account, ...context },
        },
        [],
      ),
    allowsToAssume(service, role) {
      const context = { "aws:SourceAccount": account, "sts:ExternalId": account };
      const asked = { action: "sts:AssumeRole", resource: role.attributes["Arn"]!, service, context };
      return decide(service, asked, matches(role.properties["AssumeRolePolicyDocument"], asked));
    },
  };
}

/** All requests go over TLS 1.3, and those to S3 are signed with V4. */
function contextOf(action: string): Record<string, string> {
  const signed = { "s3:TlsVersion": "1.3", "s3:signatureversion": "AWS4-HMAC-SHA256" };
  return { "aws:SecureTransport": "true", ...(action.startsWith("s3:") && signed) };
}

/** The documents of the policies that stand with a resource: those of the bucket for its objects. */
function resourcePolicies(stack: Stack, resource: string): Json[] {
  const bucket = /^(arn:[^:]*:s3:::[^/]+)\//.exec(resource)?.[1];
  const owner = Object.values(stack.resources).find(
    ({ ref, attributes }) => ref === resource || [resource, bucket].includes(attributes["Arn"] ?? ""),
  );
  if (!owner) return [];
  return Object.entries(RESOURCE_POLICIES).flatMap(([type, of]) =>
    deployed(stack, type)
      .filter(({ properties }) => asList(properties[of]).includes(owner.ref))
      .map(({ properties }) => properties["PolicyDocument"]!),
  );
}
