import type { IncomingHttpHeaders } from "node:http";
import { asList, at } from "../infra/template.ts";
import type { S3Server } from "../support/s3-server.ts";
import type { SnsServer } from "../support/sns-server.ts";
import type { SqsServer } from "../support/sqs-server.ts";
import type { Authority } from "./authority.ts";
import { byArn, type Stack } from "./deploy.ts";
import { type Need, s3Needs, snsNeeds, sqsNeed } from "./requests.ts";

/** The servers that stand for the services of an account. */
export interface Servers {
  s3: S3Server;
  sns: SnsServer;
  /** By the logical ids of the queues. */
  queues: Record<string, SqsServer>;
}

/** The key of KMS, not one of AWS's own, that a bucket of this name is encrypted with; `null` for none. */
export type KeyOf = (bucket: string) => string | null;

/** Has the servers refuse what the policies do not allow to the role whose credentials a request carries. */
export function guard(stack: Stack, { s3, sns, queues }: Servers, keyOf: KeyOf, authority: () => Authority): void {
  /** Whoever acts as no role owns the account. */
  function may(headers: IncomingHttpHeaders, needs: readonly Need[]): boolean {
    const role = headers["x-amz-security-token"];
    if (!role) return true;
    return needs.every(({ action, resource }) => authority().allows(byArn(stack, String(role)), action, resource));
  }

  s3.faultOf = (request) => {
    const { operation, setting, bucket, key, headers } = request;
    const isRead = setting === null && (operation === "GetObject" || operation === "HeadObject");
    const isMissing = isRead && !s3.buckets.get(bucket)?.has(key);
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: who may not list a bucket is not told what is missing in it.
    const lists = isMissing ? [{ action: "s3:ListBucket", resource: `arn:aws:s3:::${bucket}` }] : [];
    const isAllowed = may(headers, [...s3Needs(request, keyOf(bucket)), ...lists]);
    return isAllowed ? null : { status: 403, code: "AccessDenied" };
  };
  sns.faultOf = ({ topic }, headers) => {
    const key = String(byArn(stack, topic).properties["KmsMasterKeyId"] ?? "");
    return may(headers, snsNeeds(topic, key.startsWith("arn:") ? key : null)) ? null : "refused";
  };
  for (const [id, queue] of Object.entries(queues)) {
    const arn = stack.resources[id]!.attributes["Arn"]!;
    queue.allows = (operation, headers) => may(headers, [sqsNeed(operation, arn)]);
  }
}

/** @param others the keys of buckets that are not of the stack */
export function keysOf(stack: Stack, others: Record<string, string | null>): KeyOf {
  return (name) => {
    const own = Object.values(stack.resources).find(({ type, ref }) => type === "AWS::S3::Bucket" && ref === name);
    if (!own) return others[name] ?? null;
    const [rule] = asList(at(own.properties, "BucketEncryption", "ServerSideEncryptionConfiguration"));
    return (at(rule, "ServerSideEncryptionByDefault", "KMSMasterKeyID") as string | undefined) ?? null;
  };
}
