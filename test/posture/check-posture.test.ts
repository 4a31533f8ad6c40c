import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AlertFinding, isAlertable } from "../../lib/alerts/alertable.ts";
import { groupFindings } from "../../lib/alerts/group-findings.ts";
import { changesOf, checkPosture, POSTURE_KEY } from "../../lib/posture/check-posture.ts";
import { type BucketPosture, CHECKS, type CheckResult } from "../../lib/posture/posture.ts";
import type { PostureFinding } from "../../lib/posture/posture-finding.ts";
import manifest from "../../package.json" with { type: "json" };
import { createMemoryStore, type MemoryStore } from "../stores/memory-store.ts";
import { temporaryFolder } from "../support/temporary.ts";

const SPOOL = temporaryFolder();
const DAY = 86_400_000;
const FRIDAY = Date.parse("2026-02-06T05:15:00Z");
const FRIDAY_FOLDER = "findings/dt=2026-02-06/ACCOUNT/";

const PASS: CheckResult = { status: "pass", detail: "fine" };
const FAIL: CheckResult = { status: "fail", detail: "the bucket policy does not deny plain HTTP" };
const UNKNOWN: CheckResult = { status: "unknown", detail: "S3 does not tell: AccessDenied" };

function posture(tls: CheckResult, logging = PASS): BucketPosture {
  return { "access-logging": logging, "default-encryption": PASS, "tls-only": tls };
}

function check(store: MemoryStore, postures: Record<string, BucketPosture>, time: number): Promise<number> {
  return checkPosture(new Map(Object.entries(postures)), time, { store, spoolDir: SPOOL });
}

function findingsIn(store: MemoryStore, folder: string): PostureFinding[] {
  const keys = [...store.held.keys()].filter((key) => key.startsWith(folder));
  return keys.flatMap((key) =>
    gunzipSync(store.held.get(key)!)
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );
}

const validate = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(new URL("../findings/compliance-finding-1.8.0.schema.json", import.meta.url), "utf8")),
);

test("a setting that fails is a finding", async () => {
  const store = createMemoryStore();
  expect(await check(store, { photos: posture(FAIL), films: posture(PASS) }, FRIDAY)).toBe(1);
  const title = "s3://photos: the bucket policy does not deny plain HTTP";
  const status = { status_id: 3, status: "Fail" };
  const standards = [
    "NIST SP 800-53 Rev. 5 SC-8",
    "PCI DSS 4.0.1 4.2.1",
    "CIS AWS Foundations 2.1.1",
    "AWS Security Hub S3.5",
  ];
  expect(findingsIn(store, FRIDAY_FOLDER)).toEqual([
    {
      activity_id: 1,
      activity_name: "Create",
      category_uid: 2,
      category_name: "Findings",
      class_uid: 2003,
      class_name: "Compliance Finding",
      type_uid: 200301,
      type_name: "Compliance Finding: Create",
      time: FRIDAY,
      severity_id: 4,
      severity: "High",
      status_id: 1,
      status: "New",
      message: title,
      metadata: {
        version: "1.8.0",
        product: { name: "Sealwatch", vendor_name: "Sealwatch", version: manifest.version },
      },
      finding_info: {
        uid: "e262f1476d1ce2a9dbffa66341224ba9",
        title,
        desc: `${title}. The bucket policy must deny plain HTTP.`,
        types: ["tls-only"],
        created_time: FRIDAY,
        data_sources: ["s3-bucket-settings"],
        analytic: { uid: "posture", name: "posture", type: "Rule", type_id: 1, version: "1" },
      },
      compliance: {
        control: "posture",
        standards,
        ...status,
        checks: [
          {
            uid: "posture.tls-only",
            name: "The bucket policy must deny plain HTTP.",
            desc: "The bucket policy must deny plain HTTP.",
            standards,
            ...status,
            severity_id: 4,
            severity: "High",
          },
        ],
      },
      remediation: {
        desc: "Deny everybody s3:* on the bucket and its objects in the bucket policy where aws:SecureTransport is false.",
      },
      resources: [{ uid: "s3://photos", name: "photos", type: "Bucket", role_id: 1, role: "Target" }],
      evidences: [{ data: { verdict: "violation", check: "tls-only", found: FAIL.detail } }],
    },
  ]);
  expect(JSON.parse(store.held.get(POSTURE_KEY)!.toString())).toEqual({
    version: 1,
    checked: "2026-02-06T05:15:00.000Z",
    buckets: {
      films: posture(PASS),
      photos: { ...posture(PASS), "tls-only": { ...FAIL, created: FRIDAY, written: FRIDAY } },
    },
  });
});

test("only what changes is told: made, changed, closed, under one uid", async () => {
  const store = createMemoryStore();
  const days = [posture(FAIL), posture(FAIL), posture(UNKNOWN), posture(PASS), posture(FAIL)];
  for (const [i, photos] of days.entries()) await check(store, { photos, films: posture(PASS) }, FRIDAY + i * DAY);
  await check(store, { films: posture(PASS) }, FRIDAY + 5 * DAY);
  const told = findingsIn(store, "findings/");
  expect(
    told.map(({ activity_name, status, compliance, time, finding_info: { created_time } }) => [
      activity_name,
      status,
      compliance.status,
      ...[time, created_time].map((ms) => (ms - FRIDAY) / DAY),
    ]),
  ).toEqual([
    ["Create", "New", "Fail", 0, 0],
    ["Update", "New", "Warning", 2, 0],
    ["Close", "Resolved", "Pass", 3, 0],
    ["Create", "New", "Fail", 4, 4],
    ["Close", "Resolved", "Pass", 5, 4],
  ]);
  expect(new Set(told.map(({ finding_info }) => finding_info.uid)).size).toBe(1);
  expect(told.map(({ compliance }) => compliance.status_details)).toEqual([
    undefined,
    ["s3://photos: S3 does not tell: AccessDenied"],
    undefined,
    undefined,
    undefined,
  ]);
  expect(told.at(-1)!.message).toBe("s3://photos: there is no such bucket any more");
  expect(told.flatMap((finding) => (validate(finding) ? [] : validate.errors))).toEqual([]);
});

test("what stays as it is, is written again before it expires, and nobody is told again", async () => {
  const store = createMemoryStore();
  const LEAST_RETENTION = 31;
  const now = { photos: posture(FAIL, UNKNOWN), films: posture(PASS) };
  for (let day = 0; day <= 100; day++) {
    await check(store, day < 50 ? now : { ...now, photos: posture(UNKNOWN, UNKNOWN) }, FRIDAY + day * DAY);
    const kept = findingsIn(store, "findings/").filter(({ time }) => FRIDAY + (day - LEAST_RETENTION) * DAY < time);
    expect(new Set(kept.map(({ finding_info }) => finding_info.uid)).size).toBe(2);
  }
  const written = (id: string) =>
    findingsIn(store, "findings/").filter(({ finding_info }) => finding_info.types[0] === id);
  const days = (ms: number | undefined) => ms && (ms - FRIDAY) / DAY;
  expect(
    written("tls-only").map(({ time, activity_name, compliance: { status }, finding_info: info }) => [
      days(time),
      activity_name,
      status,
      info.created_time === FRIDAY,
      days(info.last_seen_time),
    ]),
  ).toEqual([
    [0, "Create", "Fail", true, undefined],
    [28, "Update", "Fail", true, 28],
    [50, "Update", "Warning", true, undefined],
    [78, "Update", "Warning", true, 78],
  ]);
  expect(written("access-logging").map(({ time }) => days(time))).toEqual([0, 28, 56, 84]);
  const told = findingsIn(store, "findings/").filter((finding) => isAlertable(finding as AlertFinding, "low"));
  expect(told.map(({ time, finding_info }) => [days(time), finding_info.types[0]])).toEqual([
    [0, "access-logging"],
    [0, "tls-only"],
    [50, "tls-only"],
  ]);
  expect(findingsIn(store, "findings/").flatMap((finding) => (validate(finding) ? [] : validate.errors))).toEqual([]);
});

test("a finding of which is not known when it was written last, is written again", async () => {
  const store = createMemoryStore();
  const known = { photos: { ...posture(FAIL), "tls-only": { ...FAIL, created: FRIDAY - 400 * DAY } } };
  await store.put(POSTURE_KEY, Buffer.from(JSON.stringify({ version: 1, buckets: known })));
  expect(await check(store, { photos: posture(FAIL) }, FRIDAY)).toBe(1);
  expect(await check(store, { photos: posture(FAIL) }, FRIDAY + DAY)).toBe(0);
});

test("the same check again writes the same bytes, also after a crash before its results were kept", async () => {
  const store = createMemoryStore();
  const now = { photos: posture(FAIL, UNKNOWN), films: posture(FAIL) };
  await check(store, now, FRIDAY);
  const once = new Map(store.held);
  expect(await check(store, now, FRIDAY)).toBe(0);
  expect(store.held).toEqual(once);
  store.held.delete(POSTURE_KEY);
  expect(await check(store, now, FRIDAY)).toBe(3);
  expect(store.held).toEqual(once);
});

test("alerts group the findings by rule and bucket", async () => {
  const store = createMemoryStore();
  await check(store, { photos: posture(FAIL, FAIL), films: posture(FAIL) }, FRIDAY);
  const groups = groupFindings(findingsIn(store, FRIDAY_FOLDER) as unknown as AlertFinding[], Number.POSITIVE_INFINITY);
  expect(
    groups.map(({ of, severity, violations }) => [of?.rule, of?.bucket, of?.requester, severity, violations]),
  ).toEqual([
    ["posture.tls-only", "films", null, "high", 1],
    ["posture.tls-only", "photos", null, "high", 1],
    ["posture.access-logging", "photos", null, "medium", 1],
  ]);
});

test("whatever the settings do, the changes lead from what was known to what is", () => {
  const RESULT = fc.constantFrom(PASS, FAIL, UNKNOWN);
  const POSTURES = fc
    .array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.tuple(RESULT, RESULT, RESULT)))
    .map((all) =>
      all.map(([bucket, results]) => [bucket, Object.fromEntries(CHECKS.map((id, i) => [id, results[i]!]))]),
    );
  fc.assert(
    fc.property(fc.array(POSTURES, { maxLength: 5 }), (days) => {
      const open = new Map<string, string>();
      let known = {};
      for (const day of days) {
        const now = new Map(day as [string, BucketPosture][]);
        for (const { bucket, check, activity, result } of changesOf(known, now, FRIDAY)) {
          const name = `${bucket} ${check}`;
          expect(open.has(name)).toBe(activity !== "Create");
          if (activity === "Close") open.delete(name);
          else open.set(name, result.status);
        }
        const expected = [...now].flatMap(([bucket, results]) =>
          CHECKS.flatMap((id) => (results[id].status === "pass" ? [] : [[`${bucket} ${id}`, results[id].status]])),
        );
        expect(new Map(open)).toEqual(new Map(expected as [string, string][]));
        known = Object.fromEntries(now);
      }
    }),
  );
});
