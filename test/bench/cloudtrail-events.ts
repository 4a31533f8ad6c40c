import { type Seeded, seeded } from "../../examples/seeded.ts";

/** The share of events that are S3's. */
export const MIXES = { "mostly other services": 0.03, "mostly S3": 0.97 };
export type Mix = keyof typeof MIXES;

const ACCOUNT = "111122223333";
const ROLES = ["app-server", "etl-runner", "deploy", "ci", "analytics"];
const AGENTS = [
  "[aws-sdk-java/2.20.160 Linux/5.10.216-225.855.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/11.0.23+9-LTS Java/11.0.23 io/sync http/Apache cfg/retry-mode/standard]",
  "Boto3/1.34.11 md/Botocore#1.34.11 ua/2.0 os/linux#5.15 md/arch#x86_64 lang/python#3.11 cfg/retry-mode#legacy Botocore/1.34.11",
];
const READS = ["GetObject", "GetObject", "GetObject", "HeadObject", "ListObjects"];
const WRITES = ["PutObject", "PutObject", "UploadPart", "CopyObject"];
const START = Date.UTC(2026, 1, 6);
/** A log object covers some five minutes. */
const SECONDS = 300;

/** The text of one log object of about `bytes`. */
export function logObject(mix: Mix, bytes: number, seed: number): Buffer {
  const random = seeded(seed);
  const events: string[] = [];
  for (let length = 0; length < bytes; length += events.at(-1)!.length) {
    events.push(JSON.stringify(random.chance(MIXES[mix]) ? s3Event(random) : otherEvent(random)));
  }
  return Buffer.from(`{"Records":[${events.join(",")}]}`);
}

function s3Event(random: Seeded): object {
  const isWrite = random.chance(0.45);
  const eventName = random.pick(isWrite ? WRITES : READS);
  const bucketName = `data-${random.int(1, 3)}`;
  const Host = `${bucketName}.s3.us-east-1.amazonaws.com`;
  const key = `year=2026/month=02/day=06/part-${String(random.int(0, 20_000)).padStart(8, "0")}-c000.snappy.parquet`;
  const SSE = "x-amz-server-side-encryption";
  return eventOf(random, Host, {
    eventSource: "s3.amazonaws.com",
    eventName,
    requestParameters: { bucketName, Host, key, ...(isWrite && { [SSE]: "aws:kms" }) },
    responseElements: isWrite
      ? { [SSE]: "aws:kms", [`${SSE}-aws-kms-key-id`]: `arn:aws:kms:us-east-1:${ACCOUNT}:key/${random.uuid()}` }
      : null,
    additionalEventData: {
      SignatureVersion: "SigV4",
      CipherSuite: "TLS_AES_128_GCM_SHA256",
      bytesTransferredIn: random.int(0, 1e6),
      ...(isWrite && { SSEApplied: "SSE_KMS" }),
      AuthenticationMethod: "AuthHeader",
      "x-amz-id-2": random.base64(57),
      bytesTransferredOut: random.int(0, 1e6),
    },
    requestID: random.hex(16),
    resources: [
      { type: "AWS::S3::Object", ARN: `arn:aws:s3:::${bucketName}/${key}` },
      { accountId: ACCOUNT, type: "AWS::S3::Bucket", ARN: `arn:aws:s3:::${bucketName}` },
    ],
    managementEvent: false,
    eventCategory: "Data",
  });
}

function otherEvent(random: Seeded): object {
  const [service, eventName, requestParameters, responseElements] = random.pick(OTHERS)(random);
  return eventOf(random, `${service}.us-east-1.amazonaws.com`, {
    eventSource: `${service}.amazonaws.com`,
    eventName,
    requestParameters,
    responseElements,
    requestID: random.uuid(),
    managementEvent: true,
    eventCategory: "Management",
  });
}

type Other = [service: string, eventName: string, requestParameters: object | null, responseElements: object | null];

const OTHERS: ((random: Seeded) => Other)[] = [
  () => {
    const states = { items: [{ name: "instance-state-name", valueSet: { items: [{ value: "running" }] } }] };
    return ["ec2", "DescribeInstances", { maxResults: 1000, instancesSet: {}, filterSet: states }, null];
  },
  (random) => {
    const encryptionContext = { "aws:s3:arn": `arn:aws:s3:::data-${random.int(1, 3)}` };
    return ["kms", "Decrypt", { encryptionContext, encryptionAlgorithm: "SYMMETRIC_DEFAULT" }, null];
  },
  (random) => {
    const role = { roleArn: `arn:aws:iam::${ACCOUNT}:role/${random.pick(ROLES)}`, roleSessionName: random.hex(8) };
    const credentials = { accessKeyId: `ASIA${random.hex(16)}`, sessionToken: random.base64(300) };
    return ["sts", "AssumeRole", { ...role, durationSeconds: 3600 }, { credentials }];
  },
  (random) => {
    const logStreamName = `2026/02/06/[$LATEST]${random.hex(32)}`;
    return ["logs", "CreateLogStream", { logGroupName: "/aws/lambda/orders", logStreamName }, null];
  },
  (random) => ["dynamodb", "DescribeTable", { tableName: `orders-${random.hex(2)}` }, null],
  (random) => {
    const agent = { agentVersion: "3.2.2222.0", agentStatus: "Active", platformName: "Amazon Linux" };
    return ["ssm", "UpdateInstanceInformation", { ...agent, instanceId: `i-0${random.hex(16)}` }, null];
  },
];

/** The members that all events have, in CloudTrail's order. */
function eventOf(random: Seeded, host: string, members: Record<string, unknown>): object {
  const { eventSource, eventName, requestParameters, responseElements, ...rest } = members;
  const role = random.pick(ROLES);
  const principalId = `AROAIDPPEZS35WE${role.toUpperCase()}`;
  const session = `i-0${random.hex(16)}`;
  return {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: `${principalId}:${session}`,
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
      accountId: ACCOUNT,
      accessKeyId: `ASIA${random.hex(16)}`,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId,
          arn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
          accountId: ACCOUNT,
          userName: role,
        },
        attributes: { creationDate: "2026-02-05T23:00:00Z", mfaAuthenticated: "false" },
        ec2RoleDelivery: "2.0",
      },
    },
    eventTime: new Date(START + random.int(0, SECONDS - 1) * 1000).toISOString().replace(".000", ""),
    eventSource,
    eventName,
    awsRegion: "us-east-1",
    sourceIPAddress: `10.${random.int(0, 255)}.${random.int(0, 255)}.7`,
    userAgent: random.pick(AGENTS),
    requestParameters,
    responseElements,
    ...rest,
    eventID: random.uuid(),
    readOnly: responseElements === null,
    eventType: "AwsApiCall",
    recipientAccountId: ACCOUNT,
    tlsDetails: { tlsVersion: "TLSv1.3", cipherSuite: "TLS_AES_128_GCM_SHA256", clientProvidedHostHeader: host },
  };
}
