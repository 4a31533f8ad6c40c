import { filesKey } from "../../lib/settle/settlement.ts";
import { asList, at, isObject, type Json, type JsonObject } from "../infra/template.ts";
import type { Authority } from "./authority.ts";
import { byArn, type Deployed, deployed, type Stack } from "./deploy.ts";

/** What a service does for a resource of the stack. */
interface Duty {
  service: string;
  /** As whom; without one as itself, from the resource with this ARN. */
  as: { role: Json | undefined } | { source: string };
  actions: string[];
  resource: string;
}

/**
 * What services must be allowed, for a stack to work as it is wired: a sentence for each duty that the policies forbid.
 * @param logBuckets those that somebody may name to a state machine
 */
export function forbiddenDuties(stack: Stack, authority: Authority, logBuckets: readonly string[]): string[] {
  return Object.values(stack.resources).flatMap((resource) =>
    (DUTIES[resource.type]?.(resource, stack, logBuckets) ?? []).flatMap(({ service, as, actions, resource: of }) => {
      const forbidden = actions.filter((action) => {
        if ("source" in as) return !authority.allowsService(service, action, of, { "aws:SourceArn": as.source });
        const role = byArn(stack, as.role);
        return !authority.allowsToAssume(service, role) || !authority.allows(role, action, of);
      });
      return forbidden.map((action) => `${resource.id}: ${service} may not ${action} ${of}`);
    }),
  );
}

const DUTIES: Record<string, (resource: Deployed, stack: Stack, logBuckets: readonly string[]) => Duty[]> = {
  "AWS::CloudWatch::Alarm": ({ properties, attributes }) => {
    const topics = [...asList(properties["AlarmActions"]), ...asList(properties["OKActions"])].map(String);
    const as = { source: attributes["Arn"]! };
    return topics.map((topic) => ({
      service: "cloudwatch.amazonaws.com",
      as,
      actions: ["sns:Publish"],
      resource: topic,
    }));
  },

  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-metric-streams-trustpolicy.html
  "AWS::CloudWatch::MetricStream": ({ properties }) => [
    {
      service: "streams.metrics.cloudwatch.amazonaws.com",
      as: { role: properties["RoleArn"] },
      actions: ["firehose:PutRecord", "firehose:PutRecordBatch"],
      resource: String(properties["FirehoseArn"]),
    },
  ],

  "AWS::Events::Rule": ({ properties, attributes }) =>
    asList(properties["Targets"]).flatMap((target): Duty[] => {
      const [service, source] = ["events.amazonaws.com", { source: attributes["Arn"]! }];
      const role = at(target, "RoleArn");
      const [arn, dead] = [at(target, "Arn"), at(target, "DeadLetterConfig", "Arn")].map(String) as [string, string];
      return [
        role
          ? { service, as: { role }, actions: ["states:StartExecution"], resource: arn }
          : { service, as: source, actions: ["sqs:SendMessage"], resource: arn },
        { service, as: source, actions: ["sqs:SendMessage"], resource: dead },
      ];
    }),

  // https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
  "AWS::KinesisFirehose::DeliveryStream": ({ properties }, stack) => {
    const to = properties["ExtendedS3DestinationConfiguration"];
    const does = { service: "firehose.amazonaws.com", as: { role: at(to, "RoleARN") } };
    const bucket = String(at(to, "BucketARN"));
    const lists = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"];
    const writes = ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"];
    const key = at(to, "EncryptionConfiguration", "KMSEncryptionConfig", "AWSKMSKeyARN");
    const group = String(at(to, "CloudWatchLoggingOptions", "LogGroupName"));
    const stream = String(at(to, "CloudWatchLoggingOptions", "LogStreamName"));
    return [
      { ...does, actions: lists, resource: bucket },
      ...["Prefix", "ErrorOutputPrefix"].map((prefix) => {
        const folder = String(at(to, prefix)).replace(/!\{[^}]*\}/g, "x");
        return { ...does, actions: writes, resource: `${bucket}/${folder}x` };
      }),
      { ...does, actions: ["logs:PutLogEvents"], resource: logStream(group, stream, stack) },
      ...(key ? [{ ...does, actions: ["kms:Decrypt", "kms:GenerateDataKey"], resource: String(key) }] : []),
    ];
  },

  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
  "AWS::Lambda::EventInvokeConfig": ({ properties }, stack) => {
    const lambda =
      stack.resources[deployed(stack, "AWS::Lambda::Function").find(isNamed(properties["FunctionName"]))!.id]!;
    const to = String(at(properties, "DestinationConfig", "OnFailure", "Destination"));
    return [{ ...asFunction(lambda), actions: ["sqs:SendMessage"], resource: to }];
  },

  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  "AWS::Lambda::EventSourceMapping": ({ properties }, stack) => {
    const actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    const lambda = byArn(stack, properties["FunctionName"]);
    return [{ ...asFunction(lambda), actions, resource: String(properties["EventSourceArn"]) }];
  },

  "AWS::Lambda::Function": (lambda, stack) => {
    const actions = ["logs:CreateLogStream", "logs:PutLogEvents"];
    return [{ ...asFunction(lambda), actions, resource: logStream(`/aws/lambda/${lambda.ref}`, "x", stack) }];
  },

  "AWS::Scheduler::Schedule": ({ properties: { Target } }) => {
    const does = { service: "scheduler.amazonaws.com", as: { role: at(Target, "RoleArn") } };
    return [
      { ...does, actions: ["lambda:InvokeFunction"], resource: String(at(Target, "Arn")) },
      { ...does, actions: ["sqs:SendMessage"], resource: String(at(Target, "DeadLetterConfig", "Arn")) },
    ];
  },

  "AWS::StepFunctions::StateMachine": ({ properties, attributes }, stack, logBuckets) => {
    const does = { service: "states.amazonaws.com", as: { role: properties["RoleArn"] } };
    const machine = { arn: attributes["Arn"]!, name: attributes["Name"]! };
    const definition = JSON.parse(String(properties["DefinitionString"]));
    return callsIn(definition, { machine, stack, logBuckets }).map((call) => ({ ...does, ...call }));
  },
};

const isNamed = (name: Json | undefined) => (resource: Deployed) => resource.ref === name;

const asFunction = ({ properties }: Deployed) => ({
  service: "lambda.amazonaws.com",
  as: { role: properties["Role"] },
});

/** The ARN of a stream of a group that is there. */
function logStream(group: string, stream: string, stack: Stack): string {
  const found = deployed(stack, "AWS::Logs::LogGroup").find(isNamed(group));
  if (!found) throw new Error(`there is no log group ${group}`);
  return found.attributes["Arn"]!.replace(/\*$/, `log-stream:${stream}`);
}

type Call = Pick<Duty, "actions" | "resource">;

interface Machine {
  machine: { arn: string; name: string };
  stack: Stack;
  logBuckets: readonly string[];
}

/** What the states of a machine call, under its role. */
function callsIn(value: Json, around: Machine): Call[] {
  if (Array.isArray(value)) return value.flatMap((element) => callsIn(element, around));
  if (!isObject(value)) return [];
  const integration = /:states:::(.*)$/.exec(String(value["Resource"]))?.[1];
  const own = integration === undefined ? [] : integrationCalls(integration, value["Arguments"] as JsonObject, around);
  const isMap = at(value, "ItemProcessor", "ProcessorConfig", "Mode") === "DISTRIBUTED";
  const maps = isMap ? mapCalls(around.machine, String(value["Label"])) : [];
  return [...own, ...maps, ...Object.values(value).flatMap((inner) => callsIn(inner, around))];
}

function integrationCalls(name: string, given: JsonObject, { stack, logBuckets }: Machine): Call[] {
  const { FunctionName, QueueUrl, Bucket, Prefix } = given;
  switch (name) {
    case "lambda:invoke":
      return [{ actions: ["lambda:InvokeFunction"], resource: String(FunctionName) }];
    case "sqs:sendMessage":
      return [{ actions: ["sqs:SendMessage"], resource: byArn(stack, QueueUrl).attributes["Arn"]! }];
    // A bucket that the input names.
    case "s3:listObjectsV2":
      return logBuckets.map((bucket) => ({ actions: ["s3:ListBucket"], resource: `arn:aws:s3:::${bucket}` }));
    case "s3:getObject": {
      const plan = `arn:aws:s3:::${Bucket}/${filesKey("e1")}`;
      return [{ actions: ["s3:GetObject"], resource: plan }, ...keyCalls(stack, false)];
    }
    // https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html: results that are written.
    case "s3:putObject": {
      const actions = ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"];
      return [{ actions, resource: `arn:aws:s3:::${Bucket}/${Prefix}/x` }, ...keyCalls(stack, true)];
    }
    default:
      throw new Error(`${name}: an integration that is not known here`);
  }
}

/** What the findings bucket's key takes, if it has one. */
function keyCalls({ resources }: Stack, isWritten: boolean): Call[] {
  const [rule] = asList(
    at(resources["FindingsBucket"]!.properties, "BucketEncryption", "ServerSideEncryptionConfiguration"),
  );
  const key = at(rule, "ServerSideEncryptionByDefault", "KMSMasterKeyID");
  const actions = ["kms:Decrypt", ...(isWritten ? ["kms:Encrypt", "kms:GenerateDataKey"] : [])];
  return key ? [{ actions, resource: String(key) }] : [];
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html; an earlier edition names StopExecution as well. */
function mapCalls({ arn, name }: Machine["machine"], label: string): Call[] {
  const execution = arn.replace(`:stateMachine:${name}`, `:execution:${name}`);
  return [
    { actions: ["states:StartExecution"], resource: arn },
    { actions: ["states:DescribeExecution", "states:StopExecution"], resource: `${execution}:1` },
    { actions: ["states:RedriveExecution"], resource: `${execution}/${label}:1` },
  ];
}
