import { Readable } from "node:stream";
import {
  type Bucket,
  GetBucketEncryptionCommand,
  GetBucketLoggingCommand,
  GetBucketPolicyCommand,
  type S3Client,
  type ServerSideEncryptionRule,
} from "@aws-sdk/client-s3";
import { listBuckets } from "../s3/list-buckets.ts";
import { s3Uri } from "../s3/place.ts";
import type { BucketPosture, CheckResult } from "./posture.ts";
import { tlsOnly } from "./tls-only.ts";

const BUCKETS_AT_ONCE = 8;

export interface PostureOptions {
  /** A client for a region; `undefined` where the store names none. */
  clientFor(region: string | undefined): S3Client;
  /** Whether a bucket holds logs itself: it need not be logged. */
  isLogBucket(bucket: string): boolean;
}

/** The settings of every bucket of the account, by name. Rejects where S3 cannot be reached; what it refuses to tell is unknown. */
export async function readPostures({ clientFor, isLogBucket }: PostureOptions): Promise<Map<string, BucketPosture>> {
  const targets = new Set<string>();
  const found = Readable.from(listBuckets(clientFor(undefined))).map(
    async ({ Name, BucketRegion }: Bucket) => {
      const client = clientFor(BucketRegion);
      const posture = {
        "access-logging": await logging(client, Name!, targets),
        "default-encryption": await encryption(client, Name!),
        "tls-only": await tls(client, Name!),
      };
      return [Name!, posture] as const;
    },
    { concurrency: BUCKETS_AT_ONCE },
  );
  const postures = new Map<string, BucketPosture>();
  for await (const [name, posture] of found) postures.set(name, posture);
  // A log of the requests that write logs would grow by itself.
  for (const [name, posture] of postures) {
    if (posture["access-logging"].status === "fail" && (targets.has(name) || isLogBucket(name))) {
      posture["access-logging"] = { status: "pass", detail: "it holds logs" };
    }
  }
  return postures;
}

async function logging(client: S3Client, bucket: string, targets: Set<string>): Promise<CheckResult> {
  return orUnknown(async () => {
    const { LoggingEnabled: target } = await client.send(new GetBucketLoggingCommand({ Bucket: bucket }));
    if (!target) return { status: "fail", detail: "server access logging is off" };
    targets.add(target.TargetBucket!);
    return { status: "pass", detail: `logs go to ${s3Uri(target.TargetBucket!, target.TargetPrefix ?? "")}` };
  });
}

async function encryption(client: S3Client, bucket: string): Promise<CheckResult> {
  return orUnknown(async () => {
    const { ServerSideEncryptionConfiguration: found } = await client
      .send(new GetBucketEncryptionCommand({ Bucket: bucket }))
      .catch(
        unless("ServerSideEncryptionConfigurationNotFoundError", { ServerSideEncryptionConfiguration: undefined }),
      );
    const [rule] = found?.Rules ?? [];
    const name = rule && nameOf(rule);
    return name
      ? { status: "pass", detail: `the default encryption is ${name}` }
      : { status: "fail", detail: "there is no default encryption" };
  });
}

const ALGORITHMS: Record<string, string> = { AES256: "SSE-S3", "aws:kms": "SSE-KMS", "aws:kms:dsse": "DSSE-KMS" };

function nameOf({ ApplyServerSideEncryptionByDefault: by }: ServerSideEncryptionRule): string | undefined {
  return by?.SSEAlgorithm && (ALGORITHMS[by.SSEAlgorithm] ?? by.SSEAlgorithm);
}

async function tls(client: S3Client, bucket: string): Promise<CheckResult> {
  return orUnknown(async () => {
    const { Policy } = await client
      .send(new GetBucketPolicyCommand({ Bucket: bucket }))
      .catch(unless("NoSuchBucketPolicy", { Policy: undefined }));
    return tlsOnly(Policy ?? null, bucket);
  });
}

function unless<T>(name: string, value: T): (error: Error) => T {
  return (error) => {
    if (error.name !== name) throw error;
    return value;
  };
}

/** A refusal is an answer (301: ask in another region, 404: the bucket has just gone); anything else may be another one next time. */
async function orUnknown(check: () => Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await check();
  } catch (error) {
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if (![301, 403, 404].includes($metadata?.httpStatusCode ?? 0)) throw error;
    return { status: "unknown", detail: `S3 does not tell: ${name}` };
  }
}
