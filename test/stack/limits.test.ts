import { expect, test } from "vitest";
import { soundTemplate } from "../infra/sound-template.ts";
import { at, type Json, type JsonObject } from "../infra/template.ts";
import { deploy } from "./deploy.ts";
import { limits } from "./limits.ts";

const long = (length: number) => "x".repeat(length);
const many = (count: number, value: Json): Json[] => Array.from({ length: count }, () => value);

const ROLE = "Resources.Role.Properties";
const ROLE_STATEMENT = `${ROLE}.Policies.0.PolicyDocument.Statement.0`;
const QUEUE_POLICY = "Resources.QueuePolicy.Properties.PolicyDocument";
const TOPIC_POLICY = "Resources.TopicPolicy";
const QUEUE_ARN = { "Fn::GetAtt": ["Queue", "Arn"] };

const topicPolicy = (statement: JsonObject, topics: Json[] = [{ Ref: "Topic" }]): Json => ({
  Type: "AWS::SNS::TopicPolicy",
  Properties: { Topics: topics, PolicyDocument: { Statement: [{ Sid: "S", ...statement }] } },
});

const query = (changes: JsonObject): Json => ({
  Type: "AWS::Athena::NamedQuery",
  Properties: { Name: "n", Database: "d", QueryString: "q", ...changes },
});

/** Puts a value at a path of the sound template; in faults # stands for a number. */
const CASES: { set: string; to: Json; faults: string[] }[] = [
  { set: "Resources.Topic.Properties.DisplayName", to: "as it was", faults: [] },
  {
    set: `${ROLE_STATEMENT}.Sid`,
    to: long(10_240),
    faults: ["Role: the size of its inline policies is #, more than 10240"],
  },
  { set: `${ROLE_STATEMENT}.Sid`, to: " ".repeat(10_240), faults: [] },
  {
    set: `${ROLE}.AssumeRolePolicyDocument.Id`,
    to: long(2048),
    faults: ["Role: the length of its trust policy is #, more than 2048"],
  },
  {
    set: "Resources.Function.Properties.Environment.Variables.MORE",
    to: "ü".repeat(2048),
    faults: ["Function: the size of its environment is #, more than 4096"],
  },
  {
    set: "Resources.Function.Properties.Description",
    to: long(257),
    faults: ["Function: the length of its description is #, more than 256"],
  },
  {
    set: "Resources.Rule.Properties.EventPattern",
    to: JSON.stringify({ source: [long(2036)] }),
    faults: ["Rule: the length of its pattern is #, more than 2048"],
  },
  {
    set: "Resources.Rule.Properties.EventPattern.source",
    to: [long(2048)],
    faults: ["Rule: the length of its pattern is #, more than 2048"],
  },
  {
    set: "Resources.BucketPolicy.Properties.PolicyDocument.Id",
    to: long(20_480),
    faults: ["BucketPolicy: the size of its policy is #, more than 20480"],
  },
  {
    set: `${QUEUE_POLICY}.Id`,
    to: long(8192),
    faults: ["QueuePolicy: the size of its policy is #, more than 8192"],
  },
  {
    set: `${QUEUE_POLICY}.Statement`,
    to: many(21, { Resource: QUEUE_ARN }),
    faults: ["QueuePolicy: the number of its statements is #, more than 20"],
  },
  {
    set: `${QUEUE_POLICY}.Statement.0.Action`,
    to: many(8, "sqs:SendMessage"),
    faults: ["QueuePolicy: the number of a statement's actions is #, more than 7"],
  },
  {
    set: `${QUEUE_POLICY}.Statement`,
    to: many(11, { Resource: QUEUE_ARN, Condition: { StringEquals: { "aws:SourceAccount": "1" } } }),
    faults: ["QueuePolicy: the number of its conditions is #, more than 10"],
  },
  {
    set: `${QUEUE_POLICY}.Statement.0.Resource`,
    to: [QUEUE_ARN, { "Fn::GetAtt": ["DeadLetters", "Arn"] }],
    faults: [expect.stringMatching(/^QueuePolicy: Events is not about https:.*-Queue-\w+ alone$/)],
  },
  {
    set: TOPIC_POLICY,
    to: topicPolicy({ Resource: { Ref: "Topic" }, Action: long(30_720) }),
    faults: ["TopicPolicy: the size of its policy is #, more than 30720"],
  },
  { set: TOPIC_POLICY, to: topicPolicy({ Resource: { Ref: "Topic" } }), faults: [] },
  {
    set: TOPIC_POLICY,
    to: topicPolicy({ Resource: "*" }),
    faults: [expect.stringMatching(/^TopicPolicy: S is not about arn:aws:sns:.* alone$/)],
  },
  {
    set: TOPIC_POLICY,
    to: {
      ...(topicPolicy({}) as JsonObject),
      Properties: { Topics: [], PolicyDocument: { Statement: many(101, {}) } },
    },
    faults: ["TopicPolicy: the number of its statements is #, more than 100"],
  },
  {
    set: "Resources.Rule.Properties.Description",
    to: long(513),
    faults: ["Rule: the length of its description is #, more than 512"],
  },
  {
    set: "Resources.Query",
    to: query({ Name: long(129) }),
    faults: ["Query: the length of its name is #, more than 128"],
  },
  {
    set: "Resources.Query",
    to: query({ Description: long(1025) }),
    faults: ["Query: the length of its description is #, more than 1024"],
  },
  {
    set: "Resources.Query",
    to: query({ QueryString: long(262_145) }),
    faults: ["Query: the length of its query is #, more than 262144"],
  },
  {
    set: "Resources.Dashboard",
    to: { Type: "AWS::CloudWatch::Dashboard", Properties: { DashboardBody: "{'start': 1}" } },
    faults: ["Dashboard: DashboardBody is no JSON"],
  },
  {
    set: "Resources.Machine.Properties.DefinitionString",
    to: `{}${" ".repeat(1_048_575)}`,
    faults: ["Machine: the length of its definition is #, more than 1048576"],
  },
  {
    set: "Resources.FunctionErrors.Properties.AlarmDescription",
    to: long(1025),
    faults: ["FunctionErrors: the length of its description is #, more than 1024"],
  },
  { set: "Resources.Schedule.Properties.Target.Input", to: "{", faults: ["Schedule: Target.Input is no JSON"] },
  { set: "Resources.Schedule.Properties.Target.Input", to: "1", faults: ["Schedule: Target.Input is no JSON object"] },
  { set: "Resources.Schedule.Properties.Target.Input", to: '{"a":1}', faults: [] },
  {
    set: "Resources.Machine.Properties.DefinitionString",
    to: "{]",
    faults: ["Machine: DefinitionString is no JSON"],
  },
  ...[
    "arn:aws:s3:::B/x",
    "arn:aws:s3:eu-central-1::logs",
    "arn:aws:sqs:eu-central-1:1111:q",
    "arn:aws:sns:eu-central-1:111122223333:",
    "arn:aws:lambda:eu-central-1:111122223333:f",
    "arn:aws:dynamodb:eu-central-1:111122223333:table/t",
    "logs",
  ].map((arn) => ({ set: `${ROLE_STATEMENT}.Resource`, to: arn, faults: [`Role: ${arn} is no ARN`] })),
  ...["arn:*:s3:::my-logs/*", "arn:*:s3:::my-logs*", "arn:aws:s3:::*"].map((arn) => ({
    set: `${ROLE_STATEMENT}.Resource`,
    to: arn,
    faults: [],
  })),
];

test.each(CASES)("$set: $faults", ({ set, to, faults }) => {
  const template = soundTemplate();
  const schedule = at(template.Resources, "Schedule", "Properties", "Target") as JsonObject;
  schedule["Input"] = "{}";
  const path = set.split(".");
  const last = path.pop()!;
  (at(template, ...path.map((step) => (/^\d+$/.test(step) ? Number(step) : step))) as JsonObject)[last] = to;
  const found = limits(deploy(template, { Names: "some-logs" }));
  expect(found.map((fault) => fault.replace(/ is \d+, more/, " is #, more"))).toEqual(faults);
});

test("a template has 500 resources at most", () => {
  const queues = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`Queue${i}`, { Type: "AWS::SQS::Queue" }]));
  expect(limits(deploy({ Resources: queues(500) }))).toEqual([]);
  expect(limits(deploy({ Resources: queues(501) }))).toEqual(["the template: 501 resources, more than 500"]);
});
