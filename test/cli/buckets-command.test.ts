import { execFile } from "node:child_process";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { NO_PROGRESS } from "../../lib/cli/progress.ts";
import { scan } from "../../lib/cli/scan.ts";
import { accessLogLine, OVER_HTTP } from "../support/access-log.ts";
import { sealwatch } from "../support/run-cli.ts";
import { CREDENTIALS, type Fault, type S3Server, startS3 } from "../support/s3-server.ts";

beforeEach(() => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
});

/** Broken whatever the encryption: presigned with a key of its own, over HTTP. */
const BROKEN = accessLogLine({
  ...OVER_HTTP,
  authType: "QueryString",
  uri: '"GET /records/a/b.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&x-amz-server-side-encryption-customer-algorithm=AES256 HTTP/1.1"',
});

async function startWithLogs(): Promise<S3Server> {
  const s3 = await startS3("logs", "audit");
  for (let i = 0; i < 6; i++) s3.put("logs", `2026/${i}.log`, `${accessLogLine(OVER_HTTP)}\n`);
  s3.put("logs", "2026/broken.log", `${BROKEN}\n`);
  return s3;
}

const argumentsFor = (s3: S3Server) => ["s3://logs/2026/", "--endpoint", s3.endpoint];

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

it("the same command, run again, exits alike and says what it skipped", async () => {
  const s3 = await startWithLogs();
  const args = ["scan", ...argumentsFor(s3), "--store", "s3://audit"];
  const first = await sealwatch([...args, "--output", "json"]);
  const again = await sealwatch([...args, "--output", "json"]);
  const summed = await sealwatch(args);
  expect([first.code, again.code, summed.code, first.stderr, again.stderr]).toEqual([1, 1, 1, "", ""]);
  expect(s3.count("GetObject logs/")).toBe(7);
  const none = { compliant: 0, violation: 0, indeterminate: 0, notCovered: 0 };
  const all = { compliant: 0, violation: 1, indeterminate: 6, notCovered: 0 };
  const skipped = { objects: 0, records: 0, malformed: 0, verdicts: none, keyExposures: 0 };
  expect(JSON.parse(first.stdout)).toMatchObject({ objects: 7, records: 7, verdicts: all, skipped });
  const { policies } = JSON.parse(first.stdout);
  const rules = policies[0].rules.filter(
    (rule: { compliant: number; violation: number; indeterminate: number }) =>
      rule.compliant + rule.violation + rule.indeterminate > 0,
  );
  expect(rules.length).toBeGreaterThan(1);
  expect(JSON.parse(again.stdout).skipped.rules.sort(byId)).toEqual(
    rules.map((rule: object) => ({ policy: "obs-sse", ...rule })).sort(byId),
  );
  expect(JSON.parse(again.stdout)).toMatchObject({
    objects: 0,
    records: 0,
    verdicts: none,
    skipped: { objects: 7, records: 7, malformed: 0, verdicts: all, keyExposures: 1 },
    unread: [],
  });
  const text = summed.stdout.replaceAll(/\s+/g, " ");
  expect(text).toContain(
    "Not read again, because the store has their receipts: 7 log objects with 7 records, 1 violation and 6 indeterminate.",
  );
  expect(text).toMatch(/Rules broken there rule severity violation indeterminate \S+ \w+ 1 /);
});

it("explains the records of a bucket, in the order of its keys", async () => {
  const s3 = await startWithLogs();
  const { code, stdout, stderr } = await sealwatch(["explain", ...argumentsFor(s3)]);
  expect([code, stderr]).toEqual([0, ""]);
  const records = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records.map(({ object, line, verdict }) => [object, line, verdict])).toEqual([
    ...[0, 1, 2, 3, 4, 5].map((i) => [`s3://logs/2026/${i}.log`, 1, "indeterminate"]),
    ["s3://logs/2026/broken.log", 1, "violation"],
  ]);
});

it("exits with 3 where an object can't be read, and audits the rest", async () => {
  const s3 = await startWithLogs();
  s3.faultOf = ({ key }) => (key.endsWith("/3.log") ? { status: 403, code: "AccessDenied" } : null);
  const { code, stdout, stderr } = await sealwatch(["scan", ...argumentsFor(s3), "--output", "json"]);
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    objects: 6,
    records: 6,
    unread: [{ object: "s3://logs/2026/3.log", problem: expect.stringContaining("AccessDenied") }],
  });
  expect(stderr).toMatch(/^sealwatch: s3:\/\/logs\/2026\/3\.log: AccessDenied .*\n$/);
});

describe("wrong usage", () => {
  it.each([
    [["scan", "s3://"], 'Expected s3://BUCKET or s3://BUCKET/PREFIX, found "s3://".'],
    [["explain", "s3://a", "--endpoint", "storage:9000"], "Expected a URL like https://storage.example:9000."],
  ])("%j", async (args, fault) => {
    const { code, stderr } = await sealwatch(args);
    expect(code).toBe(2);
    expect(stderr).toContain(fault);
  });
});

/** Runs the command, and sends it a signal when it makes its request of this number, which gets the fault. */
function stoppedAt(s3: S3Server, stop: number, signal: NodeJS.Signals, fault: Fault) {
  return new Promise<{ code: unknown; stderr: string }>((resolve) => {
    const args = ["lib/cli/sealwatch.js", "scan", ...argumentsFor(s3), "--store", "s3://audit"];
    const child = execFile(process.execPath, args, (error, _, stderr) =>
      resolve({ code: error?.code ?? error?.signal ?? 0, stderr }),
    );
    s3.faultOf = ({ number }) => {
      if (number < stop) return null;
      if (number === stop) child.kill(signal);
      return fault;
    };
  });
}

describe("stopped and run again, it leaves what one run leaves", () => {
  const run = (s3: S3Server) =>
    scan(
      {
        paths: ["s3://logs/2026/"],
        policies: ["obs-sse"],
        source: null,
        inventories: [],
        defaultEncryption: null,
        liveBudget: null,
        exceptions: null,
        store: "s3://audit",
        s3: { endpoint: s3.endpoint },
        jobs: 1,
        wantsFindings: false,
      },
      new AbortController().signal,
      NO_PROGRESS,
      async () => {},
    );

  it.each<[NodeJS.Signals, unknown, Fault]>([
    ["SIGKILL", "SIGKILL", "lost"],
    ["SIGINT", 130, { until: new Promise(() => {}) }],
    ["SIGINT", 130, { status: 503, code: "SlowDown" }],
  ])("%s (%s), %j", async (signal, code, fault) => {
    const clean = await startWithLogs();
    await run(clean);
    const s3 = await startWithLogs();
    // Every run makes these; how often it tries whether the store honours conditional writes is a matter of chance.
    const requests = clean.requests.filter((request) => !request.startsWith("PutObject audit/receipts/")).length;
    const stop = 1 + Math.floor(Math.random() * requests);
    const stopped = await stoppedAt(s3, stop, signal, fault);
    expect(stopped.code, `stopped at request ${stop}`).toBe(code);
    if (signal === "SIGINT")
      expect(stopped.stderr).toMatch(/^\nsealwatch: interrupted; nothing was left half-written.*\n$/);
    s3.faultOf = () => null;
    await run(s3);
    expect(s3.contents("audit"), `stopped at request ${stop}`).toEqual(clean.contents("audit"));
  });
});
