import { hash } from "node:crypto";
import { at, type JsonObject } from "../infra/template.ts";

/** Where a stack stands. */
export interface Place {
  stack: string;
  account: string;
  region: string;
  partition: string;
}

/** What a resource is called by, once it is there. */
export interface Identity {
  name: string;
  /** What `Ref` gives; `null` where that is not known here. */
  ref: string | null;
  /** What `Fn::GetAtt` gives. */
  attributes: Record<string, string>;
}

/** Of a resource type: what its reference says that `Ref` and `Fn::GetAtt` give. */
interface Kind {
  /** The way to the property that names it. Where there is none, or it is not set, CloudFormation makes a name. */
  named?: string;
  /** Characters that a name may have. */
  longest: number;
  arn?(name: string, place: Place): string;
  ref?(name: string, place: Place): string;
  attributes?(name: string, place: Place): Record<string, string>;
}

/** The ARN of what lives in one region of one account. */
const arnOf =
  (service: string, before = "") =>
  (name: string, { partition, region, account }: Place) =>
    `arn:${partition}:${service}:${region}:${account}:${before}${name}`;

const topicArn = arnOf("sns");
const machineArn = arnOf("states", "stateMachine:");

const KINDS: Record<string, Kind> = {
  "AWS::Athena::WorkGroup": { named: "Name", longest: 128 },
  "AWS::CloudWatch::Alarm": { named: "AlarmName", longest: 255, arn: arnOf("cloudwatch", "alarm:") },
  "AWS::Events::Rule": { named: "Name", longest: 64, arn: arnOf("events", "rule/") },
  "AWS::Glue::Database": { named: "DatabaseInput.Name", longest: 255 },
  "AWS::IAM::Role": {
    named: "RoleName",
    longest: 64,
    arn: (name, { partition, account }) => `arn:${partition}:iam::${account}:role/${name}`,
  },
  "AWS::KinesisFirehose::DeliveryStream": {
    named: "DeliveryStreamName",
    longest: 64,
    arn: arnOf("firehose", "deliverystream/"),
  },
  "AWS::Lambda::Function": { named: "FunctionName", longest: 64, arn: arnOf("lambda", "function:") },
  "AWS::Logs::LogGroup": {
    named: "LogGroupName",
    longest: 512,
    // With what stands for its streams.
    arn: (name, place) => `${arnOf("logs", "log-group:")(name, place)}:*`,
  },
  "AWS::Logs::LogStream": { named: "LogStreamName", longest: 512 },
  "AWS::S3::Bucket": {
    named: "BucketName",
    longest: 63,
    arn: (name, { partition }) => `arn:${partition}:s3:::${name}`,
  },
  "AWS::SNS::Topic": {
    named: "TopicName",
    longest: 256,
    ref: topicArn,
    attributes: (name, place) => ({ TopicArn: topicArn(name, place), TopicName: name }),
  },
  "AWS::SQS::Queue": {
    named: "QueueName",
    longest: 80,
    arn: arnOf("sqs"),
    ref: queueUrl,
    attributes: (name, place) => ({ QueueName: name, QueueUrl: queueUrl(name, place) }),
  },
  "AWS::Scheduler::Schedule": { named: "Name", longest: 64, arn: arnOf("scheduler", "schedule/default/") },
  "AWS::StepFunctions::StateMachine": {
    named: "StateMachineName",
    longest: 80,
    arn: machineArn,
    ref: machineArn,
    attributes: (name) => ({ Name: name }),
  },
};

function queueUrl(name: string, { region, account }: Place): string {
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}

/** @throws an Error where a name is longer than the service takes */
export function identityOf(type: string, id: string, properties: JsonObject, place: Place): Identity {
  const kind = KINDS[type] ?? { longest: 255 };
  const given = kind.named && at(properties, ...kind.named.split("."));
  const name = given === undefined ? madeName(type, id, kind.longest, place) : String(given);
  if (name.length > kind.longest) throw new Error(`${kind.named} is longer than ${kind.longest} characters: ${name}`);
  const arn = kind.arn?.(name, place);
  const attributes = { ...(arn && { Arn: arn }), ...kind.attributes?.(name, place) };
  return { name, ref: type in KINDS ? (kind.ref?.(name, place) ?? name) : null, attributes };
}

/** As CloudFormation makes them: of the stack's name, the logical id and something random, each cut where it must be. */
function madeName(type: string, id: string, longest: number, { stack }: Place): string {
  const random = hash("sha256", id, "hex").slice(0, 12);
  const room = longest - random.length - 2;
  const name = `${stack.slice(0, Math.ceil(room / 2))}-${id}`.slice(0, room + 1);
  return type === "AWS::S3::Bucket" ? `${name}-${random}`.toLowerCase() : `${name}-${random.toUpperCase()}`;
}
