import { gunzipSync } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import { beforeAll, expect, test } from "vitest";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import type { Explanation } from "../../lib/report/explanation.ts";
import { sealwatchProcess as sealwatch } from "../support/run-cli.ts";
import { WAYS } from "./client.ts";
import { exerciseTables } from "./exercise.ts";
import { type Expected, expectedOf, ROWS, truthOf } from "./expected.ts";
import { bucketOf, endOfLog, environmentOf, lab, logSince, objectsIn, ownClient } from "./lab.ts";
import { recordsOf } from "./logs.ts";
import { NEEDLESS_KEY, UNDECIDABLE } from "./oddities.ts";
import { REFUSED } from "./refusals.ts";
import { exercisedRows, report } from "./report.ts";
import { describe, isServed, type Sent } from "./sent.ts";

const LOGS = "tables-logs";
const FINDINGS = "tables-findings";

const gateway = lab();
const environment = environmentOf(gateway);
let sent: readonly Sent[];
let rejected: readonly Sent[];
let client: S3Client;
let log: string;

beforeAll(async () => {
  const start = endOfLog(gateway);
  ({ sent, rejected } = await exerciseTables(gateway));
  log = await logSince(
    gateway,
    start,
    sent.map(({ requestId }) => requestId),
  );
  client = ownClient(gateway);
  await bucketOf(client, LOGS, { "2026/ops.log": log });
  await bucketOf(client, FINDINGS);
});

test("the gateway encrypts as it is asked to, and refuses what it must", () => {
  const wrong = sent.filter(({ answered, target }) => answered !== null && answered !== target.really);
  expect(wrong.map(describe)).toEqual(sent.filter(({ but }) => but === NEEDLESS_KEY).map(describe));
  const refused = Object.groupBy(
    sent.filter((one) => !isServed(one)),
    ({ status, interface: name, but = "", way }) =>
      `${status} ${way.signature === "none" ? "anonymous " : ""}${name} ${but}`.trimEnd(),
  );
  const counts = Object.entries(refused).map(([what, requests]) => `${what}: ${requests!.length}`);
  expect(counts.sort()).toEqual([
    "400 GetObject with another key: 8",
    "400 GetObject without its key: 8",
    "400 HeadObject with another key: 8",
    "400 HeadObject without its key: 8",
    "400 PutObject with another key's digest: 8",
    "400 UploadPartCopy: 24",
    "400 anonymous GetObject with another key: 2",
    "400 anonymous GetObject without its key: 2",
    "400 anonymous HeadObject with another key: 2",
    "400 anonymous HeadObject without its key: 2",
    "400 anonymous PutObject with another key's digest: 2",
    "403 anonymous CompleteMultipartUpload forbidden: 8",
    "403 anonymous CopyObject forbidden: 8",
    "403 anonymous GetObject forbidden: 8",
    "403 anonymous HeadObject forbidden: 8",
    "403 anonymous InitiateMultipartUpload forbidden: 8",
    "403 anonymous PutObject forbidden: 8",
    "403 anonymous UploadPart forbidden: 8",
    "403 anonymous UploadPartCopy forbidden: 8",
    "403 anonymous UploadPartCopy: 32",
    "501 CopyObject: 64",
    "501 anonymous CopyObject: 16",
  ]);
});

const audit = ["--endpoint", gateway.https, "--default-encryption", "none"];

test("every record is judged as what was sent", async () => {
  const { code, stdout, stderr } = await sealwatch(["explain", `s3://${LOGS}/2026/`, ...audit], environment);
  expect([code, stderr]).toEqual([0, ""]);
  const records = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Explanation);
  const asSent = new Map(sent.map((one) => [one.requestId, one]));
  const found = records.map((record) => [nameOf(record.requestId!), seen(record)]);
  const wanted = records.map(({ requestId }) => {
    const one = asSent.get(requestId!);
    return [nameOf(requestId!), one && expectedOf(one)];
  });
  expect(found).toEqual(wanted);
  expect(records.map(({ requestId }) => requestId).sort()).toEqual(sent.map(({ requestId }) => requestId).sort());

  function nameOf(requestId: string): string {
    const one = asSent.get(requestId);
    return `${requestId} ${one ? describe(one) : "that the lab did not send"}`;
  }
});

function seen({ verdict, interface: name, transport, signature, encryption, policies }: Explanation): Expected {
  return { verdict, interface: name!, transport, signature, encryption, rules: policies[0]!.rules };
}

test("every verdict is that of what was really sent, or open for a reason", () => {
  const wrong = sent.filter((one) => expectedOf(one).verdict !== truthOf(one).verdict && !isKeptAnyway(one));
  expect(wrong.map(describe)).toEqual(sent.filter(({ undecidable }) => undecidable).map(describe));
  const open = sent.filter((one) => expectedOf(one).verdict === "indeterminate");
  expect(open.map(describe)).toEqual(sent.filter(({ undecidable }) => undecidable).map(describe));
});

test("asked itself, the gateway settles what its log leaves open, but for forms", async () => {
  const { code, stdout } = await sealwatch(["explain", `s3://${LOGS}/2026/`, ...audit, "--live"], environment);
  expect(code).toBe(0);
  const verdicts = new Map(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Explanation)
      .map(({ requestId, verdict }) => [requestId!, verdict]),
  );
  const open = sent.filter(({ requestId }) => verdicts.get(requestId) === "indeterminate");
  expect(open.map(describe)).toEqual(sent.filter(({ undecidable }) => undecidable === UNDECIDABLE.form).map(describe));
  const settled = sent.filter((one) => one.undecidable && !open.includes(one));
  expect(settled.map(({ requestId }) => verdicts.get(requestId))).toEqual(settled.map((one) => truthOf(one).verdict));
  expect(settled).not.toEqual([]);
});

/**
 * Not covered, and called compliant: what a write made that asked for nothing is left open by the log, and where no rule is
 * broken whatever it made, nobody asks the operator.
 */
function isKeptAnyway(one: Sent): boolean {
  const isByDefault = one.target.isByDefault || (one.source?.isByDefault ?? false);
  return isByDefault && expectedOf(one).verdict === "compliant" && truthOf(one).verdict === "not-covered";
}

test("scan keeps a finding of each request that broke a rule, or may have", async () => {
  const args = ["scan", `s3://${LOGS}/2026/`, ...audit, "--store", `s3://${FINDINGS}`, "--output", "json"];
  const { code, stdout, stderr } = await sealwatch(args, environment);
  expect([code, stderr]).toEqual([1, ""]);
  const expected = sent.map(expectedOf);
  const count = (verdict: string) => expected.filter((one) => one.verdict === verdict).length;
  expect(JSON.parse(stdout)).toMatchObject({
    records: sent.length,
    malformed: 0,
    objects: 1,
    bytes: Buffer.byteLength(log),
    verdicts: {
      compliant: count("compliant"),
      violation: count("violation"),
      indeterminate: count("indeterminate"),
      notCovered: count("not-covered"),
    },
    passedOver: 0,
    unread: [],
  });

  const objects = await objectsIn(client, FINDINGS);
  const folders = [...objects.keys()].map((key) => key.split("/")[0]);
  expect(folders.sort()).toEqual(["findings", "receipts"]);
  const [, kept] = [...objects].find(([key]) => key.startsWith("findings/"))!;
  const findings = gunzipSync(kept)
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ComplianceFinding);
  const told = findings.map(({ evidences: [{ api, data }] }) => [api.request!.uid, data.verdict, data.outcome]);
  const toTell = sent
    .map((one) => [one.requestId, expectedOf(one).verdict, isServed(one) ? "served" : "refused"])
    .filter(([, verdict]) => verdict === "violation" || verdict === "indeterminate");
  expect(told.sort()).toEqual(toTell.sort());
});

test("what the gateway rejects is not in its log", () => {
  expect(rejected.map(({ status }) => status)).toEqual(rejected.map(() => 403));
  expect(rejected.filter(({ requestId }) => log.includes(requestId)).map(describe)).toEqual([]);
});

test("all 32 rows were kept and broken", () => {
  const rows = exercisedRows(sent);
  const neverServed = rows.filter(({ served }) => served === 0).map(({ id }) => id);
  const copies = ROWS.filter((id) => /^copy-object\.sse-(?:c|kms)-to/.test(id));
  const parts = ["upload-part-copy.sse-c-to-sse-kms", "upload-part-copy.sse-c-to-none"];
  const posts = ["sse-c.post-object", "sse-kms.post-object"];
  const notes = new Map<string, string>([
    ...posts.map((id) => [id, `Open: ${UNDECIDABLE.form}.`] as const),
    ...copies.map((id) => [id, `Never served: ${REFUSED.copy}.`] as const),
    ...parts.map((id) => [id, `Never served: ${REFUSED.part}.`] as const),
  ]);
  process.stdout.write(`${report(rows, notes, sentences())}\n`);

  expect(rows).toHaveLength(32);
  expect(rows.filter(({ kept, broken }) => kept === 0 || broken === 0)).toEqual([]);
  const waysOfForms = WAYS.filter((way) => way.in !== "query").length;
  expect(rows.map(({ id, ways }) => [id, ways])).toEqual(
    ROWS.map((id) => [id, posts.includes(id) ? waysOfForms : WAYS.length]),
  );
  expect(neverServed).toEqual([...copies, ...parts]);
  expect(rows.filter(({ open }) => open > 0).map(({ id }) => id)).toEqual(posts);
});

function sentences(): string[] {
  const count = (verdict: string) => sent.filter((one) => expectedOf(one).verdict === verdict).length;
  const open = Object.values(UNDECIDABLE).map((reason) => {
    const requests = sent.filter(({ undecidable }) => undecidable === reason);
    const interfaces = new Set(requests.map((one) => one.interface));
    return `Open: ${requests.length} x ${[...interfaces].join(", ")}: ${reason}.`;
  });
  const summed = ["compliant", "violation", "not-covered", "indeterminate"].map((name) => `${count(name)} ${name}`);
  return [
    "",
    `${sent.length} requests, ${sent.filter(isServed).length} of them served: ${summed.join(", ")}.`,
    `${sent.filter(isKeptAnyway).length} of the compliant ones read or write what no encryption was asked for: they keep the rules whatever the store made of it, and are not covered where it encrypts nothing.`,
    `${recordsOf(log).length - log.trimEnd().split("\n").length} of the records share a line of the log with the one before.`,
    ...open,
    `Rejected: ${rejected.length} requests with a wrong or unknown key, which the gateway does not log.`,
  ];
}
