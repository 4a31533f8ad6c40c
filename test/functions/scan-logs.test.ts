import { describe, expect, test } from "vitest";
import { objectId, receiptsFolder } from "../../lib/stores/log-object.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";
import { type SqsServer, startSqs } from "../support/sqs-server.ts";
import { type Call, container, environmentOf, FINDINGS } from "./called.ts";
import { failures, LOG, sqsEvent } from "./recorded.ts";

const DUE = "2026-02-06T14:10:00Z";
/** CloudWatch takes values of the last two weeks. */
const TODAY = new Date().toISOString().slice(0, 10);
const daysAgo = (days: number) => new Date(Date.parse(TODAY) - days * 86_400_000).toISOString().slice(0, 10);

interface Started {
  s3: S3Server;
  sqs: SqsServer;
  scan: Call;
  audit: Call;
}

async function start(changes: Record<string, string> = {}): Promise<Started> {
  const s3 = await startS3("my-logs", "other-logs", FINDINGS);
  const sqs = await startSqs();
  s3.put(LOG.bucket, LOG.key, LOG.bytes, LOG.lastModified);
  const environment = {
    ...environmentOf(s3.endpoint),
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    LOG_EVENTS_QUEUE: sqs.url,
  };
  const audit = await container(() => import("../../functions/audit-log-object.ts"), environment);
  const scan = await container(() => import("../../functions/scan-logs.ts"), { ...environment, ...changes });
  return { s3, sqs, scan, audit };
}

describe("by the clock", () => {
  test("queues what has no receipt, until it has one, and reports", async () => {
    const { s3, sqs, scan, audit } = await start();
    const first = await scan({ scheduled: DUE });
    expect(first.response).toEqual({ unaudited: 1, age: 4195_000, gaps: 0, totals: [], problems: [] });
    expect(first.metrics).toEqual([
      expect.objectContaining({ service: "sealwatch-test", Unaudited: 1, UnauditedAge: 4195_000, LogGaps: 0 }),
    ]);
    expect(first.log).toEqual([expect.objectContaining({ message: "scanned", unaudited: 1 })]);
    expect(failures((await audit(sqsEvent(...sqs.messages))).response)).toEqual([]);
    const object = { ...LOG, etag: s3.buckets.get(LOG.bucket)!.get(LOG.key)!.etag, sourceId: "" };
    expect(Object.keys(s3.contents(FINDINGS))).toContain(`${receiptsFolder(object)}${objectId(object)}.json`);
    expect((await scan({ scheduled: DUE })).response).toMatchObject({ unaudited: 0 });
    expect(sqs.messages).toHaveLength(1);
    expect(JSON.parse(s3.contents(FINDINGS)["reports/delivery/dt=2026-02-06/my-logs.json"]!)).toEqual({
      version: 1,
      bucket: "my-logs",
      day: "2026-02-06",
      hours: { 12: { landed: {}, gaps: [] } },
      unaudited: { "2026-02-06T14:10:00.000Z": { objects: 1, oldest: "2026-02-06T13:00:05.000Z" } },
    });
  });

  test("leaves alone what is said to be no log", async () => {
    const { s3, sqs, scan } = await start({ OTHER_OBJECTS: `${LOG.bucket}/*,*/receipts/*` });
    expect((await scan({ scheduled: DUE })).response).toMatchObject({ unaudited: 0 });
    expect(sqs.messages).toEqual([]);
    expect(JSON.parse(s3.contents(FINDINGS)["reports/delivery/dt=2026-02-06/my-logs.json"]!)).toMatchObject({
      hours: { 12: { landed: {} } },
    });
  });

  test("adds up days once a day, as metrics of those days", async () => {
    const { s3, sqs, scan, audit } = await start();
    s3.put(LOG.bucket, "access.log", LOG.bytes, Date.parse(`${daysAgo(1)}T13:00:05Z`));
    const daily = { scheduled: `${TODAY}T03:10:00Z` };
    await scan(daily);
    await audit(sqsEvent(...sqs.messages));
    const { response, metrics } = await scan(daily);
    const at = (day: string) => expect.objectContaining({ Timestamp: Date.parse(day) });
    expect(metrics).toEqual([
      expect.objectContaining({ Unaudited: 0 }),
      expect.objectContaining({
        _aws: at(daysAgo(1)),
        DailyLogObjects: 1,
        DailyRecords: 5,
        DailyMalformed: 1,
        DailyViolatingRecords: 3,
        DailyIndeterminate: 1,
        DailyKeyExposures: 1,
        DailyBytes: LOG.bytes.length,
      }),
      expect.objectContaining({ _aws: at(daysAgo(3)), DailyLogObjects: 0, DailyRecords: 0 }),
    ]);
    const [{ day, totals }] = (response as { totals: [{ day: string; totals: object }] }).totals;
    expect(JSON.parse(s3.contents(FINDINGS)[`reports/totals/dt=${daysAgo(1)}.json`]!)).toEqual({ day, ...totals });
  });

  test("fails where a bucket cannot be listed, after it has done the others", async () => {
    const { sqs, scan } = await start({ LOG_BUCKETS: "gone,my-logs" });
    await expect(scan({ scheduled: DUE })).rejects.toThrow("gone: NoSuchBucket: as told");
    expect(sqs.messages).toHaveLength(1);
  });
});

describe("log buckets that are given by a name's beginning", () => {
  const RANGE = { from: "2026-02-06", to: "2026-02-07" };
  const NOTHING = "no bucket of this account and region has a name that begins so";
  const bucketOf = (message: string) => JSON.parse(message).detail.bucket.name;

  /** Each bucket of the account has a log object; one that begins like the others is in another region. */
  async function startAccount(entries: string): Promise<Started> {
    const started = await start({ LOG_BUCKETS: entries });
    const { s3 } = started;
    for (const name of ["my-trail", "my-trail-2", "my-trail-us", "photos"]) s3.buckets.set(name, new Map());
    for (const name of s3.buckets.keys()) s3.put(name, LOG.key, LOG.bytes, LOG.lastModified);
    s3.settings.set("my-trail", { region: "us-east-1" });
    s3.settings.set("my-trail-us", { region: "us-west-2" });
    return started;
  }

  test.each([{ scheduled: DUE }, RANGE])("are found anew for %j, in this region", async (event) => {
    const { s3, sqs, scan } = await startAccount("my-*,other-logs");
    await scan(event);
    expect(sqs.messages.map(bucketOf).sort()).toEqual(["my-logs", "my-trail", "my-trail-2", "other-logs"]);
    // Three buckets are two pages.
    expect(s3.count("ListBuckets")).toBe(2);
    s3.buckets.set("my-new-logs", new Map());
    s3.put("my-new-logs", LOG.key, LOG.bytes, LOG.lastModified);
    sqs.messages.length = 0;
    await scan(event);
    expect(sqs.messages.map(bucketOf)).toContain("my-new-logs");
  });

  test("are not looked for where all are given by their names", async () => {
    const { s3, scan } = await startAccount("my-logs,other-logs");
    await scan({ scheduled: DUE });
    await scan(RANGE);
    expect(s3.count("ListBuckets")).toBe(0);
  });

  test("are never the findings bucket; what finds nothing else fails, after it has done the others", async () => {
    const { sqs, scan } = await startAccount("findings-*,my-logs");
    await expect(scan({ scheduled: DUE })).rejects.toThrow(`findings-*: ${NOTHING}`);
    expect(sqs.messages.map(bucketOf)).toEqual(["my-logs"]);
    await expect(scan(RANGE)).rejects.toThrow(`findings-*: ${NOTHING}`);
    expect(sqs.messages).toHaveLength(1);
  });

  test("may not be listed: that fails, after it has done the others", async () => {
    const { s3, sqs, scan } = await startAccount("my-*,other-logs");
    s3.faultOf = ({ setting }) => (setting === "ListBuckets" ? { status: 403, code: "AccessDenied" } : null);
    await expect(scan({ scheduled: DUE })).rejects.toThrow("my-*: AccessDenied: as told");
    expect(sqs.messages.map(bucketOf)).toEqual(["other-logs"]);
  });
});

describe("after a policy change", () => {
  const RANGE = { from: "2026-02-06", to: "2026-02-07" };

  test("queues what was audited under other policies", async () => {
    const { sqs, scan, audit } = await start();
    await scan(RANGE);
    await audit(sqsEvent(...sqs.messages));
    expect((await scan(RANGE)).response).toEqual({ checked: 1, queued: 0, from: null, after: null });
    const changed = await container(() => import("../../functions/scan-logs.ts"), {
      POLICIES: "obs-sse,transport-baseline",
    });
    const { response, log, metrics } = await changed(RANGE);
    expect(response).toEqual({ checked: 1, queued: 1, from: null, after: null });
    expect(log).toEqual([expect.objectContaining({ message: "queued for another audit", ...RANGE, done: response })]);
    expect(metrics).toEqual([]);
    expect(sqs.messages).toHaveLength(2);
    expect(sqs.messages[1]).toBe(sqs.messages[0]);
  });

  test("stops in time, and goes on where it stopped", async () => {
    const { s3, scan } = await start();
    s3.put(LOG.bucket, "a", LOG.bytes, LOG.lastModified);
    // The middleware asks, too.
    let left = 2;
    const { response } = await scan(RANGE, () => (left-- > 0 ? 31_000 : 29_000));
    const from = "2026-02-06T00:00:00.000Z";
    expect(response).toEqual({ checked: 1, queued: 1, from, after: { bucket: LOG.bucket, key: "a" } });
    s3.requests.length = 0;
    expect((await scan({ ...RANGE, ...(response as object) })).response).toEqual({
      checked: 1,
      queued: 1,
      from: null,
      after: null,
    });
    expect(s3.count(`GetObject ${FINDINGS}/receipts/`)).toBe(1);
  });
});

test.each([
  {},
  { scheduled: "now" },
  { from: "2026-02-07", to: "2026-02-06" },
  { from: "2026-02-07" },
  { from: "2026-02-06", to: "2026-02-07", after: "s3://my-logs/a" },
])("%j is no scan", async (event) => {
  const { scan } = await start();
  await expect(scan(event)).rejects.toThrow(`found ${JSON.stringify(event)}; expected the time of a scan, or a range`);
});
