import { asList, at, type Json, type JsonObject } from "../infra/template.ts";
import { type Deployed, deployed, type Stack } from "./deploy.ts";

/** Looks at a stack and says what a real account would refuse, one sentence a fault, the resource first. */
type Limit = (stack: Stack) => string[];

const compact = (value: Json | undefined): string => JSON.stringify(value ?? null);

/** What a service takes at most of something that a resource of this type has. */
function most(limit: number, what: string, types: string[], sizesOf: (resource: Deployed) => number[]): Limit {
  return (stack) =>
    deployed(stack, ...types).flatMap((resource) =>
      sizesOf(resource)
        .filter((size) => size > limit)
        .map((size) => `${resource.id}: ${what} is ${size}, more than ${limit}`),
    );
}

const lengthAt =
  (...path: string[]) =>
  ({ properties }: Deployed) => {
    const value = at(properties, ...path);
    return value === undefined ? [] : [String(value).length];
  };

const bytesAt =
  (...path: string[]) =>
  ({ properties }: Deployed) => [Buffer.byteLength(compact(at(properties, ...path)))];

const statementsOf = ({ properties }: Deployed) => asList(at(properties, "PolicyDocument", "Statement"));

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline policies of a role together, where white
 * space does not count; a trust policy by default.
 */
const roles = [
  most(10_240, "the size of its inline policies", ["AWS::IAM::Role"], ({ properties }) => [
    asList(properties["Policies"])
      .map((policy) => compact(at(policy, "PolicyDocument")).replace(/\s/g, "").length)
      .reduce((a, b) => a + b, 0),
  ]),
  most(2048, "the length of its trust policy", ["AWS::IAM::Role"], ({ properties }) => [
    compact(properties["AssumeRolePolicyDocument"]).length,
  ]),
];

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 4 KB of environment, which Lambda measures as JSON.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html: the description.
 */
const functions = [
  most(4096, "the size of its environment", ["AWS::Lambda::Function"], bytesAt("Environment", "Variables")),
  most(256, "the length of its description", ["AWS::Lambda::Function"], lengthAt("Description")),
];

/**
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html: a pattern by default.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html: the description.
 */
const rules = [
  most(2048, "the length of its pattern", ["AWS::Events::Rule"], ({ properties: { EventPattern } }) => [
    typeof EventPattern === "string" ? EventPattern.length : compact(EventPattern).length,
  ]),
  most(512, "the length of its description", ["AWS::Events::Rule"], lengthAt("Description")),
];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-iam-policies.html: 20 KB. */
const bucketPolicies = [most(20_480, "the size of its policy", ["AWS::S3::BucketPolicy"], bytesAt("PolicyDocument"))];

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html. It does not say what one condition
 * is: here, every value, so that it holds whatever is meant.
 */
const queuePolicies = [
  most(8192, "the size of its policy", ["AWS::SQS::QueuePolicy"], bytesAt("PolicyDocument")),
  most(20, "the number of its statements", ["AWS::SQS::QueuePolicy"], (policy) => [statementsOf(policy).length]),
  most(7, "the number of a statement's actions", ["AWS::SQS::QueuePolicy"], (policy) =>
    statementsOf(policy).map((statement) => asList(at(statement, "Action")).length),
  ),
  most(10, "the number of its conditions", ["AWS::SQS::QueuePolicy"], (policy) => [
    statementsOf(policy).flatMap((statement) =>
      Object.values(at(statement, "Condition") ?? {}).flatMap((keys) => Object.values(keys as object).flat()),
    ).length,
  ]),
];

/** https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html */
const topicPolicies = [
  most(30_720, "the size of its policy", ["AWS::SNS::TopicPolicy"], bytesAt("PolicyDocument")),
  most(100, "the number of its statements", ["AWS::SNS::TopicPolicy"], (policy) => [statementsOf(policy).length]),
];

/**
 * Each statement is about the one topic or queue that the policy is of: that of SNS as told there, that of SQS by
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/AccessPolicyLanguage_SpecialInfo.html
 */
const ownPolicies: Limit = (stack) =>
  deployed(stack, "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy").flatMap((policy) => {
    const owners = [...asList(policy.properties["Queues"]), ...asList(policy.properties["Topics"])];
    return owners.flatMap((owner) => {
      const { ref, attributes } = Object.values(stack.resources).find((resource) => resource.ref === owner)!;
      const own = attributes["Arn"] ?? ref;
      return statementsOf(policy)
        .filter((statement) => compact(asList(at(statement, "Resource"))) !== compact([own]))
        .map((statement) => `${policy.id}: ${at(statement, "Sid")} is not about ${owner} alone`);
    });
  });

/**
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: a definition.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: a description.
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html: name, description, query.
 */
const texts = [
  most(1_048_576, "the length of its definition", ["AWS::StepFunctions::StateMachine"], lengthAt("DefinitionString")),
  most(1024, "the length of its description", ["AWS::CloudWatch::Alarm"], lengthAt("AlarmDescription")),
  most(128, "the length of its name", ["AWS::Athena::NamedQuery"], lengthAt("Name")),
  most(1024, "the length of its description", ["AWS::Athena::NamedQuery"], lengthAt("Description")),
  most(262_144, "the length of its query", ["AWS::Athena::NamedQuery"], lengthAt("QueryString")),
];

/** Texts that a service reads as JSON. */
const JSON_TEXTS: Record<string, string[]> = {
  "AWS::CloudWatch::Dashboard": ["DashboardBody"],
  "AWS::Scheduler::Schedule": ["Target", "Input"],
  "AWS::StepFunctions::StateMachine": ["DefinitionString"],
};

const json: Limit = (stack) =>
  deployed(stack, ...Object.keys(JSON_TEXTS)).flatMap(({ id, type, properties }) => {
    const path = JSON_TEXTS[type]!;
    try {
      const value: JsonObject = JSON.parse(String(at(properties, ...path)));
      return typeof value === "object" ? [] : [`${id}: ${path.join(".")} is no JSON object`];
    } catch {
      return [`${id}: ${path.join(".")} is no JSON`];
    }
  });

/** By service, what stands behind `arn:PARTITION:` in a policy. */
const ARNS: Record<string, RegExp> = {
  s3: /^s3:::(?:[a-z0-9][a-z0-9.-]{1,61}[a-z0-9*]|\*)(?:\/.+)?$/,
  sqs: /^sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}$/,
  sns: /^sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/,
  lambda: /^lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}$/,
  states: /^states:[a-z0-9-]+:\d{12}:(?:stateMachine:[\w-]{1,80}|execution:[\w-]{1,80}(?:\/[\w-]{1,40})?:\*)$/,
  logs: /^logs:[a-z0-9-]+:\d{12}:log-group:[\w./#-]{1,512}:\*$/,
  firehose: /^firehose:[a-z0-9-]+:\d{12}:deliverystream\/[\w.-]{1,64}$/,
  events: /^events:[a-z0-9-]+:\d{12}:rule\/[\w.-]{1,64}$/,
  cloudwatch: /^cloudwatch:[a-z0-9-]+:\d{12}:alarm:[\w-]{1,254}\*?$/,
  kms: /^kms:[a-z0-9-]+:\d{12}:key\/.+$/,
};

const arns: Limit = ({ resources }) =>
  Object.values(resources).flatMap(({ id, properties }) =>
    textsUnder(properties, ["Resource", "aws:SourceArn"])
      .filter((text) => text !== "*" && !isArn(text))
      .map((text) => `${id}: ${text} is no ARN`),
  );

function isArn(text: string): boolean {
  const [, rest = "", service = ""] = /^arn:(?:aws|aws-cn|aws-us-gov|\*):(([a-z0-9]+):.*)$/.exec(text) ?? [];
  return ARNS[service]?.test(rest) ?? false;
}

/** The texts of all properties that are called by one of these names, wherever they are. */
function textsUnder(value: Json | undefined, names: string[]): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    names.includes(name) ? asList(inner).map(String) : textsUnder(inner as Json, names),
  );
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: resources of a template. */
const template: Limit = ({ resources }) => {
  const count = Object.keys(resources).length;
  return count > 500 ? [`the template: ${count} resources, more than 500`] : [];
};

const LIMITS: Limit[] = [
  ...roles,
  ...functions,
  ...rules,
  ...bucketPolicies,
  ...queuePolicies,
  ...topicPolicies,
  ownPolicies,
  ...texts,
  json,
  arns,
  template,
];

export function limits(stack: Stack): string[] {
  return LIMITS.flatMap((limit) => limit(stack));
}
