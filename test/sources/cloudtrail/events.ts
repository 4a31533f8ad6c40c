/** A member of an event; `undefined` takes it out. */
export interface EventMembers {
  [name: string]: unknown;
}

const BUCKET = "pay-slips";
const HOST = `${BUCKET}.s3.eu-central-1.amazonaws.com`;
const OBJECTS = ["userIdentity", "requestParameters", "responseElements", "additionalEventData", "tlsDetails"];

/**
 * A GetObject over HTTPS with signature V4, as CloudTrail writes it. `changes` replace its members; those of its five
 * inner objects are changed member by member.
 */
export function s3Event(changes: EventMembers = {}): EventMembers {
  const event: EventMembers = {
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: "AROAIDPPEZS35WEXAMPLE:reader",
      arn: "arn:aws:sts::111122223333:assumed-role/payroll/reader",
      accountId: "111122223333",
      accessKeyId: "ASIAIOSFODNN7EXAMPLE",
      sessionContext: { sessionIssuer: { type: "Role", accountId: "111122223333" }, attributes: {} },
    },
    eventTime: "2026-02-06T10:00:00Z",
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    awsRegion: "eu-central-1",
    sourceIPAddress: "203.0.113.7",
    userAgent: "[aws-cli/2.18.5]",
    requestParameters: { bucketName: BUCKET, Host: HOST, key: "2026/01.pdf" },
    responseElements: null,
    additionalEventData: {
      SignatureVersion: "SigV4",
      CipherSuite: "TLS_AES_128_GCM_SHA256",
      bytesTransferredIn: 0,
      AuthenticationMethod: "AuthHeader",
      "x-amz-id-2": "E/0Pm6UrRvpvNEYDjXhDnCsudplsm91YXPM5ShG/caA=",
      bytesTransferredOut: 339117,
    },
    requestID: "HQJGBHZK9QH33KG7",
    eventID: "8d96391c-83f4-3491-bb84-4b389122ffb9",
    readOnly: true,
    resources: [
      { type: "AWS::S3::Object", ARN: `arn:aws:s3:::${BUCKET}/2026/01.pdf` },
      { accountId: "444455556666", type: "AWS::S3::Bucket", ARN: `arn:aws:s3:::${BUCKET}` },
    ],
    eventType: "AwsApiCall",
    managementEvent: false,
    recipientAccountId: "444455556666",
    eventCategory: "Data",
    tlsDetails: {
      tlsVersion: "TLSv1.3",
      cipherSuite: "TLS_AES_128_GCM_SHA256",
      clientProvidedHostHeader: HOST,
    },
  };
  for (const [name, value] of Object.entries(changes)) {
    const isInner = OBJECTS.includes(name) && typeof value === "object" && value !== null && !Array.isArray(value);
    event[name] = isInner ? { ...(event[name] as object | null), ...value } : value;
  }
  return event;
}

/** An event of another service. */
export function otherEvent(changes: EventMembers = {}): EventMembers {
  return s3Event({
    eventSource: "ec2.amazonaws.com",
    eventName: "DescribeInstances",
    requestParameters: undefined,
    additionalEventData: undefined,
    ...changes,
  });
}

/** No trace of TLS. */
export const NO_TLS: EventMembers = { tlsDetails: undefined, additionalEventData: { CipherSuite: undefined } };

export function logOf(...events: EventMembers[]): string {
  return JSON.stringify({ Records: events });
}

/** EventBridge's wrapper. */
export function wrapped(event: EventMembers): EventMembers {
  return {
    version: "0",
    id: "6f87d04b-9f74-4f04-a780-7acf4b0a9b38",
    "detail-type": "AWS API Call via CloudTrail",
    source: "aws.s3",
    time: "2026-02-06T10:00:00Z",
    resources: [],
    detail: event,
  };
}
