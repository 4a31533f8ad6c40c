import { gzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import type { AlertFinding } from "../../lib/alerts/alertable.ts";
import { finding } from "../alerts/findings.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";
import { type SnsServer, startSns } from "../support/sns-server.ts";
import { type SqsServer, startSqs } from "../support/sqs-server.ts";
import { ALERTS_TOPIC, type Call, CHAT_TOPIC, container, environmentOf, FINDINGS } from "./called.ts";
import { created, failures, recorded, sqsEvent } from "./recorded.ts";

const NOW = Date.UTC(2026, 1, 7, 13, 20);
const MINUTE = 60_000;

interface Started {
  s3: S3Server;
  sqs: SqsServer;
  sns: SnsServer;
  call: Call;
  /** Puts a findings object, and gives its event. */
  found(name: string, findings: readonly AlertFinding[]): unknown;
}

async function start(environment: Record<string, string> = {}): Promise<Started> {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  const s3 = await startS3(FINDINGS);
  const sns = await startSns();
  const sqs = await startSqs();
  const call = await container(() => import("../../functions/publish-alerts.ts"), {
    ...environmentOf(s3.endpoint, sns.endpoint, sqs),
    ...environment,
  });
  return {
    s3,
    sqs,
    sns,
    call,
    found(name, findings) {
      const key = `findings/dt=2026-02-06/my-logs/${name}.ndjson.gz`;
      s3.put(FINDINGS, key, gzipSync(findings.map((each) => `${JSON.stringify(each)}\n`).join("")));
      const etag = s3.buckets.get(FINDINGS)!.get(key)!.etag.replaceAll('"', "");
      return created(FINDINGS, key, { etag, time: new Date(Date.now() - MINUTE).toISOString() });
    },
  };
}

/** How many of each topic, and the subjects of the mails. */
function sent({ published }: SnsServer) {
  const mails = published.filter(({ topic }) => topic === ALERTS_TOPIC);
  return { chats: published.length - mails.length, subjects: mails.map(({ subject }) => subject) };
}

test("findings are told by mail and in chat, with attributes to filter by", async () => {
  const { sns, call, found } = await start();
  const { response, log } = await call(sqsEvent(found("a", [finding()])));
  expect(failures(response)).toEqual([]);
  const attributes = { severity: "high", rule: "sse-c.put-object", bucket: "photos" };
  expect(sns.published).toEqual([
    {
      topic: ALERTS_TOPIC,
      subject: "[Sealwatch] HIGH: 1 request broke rule sse-c.put-object in bucket photos",
      message: expect.stringContaining("Have the client use HTTPS."),
      attributes,
    },
    {
      topic: CHAT_TOPIC,
      subject: null,
      message: expect.stringMatching(/^\{"version":"1.0","source":"custom"/),
      attributes,
    },
  ]);
  expect(log).toEqual([expect.objectContaining({ message: "told", kind: "findings", rule: "sse-c.put-object" })]);
});

test("a storm of 104,000 findings of 60 requesters is 51 alerts, and an update of each", async () => {
  const { s3, sns, call, found } = await start();
  const storm = Array.from({ length: 2600 }, (_, i) => finding({ uid: `${i}`, requester: `user/${i % 60}` }));
  const first = found("0", storm) as { detail: { object: { key: string } } };
  const events = Array.from({ length: 40 }, (_, i) => {
    const event = structuredClone(first);
    event.detail.object.key = event.detail.object.key.replace("/0.", `/${i}.`);
    s3.buckets.get(FINDINGS)!.set(event.detail.object.key, s3.buckets.get(FINDINGS)!.get(first.detail.object.key)!);
    return event;
  });
  for (let from = 0; from < events.length; from += 8) {
    expect(failures((await call(sqsEvent(...events.slice(from, from + 8)))).response)).toEqual([]);
  }
  expect(sent(sns).subjects).toHaveLength(51);

  sns.published.length = 0;
  vi.setSystemTime(NOW + 60 * MINUTE);
  await call(recorded("close-windows"));
  const { subjects, chats } = sent(sns);
  expect([subjects.length, chats]).toEqual([51, 51]);
  const told = subjects.map((subject) => Number(/: ([\d,]+) requests/.exec(subject!)![1]!.replaceAll(",", "")));
  expect(told.reduce((sum, count) => sum + count, 0)).toBe(104_000);
}, 120_000);

test("a message that comes again sends nothing", async () => {
  const { sns, call, found } = await start();
  const event = sqsEvent(found("a", [finding()]), found("b", [finding({ uid: "01" })]));
  await call(event);
  vi.setSystemTime(NOW + 35 * MINUTE);
  await call(event);
  await call(recorded("close-windows"));
  expect(sent(sns)).toEqual({
    chats: 1,
    subjects: ["[Sealwatch] HIGH: 2 requests broke rule sse-c.put-object in bucket photos"],
  });
});

test("an exposed key is told at once, beside an alert of the same group", async () => {
  const { sns, call, found } = await start();
  await call(sqsEvent(found("a", [finding()])));
  await call(sqsEvent(found("b", [finding({ uid: "01", severity: 5, exposure: "exposed" })])));
  expect(sent(sns).subjects).toEqual([
    "[Sealwatch] HIGH: 1 request broke rule sse-c.put-object in bucket photos",
    "[Sealwatch] CRITICAL: 1 request broke rule sse-c.put-object in bucket photos",
  ]);
});

describe("what needs no alert is left alone", () => {
  test("findings below the threshold", async () => {
    const { sns, s3, call, found } = await start({ SEVERITY_THRESHOLD: "critical" });
    const { response } = await call(sqsEvent(found("a", [finding()])));
    expect([failures(response), sns.published]).toEqual([[], []]);
    expect(Object.keys(s3.contents(FINDINGS)).filter((key) => key.startsWith("alerts/"))).toEqual([]);
  });

  test.each([
    { event: recorded("eventbridge-deleted"), reason: '"Object Deleted" is no event of a new object' },
    { event: created(FINDINGS, "receipts/dt=2026-02-06/my-logs/a.json"), reason: "it is no findings object" },
    { event: created("my-logs", "findings/a.ndjson.gz"), reason: "it is no findings object" },
    {
      event: created(FINDINGS, "findings/dt=2026-02-06/my-logs/gone.ndjson.gz"),
      reason: "it was removed: a later audit found nothing",
    },
  ])("$reason", async ({ event, reason }) => {
    const { sns, call } = await start();
    const { response, log } = await call(sqsEvent(event));
    expect([failures(response), sns.published]).toEqual([[], []]);
    expect(log).toEqual([expect.objectContaining({ message: "left alone", reason })]);
  });
});

describe("what somebody has accepted is left alone", () => {
  const HEADER = "id,rule,bucket,key,requester,until,reason\n";
  const TABLE = `${HEADER}cats,sse-c.put-object,photos,cat*,*,2026-02-06,Approved\n`;
  const ANY_RULE = TABLE.replace("sse-c.put-object", "*");
  const AFTER = Date.UTC(2026, 1, 7);
  const EXPOSED = { severity: 5, exposure: "exposed" } as const;

  test.each([
    { name: "no table", table: null, finding: finding(), told: 1 },
    { name: "a table of nothing", table: HEADER, finding: finding(), told: 1 },
    { name: "excepted", table: TABLE, finding: finding(), told: 0 },
    { name: "excepted by any rule", table: ANY_RULE, finding: finding(), told: 0 },
    { name: "of another bucket", table: TABLE, finding: finding({ bucket: "films" }), told: 1 },
    { name: "after the last day", table: TABLE, finding: finding({ time: AFTER }), told: 1 },
    { name: "an exposed key, by its rule", table: TABLE, finding: finding(EXPOSED), told: 0 },
    { name: "an exposed key, by any rule", table: ANY_RULE, finding: finding(EXPOSED), told: 1 },
  ])("$name: $told", async ({ table, finding, told }) => {
    const { s3, sns, call, found } = await start();
    if (table !== null) s3.put(FINDINGS, "exceptions.csv", table);
    const { response, log } = await call(sqsEvent(found("a", [finding])));
    expect([failures(response), sent(sns).subjects.length]).toEqual([[], told]);
    expect(log.filter(({ level }) => level === "ERROR")).toEqual([]);
    expect(Object.keys(s3.contents(FINDINGS)).some((key) => key.startsWith("alerts/"))).toBe(told > 0);
  });

  test("only that of an object which is excepted", async () => {
    const { s3, sns, call, found } = await start();
    s3.put(FINDINGS, "exceptions.csv", TABLE);
    await call(sqsEvent(found("a", [finding(), finding({ uid: "01", bucket: "films" }), finding({ uid: "02" })])));
    expect(sent(sns).subjects).toEqual(["[Sealwatch] HIGH: 1 request broke rule sse-c.put-object in bucket films"]);
  });

  test("a faulty table silences nothing, and its faults are logged", async () => {
    const { s3, sns, call, found } = await start();
    s3.put(FINDINGS, "exceptions.csv", TABLE);
    await call(sqsEvent(found("a", [finding()])));
    s3.put(FINDINGS, "exceptions.csv", TABLE.replace("2026-02-06", "never"));
    const { response, log } = await call(sqsEvent(found("b", [finding()])));
    expect([failures(response), sent(sns).subjects.length]).toEqual([[], 1]);
    expect(log.filter(({ level }) => level === "ERROR")).toEqual([
      expect.objectContaining({
        message: "no exceptions: everything is told",
        reason: expect.stringContaining('exceptions.csv: 1 fault\n  row 2, column until: found "never"'),
      }),
    ]);
  });

  test("nor does one that cannot be read", async () => {
    const { s3, sns, call, found } = await start();
    s3.put(FINDINGS, "exceptions.csv", TABLE);
    s3.faultOf = ({ key }) => (key === "exceptions.csv" ? { status: 403, code: "AccessDenied" } : null);
    const { response, log } = await call(sqsEvent(found("a", [finding()])));
    expect([failures(response), sent(sns).subjects.length]).toEqual([[], 1]);
    expect(log).toContainEqual(
      expect.objectContaining({ level: "ERROR", reason: expect.stringContaining("cannot read exceptions.csv") }),
    );
  });

  test("the table is the one that the parameter names, and the clock's call needs none", async () => {
    const { s3, sns, call, found } = await start({ EXCEPTIONS: "policies/accepted.csv" });
    s3.put(FINDINGS, "policies/accepted.csv", TABLE);
    await call(sqsEvent(found("a", [finding()])));
    await call(recorded("close-windows"));
    expect(sns.published).toEqual([]);
    expect(s3.count(`GetObject ${FINDINGS}/policies/accepted.csv`)).toBe(1);
    expect(s3.count(`GetObject ${FINDINGS}/exceptions.csv`)).toBe(0);
  });
});

describe("what cannot be told fails, and nothing else does", () => {
  test("an object that cannot be read", async () => {
    const { s3, sns, call, found } = await start();
    s3.put(FINDINGS, "findings/broken.ndjson.gz", "no gzip");
    const broken = created(FINDINGS, "findings/broken.ndjson.gz");
    const { response, log } = await call(sqsEvent(broken, found("a", [finding()]), "no event"));
    expect(failures(response).sort()).toEqual(["0", "2"]);
    expect(log.filter(({ message }) => message === "not told")).toHaveLength(2);
    expect(sent(sns).subjects).toHaveLength(1);
  });

  test("a sink that fails: the messages come again, and are told then", async () => {
    const { sns, sqs, call, found } = await start();
    const event = sqsEvent(found("a", [finding()]), found("b", [finding({ uid: "01", severity: 2 })]));
    sns.faultOf = ({ topic }) => (topic === CHAT_TOPIC ? "refused" : null);
    const { response, log } = await call(event);
    expect(failures(response)).toEqual(["0"]);
    expect(log).toEqual([expect.objectContaining({ level: "ERROR", message: "not told", messageId: "0" })]);

    // When the lease of whoever could not send is over.
    expect(sqs.waits).toEqual({ "handle 0": 360 });

    sns.faultOf = () => null;
    vi.setSystemTime(NOW + 6 * MINUTE);
    expect(failures((await call(event)).response)).toEqual([]);
    expect(sent(sns)).toEqual({ chats: 1, subjects: [expect.any(String), expect.any(String)] });
  });

  test("what is left when there is hardly any time", async () => {
    const { sns, sqs, call, found } = await start();
    const { response } = await call(sqsEvent(found("a", [finding()])), () => 80_000);
    expect([failures(response), sns.published, sqs.waits]).toEqual([["0"], [], { "handle 0": 0 }]);
  });

  test("the clock's call fails with the sink, so that it is made again", async () => {
    const { sns, call, found } = await start();
    for (const name of ["a", "b"]) await call(sqsEvent(found(name, [finding({ uid: name })])));
    sns.faultOf = () => "refused";
    vi.setSystemTime(NOW + 60 * MINUTE);
    await expect(call(recorded("close-windows"))).rejects.toThrow("as told");
    await call(recorded("close-windows"), () => 119_000);
    expect(sent(sns).subjects).toHaveLength(1);
  });
});

test.each([
  { name: "ALERTS_TOPIC", value: "", message: "ALERTS_TOPIC: found nothing" },
  { name: "EXCEPTIONS", value: "", message: "EXCEPTIONS: found nothing" },
  {
    name: "SEVERITY_THRESHOLD",
    value: "grave",
    message: 'SEVERITY_THRESHOLD: found "grave"; expected low, medium, high, critical',
  },
])("with $name=$value it does not start", async ({ name, value, message }) => {
  await expect(start({ [name]: value })).rejects.toThrow(message);
});
