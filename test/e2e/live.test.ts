import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PutBucketVersioningCommand, PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import { beforeAll, expect, test } from "vitest";
import type { Encryption } from "../../lib/facts.ts";
import { accessLogLine, type LogLine, OVER_HTTP } from "../support/access-log.ts";
import { sealwatchProcess as sealwatch } from "../support/run-cli.ts";
import { asking } from "./encryption.ts";
import { bucketOf, endOfQuietLog, environmentOf, lab, logSince, ownClient } from "./lab.ts";
import { recordsAbout } from "./logs.ts";

const BUCKET = "live-objects";
const ENCRYPTIONS: readonly Encryption[] = ["none", "SSE-S3", "SSE-KMS", "SSE-C"];

const gateway = lab();
const client = ownClient(gateway);
const log = join(gateway.folder, "live.log");
/** One read over HTTP of each version, of which the log names the ids, and one of each object, signed with V4. */
const lines: string[] = [];
let latest = 0;

async function put(key: string, input: Partial<PutObjectCommandInput>): Promise<string> {
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: key, ...input }));
  return VersionId!;
}

/** As S3 writes a time: whole seconds. */
function logTime(ms: number): string {
  const [, day, month, year, time] = /, (\d\d) (\w+) (\d+) (\S+)/.exec(new Date(ms).toUTCString())!;
  return `[${day}/${month}/${year}:${time} +0000]`;
}

function read(fields: Partial<LogLine>): string {
  return accessLogLine({ ...OVER_HTTP, bucket: BUCKET, time: logTime(latest), ...fields });
}

beforeAll(async () => {
  await bucketOf(client, BUCKET);
  const status = { Status: "Enabled" } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: status }));
  const versions: string[] = [];
  for (const encryption of ENCRYPTIONS) {
    // An older version that is not encrypted, and is not to be mistaken for the one that was read.
    await put(encryption, {});
    versions.push(await put(encryption, asking(encryption)));
  }
  const first = await put("replaced", asking("SSE-KMS"));
  latest = Date.now();
  lines.push(...ENCRYPTIONS.flatMap((key, i) => [read({ key }), read({ key, versionId: versions[i]! })]));
  lines.push(read({ key: "replaced" }), read({ key: "replaced", versionId: first }), read({ key: "none-such" }));
  lines.push(accessLogLine({ bucket: BUCKET, key: "over-https" }));
  writeFileSync(log, lines.map((line) => `${line}\n`).join(""));
  // In a later second than that of the reads.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await put("replaced", {});
});

async function explain(...args: string[]) {
  const ran = await sealwatch(["explain", log, "--endpoint", gateway.https, ...args], environmentOf(gateway));
  const records = ran.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { ...ran, records };
}

test("what a read of each kind broke is known once the gateway is asked", async () => {
  const start = await endOfQuietLog(gateway);
  const { code, stderr, records } = await explain("--live");
  const told = records.map(({ key, verdict, encryption }) => [key, verdict, encryption.target.join(" or ")]);
  const any = ENCRYPTIONS.join(" or ");
  expect(told).toEqual([
    ["none", "not-covered", "none"],
    ["none", "not-covered", "none"],
    // The gateway takes AES256 and stores the object in the clear.
    ["SSE-S3", "not-covered", "none"],
    ["SSE-S3", "not-covered", "none"],
    ["SSE-KMS", "violation", "SSE-KMS"],
    ["SSE-KMS", "violation", "SSE-KMS"],
    // Without the key the gateway answers 400, as it does where it can't get at a key of its own.
    ["SSE-C", "indeterminate", any],
    ["SSE-C", "indeterminate", any],
    ["replaced", "indeterminate", any],
    ["replaced", "violation", "SSE-KMS"],
    ["none-such", "indeterminate", any],
    ["over-https", "compliant", any],
  ]);
  expect([code, stderr.trimEnd().split("\n")]).toEqual([
    0,
    [
      "sealwatch: --live: 2 of 11 objects: HTTP 400: encrypted with a customer's key, or refused for another reason, which no HEAD tells",
      "sealwatch: --live: 1 of 11 objects: HTTP 404: the object is gone",
    ],
  ]);
  const logged = recordsAbout(await logSince(gateway, start, []), BUCKET);
  expect(new Set(logged.map(({ uri }) => uri.split(" ")[0]))).toEqual(new Set(["HEAD"]));
});

test("and is open as long as it is not", async () => {
  const { records } = await explain();
  expect(records.map(({ verdict }) => verdict)).toEqual([...Array(11).fill("indeterminate"), "compliant"]);
});
