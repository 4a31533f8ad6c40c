import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { inject } from "vitest";
import type { Ceph } from "./ceph.ts";
import { clientFor, REGION } from "./client.ts";
import type { Credentials } from "./sign-v2.ts";

/** The gateway of the run, as plain data. */
export interface Lab extends Omit<Ceph, "stop"> {
  /** Its temporary folder, which is removed after the run. */
  folder: string;
}

/** The gateway that the run's setup has started. */
export function lab(): Lab {
  return inject("lab");
}

export function credentialsOf({ accessKey, secretKey }: Lab): Credentials {
  return { accessKeyId: accessKey, secretAccessKey: secretKey };
}

/** The environment in which a process reaches the gateway with the SDK, over HTTPS too. */
export function environmentOf({ accessKey, secretKey, cert }: Lab): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_REGION: REGION,
    NODE_EXTRA_CA_CERTS: cert,
  };
}

/** The lab's own client: HTTPS, V4. */
export function ownClient(lab: Lab): S3Client {
  return clientFor(lab, { transport: "HTTPS", signature: "V4", in: "header" }, credentialsOf(lab));
}

/** Makes a bucket and puts objects into it. */
export async function bucketOf(
  client: S3Client,
  bucket: string,
  objects: Readonly<Record<string, string | Buffer>> = {},
): Promise<string> {
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const puts = Object.entries(objects).map(([Key, Body]) => new PutObjectCommand({ Bucket: bucket, Key, Body }));
  await Promise.all(puts.map((put) => client.send(put)));
  return bucket;
}

/** All objects of a bucket below a prefix, by what follows it. */
export async function objectsIn(client: S3Client, bucket: string, prefix = ""): Promise<Map<string, Buffer>> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    keys.push(...Contents.map(({ Key = "" }) => Key));
  }
  const read = async (key: string): Promise<[string, Buffer]> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return [key.slice(prefix.length), Buffer.from(await Body!.transformToByteArray())];
  };
  return new Map(await Promise.all(keys.map(read)));
}

/** What the objects are, one digest each: comparisons of these are short to read when they fail. */
export function digests(objects: ReadonlyMap<string, Buffer>): Record<string, string> {
  const named = [...objects].map(([key, bytes]) => [key, createHash("sha256").update(bytes).digest("hex")]);
  return Object.fromEntries(named.sort());
}

/** Where the gateway's log ends now. */
export function endOfLog({ opsLog }: Lab): number {
  return statSync(opsLog, { throwIfNoEntry: false })?.size ?? 0;
}

const LOG_MS = 20_000;
const QUIET_MS = 500;

/** Where the gateway's log ends once it has stopped growing: it is written a moment after the answers, in no sure order. */
export async function endOfQuietLog(lab: Lab): Promise<number> {
  let end = endOfLog(lab);
  for (let since = Date.now(); Date.now() - since < QUIET_MS; await sleep(50)) {
    if (endOfLog(lab) === end) continue;
    end = endOfLog(lab);
    since = Date.now();
  }
  return end;
}

/** The gateway's log from a place on, as soon as it holds all of these requests and has stopped growing. */
export async function logSince(lab: Lab, start: number, requestIds: Iterable<string>): Promise<string> {
  const ids = [...requestIds];
  for (const deadline = Date.now() + LOG_MS; ; await sleep(100)) {
    await endOfQuietLog(lab);
    const log = readFrom(lab.opsLog, start);
    const missing = ids.filter((id) => !log.includes(id));
    if (missing.length === 0 && (log === "" || log.endsWith("\n"))) return log;
    if (Date.now() > deadline) throw new Error(`${lab.opsLog} lacks the requests ${missing.join(", ")}`);
  }
}

function readFrom(path: string, start: number): string {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(fstatSync(file).size - start);
    readSync(file, bytes, 0, bytes.length, start);
    return bytes.toString();
  } finally {
    closeSync(file);
  }
}
