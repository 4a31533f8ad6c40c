// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Fn::Sub writes its variables like that
import { describe, expect, test } from "vitest";
import { alarms } from "./checks/alarms.ts";
import { buckets, findingsBucket } from "./checks/buckets.ts";
import { functions } from "./checks/functions.ts";
import { narrowPermissions, nothingPublic } from "./checks/permissions.ts";
import { deliveries, queues, visibility } from "./checks/queues.ts";
import { circles, references } from "./checks/references.ts";
import { resourceSpecification } from "./checks/resource-specification.ts";
import { stateMachines } from "./checks/state-machines.ts";
import { soundTemplate } from "./sound-template.ts";
import type { Check, Json, JsonObject } from "./template.ts";

const CHECKS: Record<string, Check> = {
  resourceSpecification,
  references,
  circles,
  stateMachines,
  buckets,
  findingsBucket: findingsBucket("Bucket"),
  queues,
  deliveries,
  visibility,
  functions,
  narrowPermissions: narrowPermissions([{ where: "Role List", reason: "is about no one bucket" }]),
  nothingPublic,
  alarms,
};

/** Puts a value (or nothing) at a path of the sound template. */
interface Case {
  set: string;
  to?: Json;
  faults: string[];
}

const ALLOW = "Resources.Role.Properties.Policies.0.PolicyDocument.Statement";
const DENY = "Resources.BucketPolicy.Properties.PolicyDocument.Statement";
const QUEUE_ALLOW = "Resources.QueuePolicy.Properties.PolicyDocument.Statement.0";
const DEFINITION = "Resources.Machine.Properties.DefinitionString";
const bucket = "Resources.Bucket.Properties";

/** The definition with its first state changed. */
function machine(call: JsonObject): Json {
  const Call = { Type: "Task", Retry: [{ ErrorEquals: ["States.ALL"] }], ...call };
  return JSON.stringify({ StartAt: "Call", States: { Call, Done: { Type: "Succeed" } } });
}

const CASES: Record<keyof typeof CHECKS, Case[]> = {
  resourceSpecification: [
    {
      set: "Resources.Topic.Type",
      to: "AWS::SNS::Topik",
      faults: ["Topic: there is no resource type AWS::SNS::Topik"],
    },
    { set: "Resources.Topic.Properties.Colour", to: "red", faults: ["Topic: there is no property Colour"] },
    {
      set: `${bucket}.VersioningConfiguration.Mode`,
      to: "x",
      faults: ["Bucket.VersioningConfiguration: there is no property Mode"],
    },
    { set: "Resources.Schedule.Properties.FlexibleTimeWindow", faults: ["Schedule: FlexibleTimeWindow is missing"] },
    {
      set: "Resources.Schedule.Properties.FlexibleTimeWindow",
      to: { Ref: "AWS::NoValue" },
      faults: ["Schedule: FlexibleTimeWindow is missing"],
    },
    {
      set: "Resources.Queue.Properties.VisibilityTimeout",
      to: "long",
      faults: ['Queue.VisibilityTimeout: expected integer, found "long"'],
    },
    {
      set: "Resources.Queue.Properties.VisibilityTimeout",
      to: 1.5,
      faults: ["Queue.VisibilityTimeout: expected integer, found 1.5"],
    },
    {
      set: "Resources.Queue.Properties.VisibilityTimeout",
      to: { Ref: "Names" },
      faults: ["Queue.VisibilityTimeout: Ref gives list, not integer"],
    },
    {
      set: "Resources.Function.Properties.Architectures",
      to: "arm64",
      faults: ["Function.Architectures: expected a list"],
    },
    {
      set: "Resources.Function.Properties.PackageType",
      to: "Tar",
      faults: ['Function.PackageType: "Tar" is not one of Image, Zip'],
    },
    { set: "Resources.Function.Properties.Environment", to: "x", faults: ["Function.Environment: expected an object"] },
    {
      set: "Resources.Function.Properties.Environment.Variables.N",
      to: { Ref: "Names" },
      faults: ["Function.Environment.Variables.N: Ref gives list, not string"],
    },
    {
      set: "Resources.Function.Properties.Role",
      to: { "Fn::GetAtt": ["Role", "Name"] },
      faults: ["Function: AWS::IAM::Role has no attribute Name"],
    },
    {
      set: "Outputs.Bucket.Value",
      to: { "Fn::Sub": "${Bucket.Name}" },
      faults: ["output Bucket: AWS::S3::Bucket has no attribute Name"],
    },
  ],
  references: [
    { set: "Resources.Function.DependsOn", to: ["Log"], faults: ["Function: there is no Log"] },
    { set: "Outputs.Bucket.Value", to: { Ref: "Buckets" }, faults: ["output Bucket: there is no Buckets"] },
    {
      set: "Outputs.Bucket.Value",
      to: { "Fn::Sub": "${A}${AWS::Region}${!B}" },
      faults: ["output Bucket: there is no A"],
    },
    {
      set: "Outputs.Bucket.Value",
      to: { "Fn::Sub": ["${A}${C}", { A: { Ref: "D" } }] },
      faults: ["output Bucket: there is no D", "output Bucket: there is no C"],
    },
    {
      set: "Resources.Bucket.Condition",
      to: "HasNames",
      faults: ["BucketPolicy: Bucket exists only if HasNames", "output Bucket: Bucket exists only if HasNames"],
    },
    {
      set: "Resources.Rule.Condition",
      to: "HasRules",
      faults: ["QueuePolicy: Rule exists only if HasRules", "Rule: there is no condition HasRules"],
    },
    { set: "Parameters.Colour", to: { Type: "String" }, faults: ["Colour: nothing uses it"] },
    { set: "Conditions.IsRed", to: { "Fn::Equals": [{ Ref: "Days" }, "1"] }, faults: ["IsRed: nothing uses it"] },
  ],
  circles: [
    { set: `${bucket}.BucketName`, to: { "Fn::GetAtt": ["Function", "Arn"] }, faults: [] },
    { set: "Resources.Role.DependsOn", to: "Function", faults: ["Role → Function → Role: a circle"] },
    {
      set: "Resources.LogGroup.Properties.LogGroupName",
      to: { "Fn::Sub": "/aws/lambda/${Function}" },
      faults: ["Function → LogGroup → Function: a circle"],
    },
  ],
  stateMachines: [
    {
      set: DEFINITION,
      to: machine({ Next: "Dine" }),
      faults: ["Machine: there is no state Dine", "Machine: nothing leads to Done"],
    },
    { set: DEFINITION, to: machine({}), faults: ["Machine: Call leads nowhere", "Machine: nothing leads to Done"] },
    { set: DEFINITION, to: machine({ Next: "Done", Retry: 0 }), faults: ["Machine: Call does not try again"] },
    {
      set: DEFINITION,
      to: machine({ Next: "Done", Type: "Map", ItemProcessor: { StartAt: "A", States: {} } }),
      faults: ["Machine.Call: there is no state A"],
    },
    { set: DEFINITION, to: "{", faults: ["Machine: its definition is no JSON"] },
    { set: DEFINITION, faults: ["Machine: its definition is no JSON"] },
  ],
  buckets: [
    { set: `${bucket}.BucketEncryption`, faults: ["Bucket: not encrypted"] },
    {
      set: `${bucket}.PublicAccessBlockConfiguration.BlockPublicAcls`,
      to: false,
      faults: ["Bucket: BlockPublicAcls is not on"],
    },
    { set: `${bucket}.AccessControl`, to: "PublicRead", faults: ["Bucket: has AccessControl"] },
    { set: `${DENY}.0`, to: {}, faults: ["Bucket: plain HTTP is not denied"] },
    { set: `${DENY}.0.Resource.1`, faults: ["Bucket: plain HTTP is not denied"] },
    { set: `${DENY}.0.Condition.StringEquals`, to: {}, faults: ["Bucket: plain HTTP is not denied"] },
    {
      set: "Resources.BucketPolicy.Properties.Bucket",
      to: { Ref: "Other" },
      faults: ["Bucket: plain HTTP is not denied"],
    },
  ],
  findingsBucket: [
    { set: `${bucket}.VersioningConfiguration.Status`, to: "Suspended", faults: ["Bucket: not versioned"] },
    { set: `${bucket}.OwnershipControls`, faults: ["Bucket: ACLs are in force"] },
    { set: `${bucket}.LifecycleConfiguration`, faults: ["Bucket: no lifecycle"] },
    { set: "Resources.Bucket.DeletionPolicy", to: "Delete", faults: ["Bucket: goes with the stack"] },
    { set: "Resources.Bucket.UpdateReplacePolicy", faults: ["Bucket: goes when it is replaced"] },
    { set: "Resources.BucketPolicy.DeletionPolicy", faults: ["BucketPolicy: goes with the stack"] },
    { set: "Resources.BucketPolicy.UpdateReplacePolicy", faults: ["BucketPolicy: goes when it is replaced"] },
    { set: `${DENY}.1.Effect`, to: "Allow", faults: ["Bucket: old TLS is not denied"] },
    { set: `${DENY}.2.Action`, to: "s3:GetObject", faults: ["Bucket: signatures other than V4 are not denied"] },
  ],
  queues: [
    { set: "Resources.Queue.Properties.RedrivePolicy", faults: ["Queue: has no dead-letter queue"] },
    { set: "Resources.DeadLetters.Properties.SqsManagedSseEnabled", to: false, faults: ["DeadLetters: not encrypted"] },
    {
      set: "Resources.Queue.Properties.RedrivePolicy.deadLetterTargetArn",
      to: { Ref: "Topic" },
      faults: ["Queue: Topic is no queue"],
    },
    {
      set: "Resources.Another",
      to: { Type: "AWS::SQS::Queue", Properties: { SqsManagedSseEnabled: true } },
      faults: ["Another: has no dead-letter queue"],
    },
  ],
  deliveries: [
    { set: "Resources.Rule.Properties.Targets.0.DeadLetterConfig", faults: ["Rule: no dead-letter queue"] },
    { set: "Resources.Schedule.Properties.Target.DeadLetterConfig", faults: ["Schedule: no dead-letter queue"] },
    { set: "Resources.EventConfig.Properties.DestinationConfig", faults: ["Function: calls that fail are lost"] },
  ],
  visibility: [
    {
      set: "Resources.Queue.Properties.VisibilityTimeout",
      to: 359,
      faults: ["EventSource: the queue's visibility timeout is under 360 s"],
    },
    {
      set: "Resources.Queue.Properties.VisibilityTimeout",
      faults: ["EventSource: the queue's visibility timeout is under 360 s"],
    },
    {
      set: "Resources.EventSource.Properties.FunctionResponseTypes",
      faults: ["EventSource: one bad message fails the batch"],
    },
  ],
  functions: [
    { set: "Resources.Function.Properties.Runtime", to: "nodejs22.x", faults: ["Function: runtime nodejs22.x"] },
    { set: "Resources.Function.Properties.Architectures", faults: ["Function: not arm64"] },
    { set: "Resources.Function.Properties.Role", to: { Ref: "Queue" }, faults: ["Function: no role"] },
    { set: "Resources.Function.Properties.FunctionName", to: "other", faults: ["Function: no log group"] },
    { set: "Resources.LogGroup.Properties.RetentionInDays", faults: ["LogGroup: kept for ever"] },
    {
      set: "Resources.Twin",
      to: {
        Type: "AWS::Lambda::Function",
        Properties: {
          FunctionName: "function",
          Runtime: "nodejs24.x",
          Architectures: ["arm64"],
          Role: { "Fn::GetAtt": ["Role", "Arn"] },
        },
      },
      faults: ["Twin: shares Role with Function"],
    },
  ],
  narrowPermissions: [
    { set: `${ALLOW}.1.Action`, to: ["s3:Get*"], faults: ["Role Read: may do s3:Get*"] },
    { set: `${ALLOW}.1.Resource`, to: "*", faults: ["Role Read: may do it to *"] },
    {
      set: `${ALLOW}.1.Resource`,
      to: { "Fn::Sub": "arn:${AWS::Partition}:s3:::*" },
      faults: ["Role Read: may do it to arn:<AWS::Partition>:s3:::*"],
    },
    {
      set: `${ALLOW}.1.Resource`,
      to: { "Fn::Sub": "arn:aws:sqs:*:${AWS::AccountId}:queue" },
      faults: ["Role Read: may do it to arn:aws:sqs:*:<AWS::AccountId>:queue"],
    },
    { set: `${ALLOW}.1.Resource`, to: "arn:aws:s3:::logs-*", faults: ["Role Read: may do it to arn:aws:s3:::logs-*"] },
    {
      set: `${ALLOW}.1.Resource`,
      to: ["arn:aws:s3:::logs/*", { "Fn::GetAtt": ["Bucket", "Arn"] }, { "Fn::Sub": "${Bucket.Arn}/a/*" }],
      faults: [],
    },
    { set: `${ALLOW}.1.Resource`, to: "arn:aws:states:eu-central-1:1:execution:run/Map:*", faults: [] },
    {
      set: `${ALLOW}.1.Resource`,
      to: "arn:aws:states:eu-central-1:1:execution:*",
      faults: ["Role Read: may do it to arn:aws:states:eu-central-1:1:execution:*"],
    },
    { set: `${ALLOW}.2.Fn::If.1.Resource`, to: "*", faults: ["Role: may do it to *"] },
    { set: `${ALLOW}.0.Resource`, to: "arn:aws:s3:::logs", faults: ["Role List: needs no exception"] },
    { set: `${QUEUE_ALLOW}.Action`, to: "sqs:*", faults: ["QueuePolicy Events: may do sqs:*"] },
  ],
  nothingPublic: [
    { set: `${QUEUE_ALLOW}.Principal`, to: "*", faults: ["QueuePolicy Events: lets others in"] },
    { set: `${QUEUE_ALLOW}.Principal`, to: { AWS: "111122223333" }, faults: ["QueuePolicy Events: lets others in"] },
    {
      set: `${QUEUE_ALLOW}.Condition`,
      faults: ["QueuePolicy Events: a service may act for anybody (no aws:SourceArn)"],
    },
    {
      set: `${DENY}.0.Effect`,
      to: "Allow",
      faults: ["BucketPolicy: lets others in", "BucketPolicy: a service may act for anybody (no aws:SourceArn)"],
    },
    { set: "Resources.Url", to: { Type: "AWS::Lambda::Url" }, faults: ["Url: AWS::Lambda::Url is public"] },
    {
      set: "Resources.Permission",
      to: { Type: "AWS::Lambda::Permission", Properties: {} },
      faults: ["Permission: no SourceArn"],
    },
  ],
  alarms: [
    { set: "Resources.FunctionErrors", faults: ["Errors of Function: no alarm"] },
    {
      set: "Resources.QueueAge.Properties.Dimensions",
      to: [],
      faults: ["ApproximateAgeOfOldestMessage of Queue: no alarm"],
    },
    {
      set: "Resources.Dead.Properties.MetricName",
      to: "NumberOfMessagesSent",
      faults: ["ApproximateNumberOfMessagesVisible of DeadLetters: no alarm"],
    },
    { set: "Resources.MachineFailed", faults: ["ExecutionsFailed of Machine: no alarm"] },
    { set: "Resources.Dead.Properties.AlarmActions", faults: ["Dead: tells nobody"] },
  ],
};

test.each(Object.entries(CHECKS))("%s passes what is sound", (_, check) => {
  expect(check(soundTemplate())).toEqual([]);
});

describe.each(Object.entries(CASES))("%s finds", (name, cases) => {
  test.each(cases)("$faults", ({ set, to, faults }) => {
    const template = soundTemplate();
    put(template as unknown as { [name: string]: Json }, set.split("."), to);
    expect(CHECKS[name]!(template)).toEqual(faults);
  });
});

function put(object: { [name: string]: Json }, [step, ...rest]: string[], value: Json | undefined): void {
  if (rest.length > 0) {
    object[step!] ??= {};
    put(object[step!] as { [name: string]: Json }, rest, value);
  } else if (value !== undefined) object[step!] = value;
  else if (Array.isArray(object)) object.splice(Number(step), 1);
  else delete object[step!];
}
