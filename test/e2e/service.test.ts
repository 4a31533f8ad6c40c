import { hash } from "node:crypto";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SSE_C } from "../../lib/facts.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { environmentOf as serviceEnvironment } from "../functions/called.ts";
import { packaged } from "../functions/packaged.ts";
import { inSns, recorded, sqsEvent } from "../functions/recorded.ts";
import { runSettlement } from "../functions/settlement-machine.ts";
import { type PackagedService, packageService } from "../infra/package-service.ts";
import { inventoryObjects, MANIFEST, row } from "../settle/inventory.ts";
import { EVERY_FORMAT } from "../sources/every-format.ts";
import { accessLogLine, OVER_HTTP } from "../support/access-log.ts";
import { sealwatchProcess as sealwatch } from "../support/run-cli.ts";
import { startSns } from "../support/sns-server.ts";
import { startSqs } from "../support/sqs-server.ts";
import { clientFor } from "./client.ts";
import {
  bucketOf,
  credentialsOf,
  digests,
  endOfLog,
  environmentOf,
  lab,
  logSince,
  objectsIn,
  ownClient,
} from "./lab.ts";

const LOGS = "service-logs";
const FINDINGS = "service-findings";
const BY_COMMAND = "service-command";
const INVENTORIES = "service-inventories";
const KEPT = /^(?:findings|quarantine|receipts)\//;

const gateway = lab();
const client = ownClient(gateway);
/** The SDK addresses buckets by path where the endpoint is an IP address, which the certificate names too. */
const endpoint = gateway.https.replace("localhost", "127.0.0.1");

/** One log object of each format, some compressed, one with a line that is none, and what this gateway logs of a customer's key in the clear. */
let objects: Record<string, Buffer>;
let service: PackagedService;

beforeAll(async () => {
  service = await packageService();
  objects = { ...ownObjects(), "ceph/own key+1 ü.log": Buffer.from(await exposedKeyLog()) };
  await bucketOf(client, LOGS, objects);
  for (const bucket of [FINDINGS, BY_COMMAND, INVENTORIES]) await bucketOf(client, bucket);
});
afterAll(() => service?.remove());

function ownObjects(): Record<string, Buffer> {
  const texts = Object.fromEntries(EVERY_FORMAT.map(({ id, text }) => [id, text]));
  const open = accessLogLine({ ...OVER_HTTP, requestId: "OPEN000000000001" });
  return {
    "access/2026-02-06-13-00-00-ABCDEF": Buffer.from(`${texts["s3-access-log"]}half a line\n${open}\n`),
    "AWSLogs/111122223333/CloudTrail/eu-central-1/2026/02/06/trail.json.gz": gzipSync(texts["cloudtrail"]!),
    "obs/2026-02-06.gz": gzipSync(texts["obs-access-log"]!),
    "ceph/recorded.log": Buffer.from(texts["ceph-ops-log"]!),
    "empty.log": Buffer.alloc(0),
  };
}

/** What the gateway logs of an upload with a customer's key over plain HTTP. */
async function exposedKeyLog(): Promise<string> {
  const start = endOfLog(gateway);
  const way = { transport: "HTTP", signature: "V4", in: "header" } as const;
  const plain = clientFor(gateway, way, credentialsOf(gateway));
  await bucketOf(client, "service-records");
  const key = Buffer.alloc(32, "k");
  // The SDK sends no customer's key over plain HTTP by itself.
  const put = new PutObjectCommand({ Bucket: "service-records", Key: "exposed", Body: "x" });
  put.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: object }).headers, {
        "x-amz-server-side-encryption-customer-algorithm": "AES256",
        "x-amz-server-side-encryption-customer-key": key.toString("base64"),
        "x-amz-server-side-encryption-customer-key-md5": hash("md5", key, "base64"),
      });
      return next(args);
    },
    { step: "build" },
  );
  const { $metadata } = await plain.send(put);
  return logSince(gateway, start, [$metadata.requestId!]);
}

const start = (name: string, changes: Record<string, string> = {}) =>
  packaged(join(service.bundles, "functions", `${name}.mjs`), {
    ...serviceEnvironment(endpoint),
    ...environmentOf(gateway),
    FINDINGS_BUCKET: FINDINGS,
    LOG_BUCKETS: LOGS,
    ...changes,
  });

/** Every event shape that leads an object to the queue, in turn. */
function eventsOf(keys: readonly string[]): unknown[] {
  return keys.map((key, i) => {
    const etag = hash("md5", objects[key]!);
    const size = objects[key]!.length;
    const time = new Date().toISOString();
    const bridge = recorded("eventbridge-created");
    const notification = recorded("s3-notification");
    bridge.time = time;
    bridge.detail.bucket.name = LOGS;
    bridge.detail.object = { key, etag, size };
    const [record] = notification.Records;
    record.eventTime = time;
    record.s3.bucket.name = LOGS;
    record.s3.object = { key: encodeURIComponent(key).replaceAll("%20", "+"), eTag: etag, size };
    return [bridge, notification, inSns(bridge), inSns(notification)][i % 4];
  });
}

/** What is there, and since when. */
async function listing(bucket: string): Promise<unknown[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key, ETag, LastModified }) => [Key, ETag, LastModified!.getTime()]);
}

async function kept(bucket: string): Promise<Record<string, string>> {
  const all = await objectsIn(client, bucket);
  return digests(new Map([...all].filter(([key]) => KEPT.test(key))));
}

const findingsKeys = async () =>
  [...(await objectsIn(client, FINDINGS, "findings/")).keys()].map((key) => `findings/${key}`);

async function findings(): Promise<ComplianceFinding[]> {
  const all = await objectsIn(client, FINDINGS, "findings/");
  return [...all.values()].flatMap((bytes) => {
    const lines = gunzipSync(bytes).toString().trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as ComplianceFinding);
  });
}

test("log objects that land are audited as the command audits them, and counted once", async () => {
  const audit = await start("audit-log-object");
  const events = sqsEvent(...eventsOf(Object.keys(objects)));
  const first = await audit(events);
  expect(first.response).toEqual({ batchItemFailures: [] });
  expect(first.log.map(({ message, receipt }) => `${message} ${receipt}`)).toEqual(
    events.Records.map(() => "audited written"),
  );

  const command = ["scan", `s3://${LOGS}/`, "--endpoint", gateway.https, "--store", `s3://${BY_COMMAND}`];
  const ran = await sealwatch([...command, "--output", "json"], environmentOf(gateway));
  expect([ran.code, ran.stderr]).toEqual([1, ""]);
  expect(await kept(FINDINGS)).toEqual(await kept(BY_COMMAND));

  const { records, malformed, verdicts } = JSON.parse(ran.stdout);
  const of = (name: string) => first.metrics.flatMap((line) => line[name] ?? []) as number[];
  const sum = (name: string) => of(name).reduce((a, b) => a + b, 0);
  const [own] = first.metrics;
  expect(own).toMatchObject({ service: "sealwatch-test" });
  const counted = Object.fromEntries(
    ["Records", "Malformed", "Indeterminate", "KeyExposures"].map((name) => [name, sum(name)]),
  );
  expect(counted).toEqual({
    Records: records,
    Malformed: malformed,
    Indeterminate: verdicts.indeterminate,
    KeyExposures: 1,
  });
  expect(malformed).toBe(1);

  const before = await listing(FINDINGS);
  const again = await audit(events);
  expect(again.response).toEqual({ batchItemFailures: [] });
  expect(again.log.map(({ receipt }) => receipt)).toEqual(events.Records.map(() => "already"));
  expect(again.metrics).toEqual([]);
  expect(await listing(FINDINGS)).toEqual(before);
});

test("what was found is told, an exposed key first", async () => {
  const sns = await startSns();
  const alerts = await start("publish-alerts", { AWS_ENDPOINT_URL_SNS: sns.endpoint });
  const found = (await findingsKeys()).map((key) => {
    const event = recorded("eventbridge-created");
    event.time = new Date().toISOString();
    event.detail = { bucket: { name: FINDINGS }, object: { key } };
    return event;
  });
  expect((await alerts(sqsEvent(...found))).response).toEqual({ batchItemFailures: [] });
  const told = sns.published.map(({ attributes: { severity, rule } }) => `${severity} ${rule}`);
  expect(told[0]).toBe("critical sse-c.put-object");
  expect((await alerts(sqsEvent(...found))).response).toEqual({ batchItemFailures: [] });
  expect(sns.published).toHaveLength(told.length);
});

test("an inventory that lands settles what is open of its bucket", async () => {
  const inventory = inventoryObjects([[row("a/b.txt", SSE_C)]], { creationTimestamp: String(Date.now()) }, "records");
  for (const [Key, Body] of Object.entries(inventory))
    await client.send(new PutObjectCommand({ Bucket: INVENTORIES, Key, Body }));
  const settle = await start("settle-findings");
  const outcomes = (await runSettlement(
    "e1",
    { detail: { bucket: { name: INVENTORIES }, object: { key: MANIFEST } } },
    {
      call: async (payload) => (await settle(payload)).response,
      read: async (key) => JSON.parse((await objectsIn(client, FINDINGS, key)).get("")!.toString()),
    },
  )) as Record<string, number>[];
  // Two S3 records over plain HTTP, and one of OBS, whose log tells no transport.
  const total = (name: string) => outcomes.reduce((sum, each) => sum + each[name]!, 0);
  expect(["violation", "closed", "narrowed"].map(total)).toEqual([2, 0, 1]);
  const updated = (await findings()).filter(({ activity_name }) => activity_name === "Update");
  expect(updated.map(({ evidences: [{ data }] }) => [data.verdict, ...data.facts.target]).sort()).toEqual([
    ["indeterminate", "SSE-C"],
    ["violation", "SSE-C"],
    ["violation", "SSE-C"],
  ]);
});

test("a log object whose event was lost is queued within the hours, and audited from there", async () => {
  const late = { "access/late": Buffer.from(`${accessLogLine({ ...OVER_HTTP, requestId: "LATE000000000001" })}\n`) };
  await client.send(new PutObjectCommand({ Bucket: LOGS, Key: "access/late", Body: late["access/late"] }));
  const sqs = await startSqs();
  const scan = await start("scan-logs", { AWS_ENDPOINT_URL_SQS: sqs.endpoint, LOG_EVENTS_QUEUE: sqs.url });
  const scheduled = new Date(Date.now() + 3_600_000).toISOString();
  expect((await scan({ scheduled })).response).toMatchObject({ unaudited: 1, problems: [] });
  expect(sqs.messages.map((body) => JSON.parse(body).detail.object.key)).toEqual(["access/late"]);

  const audit = await start("audit-log-object");
  const { response, metrics } = await audit(sqsEvent(...sqs.messages));
  expect(response).toEqual({ batchItemFailures: [] });
  expect(metrics[0]).toMatchObject({ Records: 1 });
  expect((await scan({ scheduled })).response).toMatchObject({ unaudited: 0 });
});
