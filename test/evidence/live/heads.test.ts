import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { HEADS_AT_ONCE, liveHeads } from "../../../lib/evidence/live/heads.ts";
import type { LiveHead, LiveReport, WantedObject } from "../../../lib/evidence/live/live.ts";
import { PLAIN, SSE_C, SSE_KMS, SSE_S3 } from "../../../lib/facts.ts";
import type { ObjectVersion } from "../../../lib/record.ts";
import { s3Client } from "../../../lib/s3/client.ts";
import { CREDENTIALS, type S3Server, startS3 } from "../../support/s3-server.ts";

const NOW = Date.UTC(2026, 1, 7);
const MODIFIED = Date.UTC(2026, 1, 6, 10);
const ALL_TOLD = { unproved: [], problem: null };

beforeEach(() => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
});

const object = (key: string, versionId: string | null = null): ObjectVersion => ({ bucket: "photos", key, versionId });
const wanted = (object: ObjectVersion, records = 1): WantedObject => ({ object, records });

function fetch(s3: Pick<S3Server, "endpoint">, objects: WantedObject[], budget = 100, signal?: AbortSignal) {
  const client = s3Client({ endpoint: s3.endpoint, maxAttempts: 1 });
  return liveHeads({ client, budget, now: () => NOW, signal }).fetch(objects);
}

async function answerTo(s3: S3Server, key: string, versionId: string | null = null) {
  const { heads, report } = await fetch(s3, [wanted(object(key, versionId))]);
  expect(heads).toMatchObject([{ object: object(key, versionId), at: NOW }]);
  const [head] = heads as [LiveHead];
  const { answer } = head;
  expect(report).toEqual({
    asked: 1,
    notAsked: 0,
    unproved: answer.kind === "silent" ? [{ reason: answer.reason, objects: 1 }] : [],
    problem: null,
  });
  return answer;
}

describe("an object is described", () => {
  it.each([
    [undefined, PLAIN],
    ["AES256", SSE_S3],
    ["aws:kms", SSE_KMS],
    ["aws:kms:dsse", SSE_KMS],
  ])("encryption %s", async (encryption, bit) => {
    const s3 = await startS3("photos");
    s3.put("photos", "k", "", MODIFIED, { ...(encryption && { encryption }) });
    const row = {
      key: "k",
      versionId: "null",
      isCurrent: true,
      isDeleteMarker: false,
      isMultipart: false,
      lastModified: MODIFIED,
      encryption: bit,
    };
    expect(await answerTo(s3, "k")).toEqual({ kind: "described", row });
    expect(s3.requests).toEqual(["HeadObject photos/k"]);
  });

  it("by its version, or the one that was asked for", async () => {
    const s3 = await startS3("photos");
    s3.put("photos", "k", "", MODIFIED, { encryption: "aws:kms", versionId: "v1" });
    s3.put("photos", "k", "", MODIFIED + 1000, { versionId: "v2" });
    expect(await answerTo(s3, "k")).toMatchObject({
      row: { versionId: "v2", isCurrent: true, encryption: PLAIN, lastModified: MODIFIED + 1000 },
    });
    expect(await answerTo(s3, "k", "v1")).toMatchObject({
      row: { versionId: "v1", isCurrent: false, encryption: SSE_KMS, lastModified: MODIFIED },
    });
  });

  it.each([
    ["of parts", { ETag: '"9b2cf535f27731c974343645a3985328-2"' }, { isMultipart: true }],
    ["without an ETag", { ETag: undefined }, { isMultipart: false }],
    [
      "with its customer key's algorithm",
      { "x-amz-server-side-encryption-customer-algorithm": "AES256" },
      { encryption: SSE_C },
    ],
  ])("%s", async (_, headers, row) => {
    expect(await answerTo(await startAnswering(200, headers), "k")).toMatchObject({ kind: "described", row });
  });
});

/** A store that answers every HEAD so. */
async function startAnswering(status: number, headers: Record<string, string | undefined> = {}): Promise<S3Server> {
  const s3 = await startS3("photos");
  s3.faultOf = () => ({
    status,
    headers: { ETag: '"1"', "Last-Modified": new Date(MODIFIED).toUTCString(), ...headers },
  });
  return s3;
}

describe("an answer that proves nothing has its reason", () => {
  const later = "run it again later";
  it.each<[string, number, Record<string, string | undefined>, reason: string, isFinal: boolean]>([
    [
      "an unknown encryption",
      200,
      { "x-amz-server-side-encryption": "aws:fsx" },
      "encrypted in a way that is not known (aws:fsx)",
      true,
    ],
    ["no time", 200, { "Last-Modified": undefined }, "answered without a time of last modification", true],
    [
      "a strange time",
      200,
      { "Last-Modified": "yesterday" },
      "HTTP 200: answered with headers that can't be read",
      true,
    ],
    ["a redirect", 301, {}, "HTTP 301: the bucket is in another region: name it with --region", false],
    [
      "a bad request",
      400,
      {},
      "HTTP 400: encrypted with a customer's key, or refused for another reason, which no HEAD tells",
      true,
    ],
    [
      "no right",
      403,
      {},
      "HTTP 403: allow these credentials s3:GetObject there, s3:GetObjectVersion for versions, and s3:ListBucket, without which objects that are gone look forbidden",
      false,
    ],
    ["no object", 404, {}, "HTTP 404: the object is gone", true],
    ["a delete marker", 405, {}, "HTTP 405: that version is a delete marker", true],
    ["a fault of the store", 500, {}, `HTTP 500: ${later}`, false],
    ["throttling", 503, {}, `HTTP 503: ${later}`, false],
  ])("%s", async (_, status, headers, reason, isFinal) => {
    expect(await answerTo(await startAnswering(status, headers), "k")).toEqual({ kind: "silent", reason, isFinal });
  });

  it("an object that can't be asked for", async () => {
    const s3 = await startS3("photos");
    s3.put("photos", "k", "", MODIFIED);
    const { heads, report } = await fetch(s3, [
      wanted({ ...object("-"), bucket: "arn:aws:s3:x" }),
      wanted(object("k")),
    ]);
    expect(new Set(heads.map(({ object: { key }, answer }) => `${key} ${answer.kind}`))).toEqual(
      new Set(["- silent", "k described"]),
    );
    expect(report).toMatchObject({ asked: 2, notAsked: 0, problem: null });
    expect(s3.requests).toEqual(["HeadObject photos/k"]);
  });
});

describe("a version that is refused as a bad request", () => {
  async function startLocked(isAmazon = true): Promise<S3Server> {
    const s3 = await startS3("photos");
    s3.isAmazon = isAmazon;
    s3.put("photos", "k", "", MODIFIED, { encryption: "SSE-C", versionId: "v1" });
    return s3;
  }
  const reason = "HTTP 400: encrypted with a customer's key, or refused for another reason, which no HEAD tells";

  it("by Amazon lacks its customer key, if the bucket is not refused as well", async () => {
    const s3 = await startLocked();
    s3.put("photos", "k", "", MODIFIED, { encryption: "SSE-C", versionId: "v2" });
    const objects = [wanted(object("k", "v1")), wanted(object("k", "v2"))];
    const { heads, report } = await fetch(s3, objects);
    expect(heads.map(({ answer }) => answer)).toEqual([{ kind: "locked" }, { kind: "locked" }]);
    expect(report).toEqual({ ...ALL_TOLD, asked: 2, notAsked: 0 });
    expect(s3.requests.toSorted()).toEqual([
      "HeadBucket photos/",
      "HeadObject photos/k?versionId=v1",
      "HeadObject photos/k?versionId=v2",
    ]);
  });

  it.each([403, 404])("also where the bucket answers %i", async (status) => {
    const s3 = await startLocked();
    s3.faultOf = ({ operation }) => (operation === "HeadBucket" ? { status, code: "as told" } : null);
    expect(await answerTo(s3, "k", "v1")).toEqual({ kind: "locked" });
  });

  it.each([400, 301, 500])("proves nothing where the bucket answers %i", async (status) => {
    const s3 = await startLocked();
    s3.faultOf = ({ operation }) => (operation === "HeadBucket" ? { status, code: "as told" } : null);
    const unconfirmed = "HTTP 400: the bucket is refused as well; check the credentials and --region";
    expect(await answerTo(s3, "k", "v1")).toEqual({ kind: "silent", reason: unconfirmed, isFinal: false });
  });

  it("by another store may be one whose own key is out of reach", async () => {
    const s3 = await startLocked(false);
    expect(await answerTo(s3, "k", "v1")).toEqual({ kind: "silent", reason, isFinal: true });
  });

  it("needs an id, for nothing else says since when the object stands there", async () => {
    const s3 = await startLocked();
    s3.buckets.get("photos")!.get("k")!.versions!.set("null", s3.buckets.get("photos")!.get("k")!);
    for (const versionId of [null, "null"])
      expect(await answerTo(s3, "k", versionId)).toEqual({ kind: "silent", reason, isFinal: true });
  });
});

describe("the budget", () => {
  it("goes to the objects first that most records hang on", async () => {
    const s3 = await startS3("photos");
    const objects = [1, 3, 2, 3].map((records, i) => wanted(object(`k${i}`), records));
    const { heads, report } = await fetch(s3, objects, 3);
    expect(s3.requests.toSorted()).toEqual(["HeadObject photos/k1", "HeadObject photos/k2", "HeadObject photos/k3"]);
    expect(heads).toHaveLength(3);
    expect(report).toEqual({
      asked: 3,
      notAsked: 1,
      unproved: [{ reason: "HTTP 404: the object is gone", objects: 3 }],
      problem: null,
    });
  });

  it("is not touched where nothing is wanted", async () => {
    expect(await fetch({ endpoint: "http://127.0.0.1:9" }, [])).toEqual({
      heads: [],
      report: { ...ALL_TOLD, asked: 0, notAsked: 0 },
    });
  });
});

it("answers that prove nothing are counted, the most frequent first", async () => {
  const s3 = await startS3("photos");
  const statuses: Record<string, number> = { a: 403, b: 404, c: 404, d: 500, e: 503 };
  s3.faultOf = ({ key }) => ({ status: statuses[key]!, code: "as told" });
  const { report } = await fetch(
    s3,
    Object.keys(statuses).map((key) => wanted(object(key))),
  );
  expect(report.unproved.map(({ reason, objects }) => [reason.slice(0, 8), objects])).toEqual([
    ["HTTP 404", 2],
    ["HTTP 403", 1],
    ["HTTP 500", 1],
    ["HTTP 503", 1],
  ]);
});

it(`no more than ${HEADS_AT_ONCE} are under way at once`, async () => {
  const s3 = await startS3("photos");
  let underWay = 0;
  let most = 0;
  s3.faultOf = () => {
    most = Math.max(most, ++underWay);
    return { until: sleep(5).then(() => underWay--) };
  };
  await fetch(
    s3,
    Array.from({ length: 100 }, (_, i) => wanted(object(`k${i}`))),
  );
  expect(s3.requests).toHaveLength(100);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(HEADS_AT_ONCE);
});

describe("a store that can't be asked at all is one problem, and ends the asking", () => {
  const many = Array.from({ length: 100 }, (_, i) => wanted(object(`k${i}`)));
  const ended = (problem: RegExp): LiveReport => ({
    asked: 0,
    notAsked: 100,
    unproved: [],
    problem: expect.stringMatching(problem),
  });

  it("without credentials", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    const s3 = await startS3("photos");
    const { heads, report } = await fetch(s3, many);
    expect({ heads, requests: s3.requests }).toEqual({ heads: [], requests: [] });
    expect(report).toEqual(ended(/^CredentialsProviderError .*; check AWS_ACCESS_KEY_ID/));
  });

  it("without a region", async () => {
    vi.stubEnv("AWS_REGION", undefined);
    const live = liveHeads({ client: s3Client(), budget: 100, now: () => NOW });
    expect((await live.fetch(many)).report).toEqual(ended(/^no region is set; name the bucket's region with --region/));
  });

  it("without a server", async () => {
    expect((await fetch({ endpoint: "http://127.0.0.1:9" }, many)).report).toEqual(
      ended(/^ECONNREFUSED .*; check --endpoint and the network/),
    );
  });

  it("and what was answered before counts", async () => {
    const s3 = await startS3("photos");
    s3.put("photos", "k0", "", MODIFIED);
    s3.faultOf = ({ key }) => (key === "k0" ? null : { until: sleep(20).then(() => Promise.reject(new Error("cut"))) });
    const { heads, report } = await fetch(s3, many);
    expect(heads).toMatchObject([{ object: object("k0"), answer: { kind: "described" } }]);
    expect(report).toEqual({ ...ended(/^ECONNRESET /), asked: 1, notAsked: 99 });
  });
});

describe("aborted, it rejects with the reason", () => {
  it.each(["HeadObject", "HeadBucket"])("while %s is under way", async (held) => {
    const s3 = await startS3("photos");
    s3.isAmazon = true;
    s3.put("photos", "k", "", MODIFIED, { encryption: "SSE-C", versionId: "v1" });
    const stop = new AbortController();
    s3.faultOf = ({ operation }) => {
      if (operation !== held) return null;
      stop.abort(new Error("enough"));
      return { until: new Promise(() => {}) };
    };
    await expect(fetch(s3, [wanted(object("k", "v1"))], 1, stop.signal)).rejects.toThrow("enough");
  });
});
