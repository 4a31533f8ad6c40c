import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { beforeAll, expect, test } from "vitest";
import { type Ran, sealwatchProcess as sealwatch } from "../support/run-cli.ts";
import { bucketOf, digests, endOfQuietLog, environmentOf, lab, logSince, objectsIn, ownClient } from "./lab.ts";
import { LOG_OBJECTS, type Logged, recordsAbout } from "./logs.ts";

const LOGS = "again-logs";
const STORE = "again-store";

const gateway = lab();
const client = ownClient(gateway);

beforeAll(async () => {
  await bucketOf(client, LOGS, LOG_OBJECTS);
  await bucketOf(client, STORE);
});

/** Scans, and tells what the gateway saw of it. */
async function scan(store: string, policy: string): Promise<Ran & { logs: Logged[]; store: Logged[] }> {
  const start = await endOfQuietLog(gateway);
  const args = [
    "--endpoint",
    gateway.https,
    "--policy",
    policy,
    "--store",
    `s3://${STORE}/${store}`,
    "--output",
    "json",
  ];
  const ran = await sealwatch(["scan", `s3://${LOGS}/2026/`, ...args], environmentOf(gateway));
  const log = await logSince(gateway, start, []);
  return { ...ran, logs: recordsAbout(log, LOGS), store: recordsAbout(log, STORE) };
}

/** What is there, and since when. */
async function listing(): Promise<unknown[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: STORE }));
  return Contents.map(({ Key, ETag, LastModified }) => [Key, ETag, LastModified!.getTime()]);
}

/** Of the objects that were read. */
function urisOf(logged: readonly Logged[]): string[] {
  const reads = logged.filter(({ operation }) => operation === "get_obj");
  return reads.map(({ uri }) => uri.replace(/\?.*| HTTP.*/, "")).sort();
}

test("a scan that is run again reads no log and writes nothing", async () => {
  const first = await scan("obs", "obs-sse");
  const kept = await listing();
  const again = await scan("obs", "obs-sse");
  expect([first.code, first.stderr, again.code, again.stderr]).toEqual([1, "", 1, ""]);

  const { objects, records, malformed, verdicts } = JSON.parse(first.stdout);
  expect([objects, malformed]).toEqual([Object.keys(LOG_OBJECTS).length, 1]);
  expect(urisOf(first.logs)).toEqual(Object.keys(LOG_OBJECTS).map((key) => `GET /${LOGS}/${key}`));
  expect(kept.length).toBeGreaterThan(objects);
  expect(JSON.parse(again.stdout)).toMatchObject({
    objects: 0,
    records: 0,
    bytes: 0,
    skipped: { objects, records, malformed, verdicts },
  });
  expect(again.logs.map(({ operation }) => operation)).toEqual(["list_bucket"]);
  expect(again.store.map(({ operation }) => operation)).toEqual(Array(objects).fill("get_obj"));
  expect(await listing()).toEqual(kept);
});

test("under another policy it audits anew, and leaves what that policy alone would have left", async () => {
  const changed = await scan("obs", "transport-baseline");
  const clean = await scan("baseline", "transport-baseline");
  expect([changed.code, changed.stderr, clean.code, clean.stderr]).toEqual([1, "", 1, ""]);
  expect(urisOf(changed.logs)).toEqual(urisOf(clean.logs));
  const of = async (prefix: string) => digests(await objectsIn(client, STORE, prefix));
  expect(await of("obs/")).toEqual(await of("baseline/"));
});
