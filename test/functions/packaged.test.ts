import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inventoryObjects, MANIFEST, row } from "../settle/inventory.ts";
import { bundleFunction } from "../support/bundle.ts";
import { startS3 } from "../support/s3-server.ts";
import { startSns } from "../support/sns-server.ts";
import { startSqs } from "../support/sqs-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { environmentOf, FINDINGS } from "./called.ts";
import { packaged } from "./packaged.ts";
import { created, LOG, recorded, sqsEvent } from "./recorded.ts";

const folder = temporaryFolder();

test("packaged, audit-log-object and publish-alerts lead from a log object to an alert", async () => {
  const s3 = await startS3(LOG.bucket, FINDINGS);
  const sns = await startSns();
  s3.put(LOG.bucket, LOG.key, LOG.bytes, LOG.lastModified);
  const env = environmentOf(s3.endpoint, sns.endpoint);

  const audit = await packaged(await bundleFunction("audit-log-object", folder), env);
  const gone = created(LOG.bucket, "gone");
  const audited = await audit(sqsEvent(recorded("s3-notification"), recorded("s3-test-event"), gone));
  expect(audited.response).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
  const keys = Object.keys(s3.contents(FINDINGS));
  expect(keys.map((key) => key.split("/")[0])).toEqual(["findings", "quarantine", "receipts"]);
  expect(audited.metrics).toContainEqual(expect.objectContaining({ Records: 5, Malformed: 1, KeyExposures: 1 }));
  expect(audited.log).toContainEqual(expect.objectContaining({ message: "audited", receipt: "written" }));

  const alerts = await packaged(await bundleFunction("publish-alerts", folder), env);
  const found = sqsEvent(created(FINDINGS, keys[0]!));
  expect((await alerts(found)).response).toEqual({ batchItemFailures: [] });
  expect((await alerts(recorded("close-windows"))).response).toBeNull();
  expect(sns.published.map(({ attributes: { severity, rule } }) => `${severity} ${rule}`)).toEqual([
    "critical sse-c.get-object",
    "critical sse-c.get-object",
    "critical sse-c.get-object",
    "critical sse-c.get-object",
    "high sse-kms.put-object",
    "high sse-kms.put-object",
  ]);
  expect(existsSync(join(folder, "functions/tables/obs-sse.csv"))).toBe(true);
});

test("packaged, settle-findings plans, asks, matches and finishes", async () => {
  const s3 = await startS3(FINDINGS, "inventories");
  for (const [key, bytes] of Object.entries(inventoryObjects([[row("a", 1)]]))) s3.put("inventories", key, bytes);
  const call = await packaged(await bundleFunction("settle-findings", folder), environmentOf(s3.endpoint));
  const settle = async (event: unknown) => (await call(event)).response;
  const from = new Date().toISOString().slice(0, 10);
  const manifest = { bucket: "inventories", key: MANIFEST };
  const plan = (await settle({ step: "plan", run: "r", manifest, from })) as Record<string, unknown>;
  expect(plan).toMatchObject({ files: 1, days: [from], plan: "settlements/r/files.json" });
  const { snapshot, days, files } = plan;
  const [file] = JSON.parse(s3.contents(FINDINGS)["settlements/r/files.json"]!);
  expect(await settle({ step: "ask", run: "r", snapshot, day: from })).toEqual({ asked: 0 });
  expect(await settle({ step: "match", run: "r", snapshot, days, file })).toEqual({ read: 0, kept: 0, unreadable: 0 });
  expect(await settle({ step: "finish", run: "r", snapshot, day: from, files })).toEqual({
    violation: 0,
    closed: 0,
    narrowed: 0,
  });
});

test("packaged, scan-logs queues a log object", async () => {
  const s3 = await startS3("my-logs", "other-logs", FINDINGS);
  const sqs = await startSqs();
  s3.put(LOG.bucket, LOG.key, LOG.bytes, LOG.lastModified);
  const environment = { ...environmentOf(s3.endpoint), AWS_ENDPOINT_URL_SQS: sqs.endpoint, LOG_EVENTS_QUEUE: sqs.url };
  const scan = await packaged(await bundleFunction("scan-logs", folder), environment);
  const { response } = await scan({ scheduled: "2026-02-06T14:10:00Z" });
  expect(response).toMatchObject({ unaudited: 1, problems: [] });
  expect(sqs.messages).toHaveLength(1);
});

test("packaged, check-posture reads settings", async () => {
  const s3 = await startS3("photos", FINDINGS);
  const check = await packaged(await bundleFunction("check-posture", folder), environmentOf(s3.endpoint));
  const { response } = await check({ scheduled: "2026-02-06T05:15:00Z" });
  expect(response).toEqual({ buckets: 2, findings: 5 });
});
