import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { objectId } from "../../lib/stores/log-object.ts";
import { sealwatch } from "../support/run-cli.ts";
import { CREDENTIALS, type S3Server, startS3 } from "../support/s3-server.ts";
import { type SqsServer, startSqs } from "../support/sqs-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { type Call, container, environmentOf, FINDINGS } from "./called.ts";
import { created, failures, inSns, LOG, recorded, sqsEvent } from "./recorded.ts";

const ETAG = "6a5a0ed45064facdd0909151f2e8142c";
const PLACE = `dt=2026-02-06/my-logs/${objectId({ ...LOG, etag: ETAG })}`;
const KEPT = [`findings/${PLACE}.ndjson.gz`, `quarantine/${PLACE}.ndjson.gz`, `receipts/${PLACE}.json`];
const store = temporaryFolder();

async function start(environment: Record<string, string> = {}): Promise<{ s3: S3Server; sqs: SqsServer; call: Call }> {
  const sqs = await startSqs();
  const s3 = await startS3(LOG.bucket, "other-logs", FINDINGS);
  s3.put(LOG.bucket, LOG.key, LOG.bytes, LOG.lastModified);
  const call = await container(() => import("../../functions/audit-log-object.ts"), {
    ...environmentOf(s3.endpoint, undefined, sqs),
    ...environment,
  });
  return { s3, sqs, call };
}

const EVENTS: [string, unknown][] = [
  ["S3 notification", sqsEvent(recorded("s3-notification"))],
  ["S3 notification by SNS", sqsEvent(inSns(recorded("s3-notification")))],
  ["EventBridge", sqsEvent(recorded("eventbridge-created"))],
  ["EventBridge by SNS", sqsEvent(inSns(recorded("eventbridge-created")))],
];

describe("a log object that lands", () => {
  test.each(EVENTS)("ends as findings, quarantine, receipt and metrics: %s", async (_, event) => {
    const { s3, call } = await start();
    const { response, log, metrics } = await call(event);
    expect(failures(response)).toEqual([]);
    expect(Object.keys(s3.contents(FINDINGS))).toEqual(KEPT);
    const counts = JSON.parse(s3.contents(FINDINGS)[KEPT[2]!]!).counts;
    expect(counts).toEqual({
      records: 5,
      malformed: 1,
      verdicts: { compliant: 1, violation: 3, indeterminate: 1, notCovered: 0 },
      findings: 3,
      quarantined: 1,
      keyExposures: 1,
    });
    expect(log).toEqual([
      expect.objectContaining({
        level: "INFO",
        message: "audited",
        bucket: LOG.bucket,
        key: LOG.key,
        receipt: "written",
      }),
    ]);
    expect(metrics).toEqual([
      expect.objectContaining({
        service: "sealwatch-test",
        Records: 5,
        Malformed: 1,
        Indeterminate: 1,
        KeyExposures: 1,
        Bytes: 2326,
        Duration: expect.any(Number),
        Lag: expect.any(Number),
        LandingLag: expect.any(Number),
      }),
      expect.objectContaining({ rule: "sse-c.get-object", severity: "critical", Violations: 2 }),
      expect.objectContaining({ rule: "sse-kms.put-object", severity: "high", Violations: 1 }),
    ]);
    const [{ Lag, LandingLag }] = metrics as [{ Lag: number; LandingLag: number }];
    expect(Lag - LandingLag).toBe(LOG.lastModified - Date.UTC(2026, 1, 6, 0, 0, 38));
  });

  test("gives the bytes that the command line gives", async () => {
    const { s3, call } = await start();
    await call(EVENTS[0]![1]);
    const args = ["scan", `s3://${LOG.bucket}/`, "--endpoint", s3.endpoint, "--store", store];
    expect(await sealwatch(args, CREDENTIALS)).toMatchObject({ code: 1 });
    const files = readdirSync(store, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
    expect(paths.map((path) => path.slice(store.length + 1))).toEqual(KEPT);
    for (const [i, path] of paths.entries()) {
      expect(readFileSync(path, "latin1")).toBe(s3.contents(FINDINGS)[KEPT[i]!]);
    }
  });

  test("uses what a presigned query says, and writes no secret down", async () => {
    const { s3, call } = await start();
    const { log } = await call(EVENTS[0]![1]);
    const findings = gunzipSync(Buffer.from(s3.contents(FINDINGS)[KEPT[0]!]!, "latin1")).toString();
    expect(findings).toContain('"by":"presigned-query"');
    expect(findings + JSON.stringify(log)).not.toMatch(/0123456789abcdef|Signature=secret|AKIAIOSFODNN7EXAMPLE/);
  });

  test("twice in a batch, and again later, counts once", async () => {
    const { s3, call } = await start();
    const batch = sqsEvent(recorded("s3-notification"), recorded("eventbridge-created"));
    const first = await call(batch);
    const kept = s3.contents(FINDINGS);
    const second = await call(batch);
    expect([failures(first.response), failures(second.response)]).toEqual([[], []]);
    expect(first.log.map(({ receipt }) => receipt).sort()).toEqual(["already", "written"]);
    expect(second.log.map(({ receipt }) => receipt)).toEqual(["already", "already"]);
    expect(first.metrics.map(({ Records }) => Records)).toEqual([5, undefined, undefined]);
    expect(second.metrics).toEqual([]);
    expect(s3.contents(FINDINGS)).toEqual(kept);
  });

  test("that was audited with an inventory is left as that settled it, also in a re-audit", async () => {
    const { s3, call } = await start();
    await call(EVENTS[0]![1]);
    const receipt = JSON.parse(s3.contents(FINDINGS)[KEPT[2]!]!);
    s3.put(FINDINGS, KEPT[2]!, `${JSON.stringify({ ...receipt, evidence: ["sha256:1"] })}\n`);
    const kept = s3.contents(FINDINGS);
    const { log } = await call(EVENTS[0]![1]);
    expect(log).toEqual([expect.objectContaining({ receipt: "already" })]);
    const scan = await container(() => import("../../functions/scan-logs.ts"), {});
    expect((await scan({ from: "2026-02-06", to: "2026-02-07" })).response).toMatchObject({ checked: 1, queued: 0 });
    expect(s3.contents(FINDINGS)).toEqual(kept);
  });

  test("costs no request more where nothing is found", async () => {
    const { s3, call } = await start();
    const [clean] = LOG.bytes.toString().split("\n");
    for (const key of ["a", "b"]) {
      s3.put(LOG.bucket, key, `${clean}\n`);
      s3.requests.length = 0;
      await call(sqsEvent(created(LOG.bucket, key)));
    }
    expect(s3.requests.map((request) => request.replace(/\/dt=.*/, ""))).toEqual([
      "HeadObject my-logs/b",
      "GetObject findings-bucket/receipts",
      "GetObject my-logs/b",
      "GetObject findings-bucket/findings",
      "PutObject findings-bucket/receipts",
    ]);
  });

  test("of no known time, as history is, has no lag", async () => {
    const { call } = await start();
    const { response, metrics } = await call(recorded("history-batch"));
    expect(failures(response)).toEqual(["own logs+1/gone"]);
    expect(metrics[0]).toMatchObject({ Records: 5 });
    expect(metrics[0]).not.toHaveProperty("Lag");
    expect(metrics[0]).not.toHaveProperty("LandingLag");
  });

  test.each([
    { buckets: "photos,my-*", failed: [] },
    { buckets: "my-logs*", failed: [] },
    { buckets: "my-logs-*,my", failed: ["0"] },
  ])("in one of the log buckets $buckets: $failed", async ({ buckets, failed }) => {
    const { call } = await start({ LOG_BUCKETS: buckets });
    expect(failures((await call(EVENTS[0]![1])).response)).toEqual(failed);
  });

  test("is audited again under another policy, and not counted again", async () => {
    const ours = "id,interface,source,target,transport,signature,min_tls,severity,title,cite\n";
    const { s3, call } = await start({ POLICIES: "obs-sse,policies/ours.csv" });
    s3.put(FINDINGS, "policies/ours.csv", `${ours}ours.get,GetObject,*,*,HTTPS,V4,,high,Use HTTPS.,House rule 1\n`);
    await call(EVENTS[0]![1]);
    s3.put(FINDINGS, "policies/ours.csv", `${ours}ours.get,GetObject,*,*,HTTP,V4,,high,Use HTTP.,House rule 1\n`);
    const { log, metrics } = await call(EVENTS[0]![1]);
    expect(log).toEqual([expect.objectContaining({ receipt: "replaced" })]);
    expect(metrics).toEqual([]);
  });
});

describe("what is no log object is left alone, with the reason", () => {
  test.each([
    { event: recorded("s3-test-event"), reason: "it is the test event of a new notification" },
    { event: recorded("s3-removed"), reason: '"ObjectRemoved:Delete" is no event of a new object' },
    { event: recorded("eventbridge-deleted"), reason: '"Object Deleted" is no event of a new object' },
    { event: created(LOG.bucket, "logs/2026/"), reason: "it is a folder" },
    {
      event: created(LOG.bucket, "AWSLogs/111122223333/CloudTrail-Digest/eu-central-1/2026/02/06/x.json.gz"),
      reason: "it is a digest of CloudTrail, and holds no events",
    },
    {
      event: created(FINDINGS, KEPT[0]!),
      reason: "it is in the findings bucket: auditing what an audit wrote would never end",
    },
    {
      event: created(LOG.bucket, "balancer/2026/02/06/x.log.gz"),
      reason: "it is one of OTHER_OBJECTS: somebody said that it is no log",
    },
  ])("$reason", async ({ event, reason }) => {
    const { s3, call } = await start({
      LOG_BUCKETS: "my-*,findings-*",
      OTHER_OBJECTS: "my-logs/inventory/*,my-logs/balancer/*",
    });
    const { response, log, metrics } = await call(sqsEvent(event));
    expect(failures(response)).toEqual([]);
    expect(log).toEqual([expect.objectContaining({ level: "INFO", message: "left alone", reason })]);
    expect(metrics).toEqual([]);
    expect(s3.requests).toEqual([]);
  });
});

describe("what cannot be audited fails alone", () => {
  const good = recorded("s3-notification");
  const GONE = "was deleted or overwritten before it was audited, and its event names no version that could be read";
  test.each([
    {
      what: "a missing object",
      event: created(LOG.bucket, "gone"),
      reason: `s3://my-logs/gone: ${GONE}; find out by whom, and restore it`,
    },
    {
      what: "another object than landed",
      event: created(LOG.bucket, LOG.key, { etag: "0123" }),
      reason: `s3://my-logs/${LOG.key}: ${GONE}; find out by whom, and restore it`,
    },
    {
      what: "another bucket",
      event: created("photos", "x"),
      reason: "photos is none of the LOG_BUCKETS; add it there",
    },
    { what: "no event", event: "hello", reason: expect.stringMatching(/^the message is no event of an object: /) },
    {
      what: "no log",
      event: created(LOG.bucket, "cat.jpg"),
      reason: expect.stringMatching(/^s3:\/\/my-logs\/cat\.jpg: not a log of a format that is known/),
    },
  ])("$what", async ({ event, reason }) => {
    const { s3, call } = await start();
    s3.put(LOG.bucket, "cat.jpg", "JFIF");
    const { response, log } = await call(sqsEvent(event, good));
    expect(failures(response)).toEqual(["0"]);
    expect(log).toContainEqual(
      expect.objectContaining({ level: "ERROR", message: "not audited", messageId: "0", reason }),
    );
    expect(Object.keys(s3.contents(FINDINGS))).toEqual(KEPT);
  });

  test("and comes again the sooner the more seldom it has failed", async () => {
    const { s3, sqs, call } = await start();
    const event = sqsEvent(created(LOG.bucket, "gone"), good, created(LOG.bucket, "gone too"));
    event.Records[2]!.attributes.ApproximateReceiveCount = "3";
    const { response } = await call(event);
    expect(failures(response)).toEqual(["0", "2"]);
    expect(sqs.waits).toEqual({ "handle 0": 60, "handle 2": 360 });
    expect(Object.keys(s3.contents(FINDINGS))).toEqual(KEPT);
  });

  test("or in the queue's own time, where the queue cannot be told", async () => {
    const { sqs, call } = await start();
    sqs.refuses = () => true;
    const { response, log } = await call(sqsEvent(created(LOG.bucket, "gone"), good));
    expect(failures(response)).toEqual(["0"]);
    expect(log).toContainEqual(
      expect.objectContaining({
        level: "WARN",
        message: "the queue tries again in its own time",
        reason: "1 of 1 messages: InternalError",
      }),
    );
  });

  test("all fails if the policies cannot be read", async () => {
    const { call } = await start({ POLICIES: "policies/ours.csv" });
    await expect(call(sqsEvent(good))).rejects.toThrow("policies/ours.csv: 1 fault");
  });
});

describe("an object that was overwritten", () => {
  const event = sqsEvent(recorded("eventbridge-created"));
  const VERSION = "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e";

  test("is read by its version, where its event names one", async () => {
    const { s3, call } = await start();
    s3.put(LOG.bucket, LOG.key, LOG.bytes, LOG.lastModified, { versionId: VERSION });
    s3.put(LOG.bucket, LOG.key, "something else", LOG.lastModified, { versionId: "later" });
    const { response } = await call(event);
    expect(failures(response)).toEqual([]);
    const head = `HeadObject my-logs/${LOG.key}`;
    expect(s3.requests.slice(0, 2)).toEqual([head, `${head}?versionId=${VERSION}`]);
    expect(s3.count(`GetObject my-logs/${LOG.key}?versionId=${VERSION}`)).toBe(1);
    expect(Object.keys(s3.contents(FINDINGS))).toEqual(KEPT);
  });

  test("fails if versions may not be read", async () => {
    const { s3, call } = await start();
    s3.put(LOG.bucket, LOG.key, "something else");
    s3.faultOf = ({ number }) => (number === 2 ? { status: 403, code: "AccessDenied" } : null);
    const { response, log } = await call(event);
    expect(failures(response)).toEqual(["0"]);
    const why = new RegExp(
      `was deleted or overwritten before it was audited, and its version ${VERSION} cannot be read: .*HTTP 403`,
    );
    expect(log[0]).toMatchObject({ reason: expect.stringMatching(why) });
  });
});

test("a log bucket that may not be read", async () => {
  const { s3, call } = await start();
  s3.faultOf = () => ({ status: 403, code: "AccessDenied" });
  const { response, log } = await call(sqsEvent(recorded("s3-notification")));
  expect(failures(response)).toEqual(["0"]);
  expect(log[0]).toMatchObject({
    reason: expect.stringMatching(/^s3:\/\/my-logs\/own logs.*: access denied \(HTTP 403\)/),
  });
});

describe("before the time is over, the rest goes back to the queue", () => {
  const big = (key: string) => created(LOG.bucket, key);
  const line = `${LOG.bytes.toString().split("\n")[0]}\n`;

  test("what would not fit is not begun", async () => {
    const { s3, sqs, call } = await start();
    for (const key of ["a", "b", "c"]) s3.put(LOG.bucket, key, line);
    const { response, log } = await call(sqsEvent(big("a"), big("b"), big("c")), () => 29_000);
    expect(failures(response)).toHaveLength(2);
    expect(Object.values(sqs.waits).sort()).toEqual([0, 2]);
    expect(log).toContainEqual(
      expect.objectContaining({ reason: expect.stringMatching(/would not be read in the time that is left/) }),
    );
    expect(s3.count(`PutObject ${FINDINGS}/receipts/`)).toBe(2);
  });

  test("what is being read is given up", async () => {
    const { s3, call } = await start();
    s3.put(LOG.bucket, "a", line);
    const { response, log } = await call(sqsEvent(big("a")), () => 9_000);
    expect(failures(response)).toEqual(["0"]);
    expect(log[0]).toMatchObject({ reason: expect.stringMatching(/out of time after \d+ bytes; back to the queue/) });
    expect(s3.contents(FINDINGS)).toEqual({});
  });
});

test.each(["FINDINGS_BUCKET", "LOG_BUCKETS", "POLICIES"])("without %s it does not start", async (name) => {
  await expect(start({ [name]: "" })).rejects.toThrow(`${name}: found nothing`);
});
