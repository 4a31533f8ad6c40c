import type { S3Request } from "../support/s3-server.ts";

/** What somebody must be allowed, to have a request carried out. */
export interface Need {
  action: string;
  /** An ARN, or `*`. */
  resource: string;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html: operations and their actions. */
const SETTINGS = {
  GetBucketLogging: "s3:GetBucketLogging",
  GetBucketEncryption: "s3:GetEncryptionConfiguration",
  GetBucketPolicy: "s3:GetBucketPolicy",
} as const;

/**
 * What a request to S3 needs.
 * A write with If-Match reads what it replaces: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * Of SSE-KMS, where HEAD is taken to need no key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * @param key of KMS, that the bucket encrypts with; `null` for none, or one of AWS's own
 */
export function s3Needs(request: Omit<S3Request, "number">, kmsKey: string | null): Need[] {
  const { operation, setting, bucket, key, versionId, headers } = request;
  if (setting === "ListBuckets") return [{ action: "s3:ListAllMyBuckets", resource: "*" }];
  const bucketArn = `arn:aws:s3:::${bucket}`;
  if (setting !== null) return [{ action: SETTINGS[setting], resource: bucketArn }];
  const resource = `${bucketArn}/${key}`;
  const kms = (action: string) => (kmsKey === null ? [] : [{ action, resource: kmsKey }]);
  switch (operation) {
    case "HeadBucket":
    case "ListObjectsV2":
      return [{ action: "s3:ListBucket", resource: bucketArn }];
    case "HeadObject":
      return [{ action: readOf(versionId), resource }];
    case "GetObject":
      return [{ action: readOf(versionId), resource }, ...kms("kms:Decrypt")];
    case "PutObject":
      return [
        { action: "s3:PutObject", resource },
        ...(headers["if-match"] === undefined ? [] : [{ action: "s3:GetObject", resource }]),
        ...kms("kms:GenerateDataKey"),
      ];
    case "DeleteObject":
      return [{ action: "s3:DeleteObject", resource }];
  }
}

function readOf(versionId: string | null): string {
  return versionId === null ? "s3:GetObject" : "s3:GetObjectVersion";
}

/** What a publication needs: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
export function snsNeeds(topic: string, kmsKey: string | null): Need[] {
  const kms = kmsKey === null ? [] : ["kms:GenerateDataKey", "kms:Decrypt"];
  return [{ action: "sns:Publish", resource: topic }, ...kms.map((action) => ({ action, resource: kmsKey! }))];
}

/** A batch needs what one message needs. */
export function sqsNeed(operation: string, queue: string): Need {
  return { action: `sqs:${operation.replace(/Batch$/, "")}`, resource: queue };
}
