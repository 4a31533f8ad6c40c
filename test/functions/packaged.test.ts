import { expect, test } from "vitest";
import { inventoryObjects, MANIFEST, row } from "../settle/inventory.ts";
import { startS3 } from "../support/s3-server.ts";
import { startSqs } from "../support/sqs-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { environmentOf, FINDINGS } from "./called.ts";
import { packaged } from "./packaged.ts";
import { LOG } from "./recorded.ts";

const folder = temporaryFolder();

test("packaged, settle-findings plans, asks, matches and finishes", async () => {
  const s3 = await startS3(FINDINGS, "inventories");
  for (const [key, bytes] of Object.entries(inventoryObjects([[row("a", 1)]]))) s3.put("inventories", key, bytes);
  const settle = await packaged("settle-findings", folder, environmentOf(s3.endpoint));
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
  const scan = await packaged("scan-logs", folder, environment);
  expect(await scan({ scheduled: "2026-02-06T14:10:00Z" })).toMatchObject({ unaudited: 1, problems: [] });
  expect(sqs.messages).toHaveLength(1);
});

test("packaged, check-posture reads settings", async () => {
  const s3 = await startS3("photos", FINDINGS);
  const check = await packaged("check-posture", folder, environmentOf(s3.endpoint));
  expect(await check({ scheduled: "2026-02-06T05:15:00Z" })).toEqual({ buckets: 2, findings: 5 });
});
