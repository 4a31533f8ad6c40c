import { describe, expect, test } from "vitest";
import { type FactName, PLAIN, SSE_C, SSE_KMS, SSE_S3 } from "../../../lib/facts.ts";
import { cephOpsLog } from "../../../lib/sources/ceph-ops-log/index.ts";
import { COPY_SOURCE, CUSTOMER, type OpsLine, opsLine, SOURCE_CUSTOMER, SSE, START } from "./ops-line.ts";
import { readAll, spell } from "./read-all.ts";

const OPEN = "none|SSE-S3|SSE-KMS|SSE-C";
const NOT_SSE_C = "none|SSE-S3|SSE-KMS";
const KMS = { [SSE]: "aws:kms" };
const SSE_C_KEY = { [CUSTOMER]: "AES256" };

const put = (headers: OpsLine["headers"] = KMS, given: Partial<OpsLine> = {}) => ({
  operation: "put_obj",
  request: "PUT /lab/k",
  headers,
  ...given,
});
const read = (given: Partial<OpsLine> = {}) => given;
const other = (operation: string, request: string, given: Partial<OpsLine> = {}) => ({ operation, request, ...given });
const initiate = (headers: OpsLine["headers"] = KMS, given: Partial<OpsLine> = {}) =>
  other("init_multipart", "POST /lab/k?uploads", { headers, ...given });
const part = (id = "u", given: Partial<OpsLine> = {}) =>
  other("put_obj", `PUT /lab/k?uploadId=${id}&partNumber=1`, given);
const complete = (id = "u", given: Partial<OpsLine> = {}) =>
  other("complete_multipart", `POST /lab/k?uploadId=${id}`, given);

/** One request after the other has ended, but for those that say when they began. */
function inOrder(lines: readonly Partial<OpsLine>[]): string {
  return lines.map((line, i) => opsLine({ at: i * 1000, id: `tx${i + 1}`, ...line })).join("\n");
}

/** The facts of the last of these requests. */
function last(lines: readonly Partial<OpsLine>[]): string {
  return spell(readAll(inOrder(lines)).facts.at(-1)!);
}

describe("a read finds what was written", () => {
  test.each<[title: string, lines: Partial<OpsLine>[], facts: string]>([
    ["SSE-KMS", [put(), read()], "GetObject HTTP V4 SSE-KMS"],
    ["SSE-KMS, by a HEAD", [put(), read({ request: "HEAD /lab/k" })], "HeadObject HTTP V4 SSE-KMS"],
    ["SSE-C, by a refused read", [put(SSE_C_KEY), read({ status: 400 })], "GetObject HTTP V4 SSE-C"],
    ["SSE-C, by a read with its key", [put(SSE_C_KEY), read({ headers: SSE_C_KEY })], "GetObject HTTP V4 SSE-C"],
    ["nothing asked for", [put({}), read({ status: 304 })], `GetObject HTTP V4 ${NOT_SSE_C}`],
    [
      "SSE-S3, which old gateways store in the clear",
      [put({ [SSE]: "AES256" }), read()],
      "GetObject HTTP V4 none|SSE-S3",
    ],
    ["the later of two", [put(), put(SSE_C_KEY), read({ status: 403 })], "GetObject HTTP V4 SSE-C"],
    ["by one whose key is escaped", [put(), read({ request: "GET /lab/%6b" })], "GetObject HTTP V4 SSE-KMS"],
    [
      "by one that names the bucket in the host",
      [put(), read({ request: "GET /k", host: "lab.x" })],
      "GetObject HTTP V4 SSE-KMS",
    ],
    ["by one without a host", [put(), read({ host: null })], "GetObject HTTP V4 SSE-KMS"],
    ["of a tenant", [put(KMS, { bucket: "t/lab" }), read({ bucket: "t/lab" })], "GetObject HTTP V4 SSE-KMS"],
    ["though the settings changed", [put(), read({ logsPort: false })], "GetObject HTTP|HTTPS V4 SSE-KMS"],
    ["after the ACL was set", [put(), other("put_acls", "PUT /lab/k?acl"), read()], "GetObject HTTP V4 SSE-KMS"],
    ["after S3 Select", [put(), other("get_obj", "POST /lab/k?select"), read()], "GetObject HTTP V4 SSE-KMS"],
    [
      "after a refused deletion",
      [put(), other("delete_obj", "DELETE /lab/k", { status: 403 }), read()],
      "GetObject HTTP V4 SSE-KMS",
    ],
    ["after a refused write", [put(), put({}, { status: 412 }), read()], "GetObject HTTP V4 SSE-KMS"],
    ["after a part of another upload", [put(), part(), read()], "GetObject HTTP V4 SSE-KMS"],
    [
      "after another object was written",
      [put(), put({}, { request: "PUT /lab/l" }), read()],
      "GetObject HTTP V4 SSE-KMS",
    ],
    [
      "after another bucket was emptied",
      [put(), other("multi_object_delete", "POST /b?delete", { bucket: "b" }), read()],
      "GetObject HTTP V4 SSE-KMS",
    ],
  ])("%s", (_title, lines, facts) => {
    expect(last(lines)).toBe(facts);
  });
});

describe("a read finds what nobody knows", () => {
  test.each<[title: string, lines: Partial<OpsLine>[]]>([
    ["another key", [put(), read({ request: "GET /lab/l" })]],
    ["another tenant's bucket", [put(KMS, { bucket: "t/lab" }), read()]],
    ["a version", [put(), read({ request: "GET /lab/k?versionId=v" })]],
    ["deleted", [put(), other("delete_obj", "DELETE /lab/k", { status: 204 }), read()]],
    ["a version deleted", [put(), other("delete_obj", "DELETE /lab/k?versionId=v", { status: 204 }), read()]],
    ["many deleted", [put(), other("multi_object_delete", "POST /lab?delete"), read()]],
    ["a form", [put(), other("post_obj", "POST /lab", { status: 204 }), read()]],
    ["copied over", [put(), other("copy_obj", "PUT /lab/k", { headers: { ...KMS, [COPY_SOURCE]: "/lab/s" } }), read()]],
    ["copied over, as if by parts", [put(), put({ ...KMS, [COPY_SOURCE]: "%2Flab%2Fs" }), read()]],
    ["appended to", [put(), put(KMS, { request: "PUT /lab/k?append&position=0" }), read()]],
    ["written over, perhaps", [put(), put(SSE_C_KEY, { status: 500 }), read()]],
    ["written over by the other API", [put(), put({}, { request: "PUT /swift/v1/lab/k" }), read()]],
    ["changed by an unknown operation", [put(), other("rename_obj", "PUT /lab/l"), read()]],
    ["written over by one whose headers are not logged", [put(), put({}, { logsHeaders: false }), read()]],
    ["written by one whose key may be in the host, too", [put(KMS, { request: "PUT /lab/k", host: "lab.x" }), read()]],
    ["written before, and a doubtful one since", [put(), put({}, { request: "PUT /lab/k", host: "lab.x" }), read()]],
    ["written by one without a host, headers not in full", [put(KMS, { host: null, logsPort: false }), read()]],
    ["an upload from before the log", [put(), complete(), read()]],
    ["written while it was read", [put(KMS, { at: 0, took: 5000 }), read({ at: 4999 })]],
    ["written twice at once", [put(KMS, { at: 0, took: 900 }), put({}, { at: 500, took: 500 }), read({ at: 2000 })]],
  ])("%s", (_title, lines) => {
    expect(last(lines)).toBe(`GetObject HTTP V4 ${NOT_SSE_C}`);
  });

  test("of an object that is not there, nothing is known", () => {
    expect(last([put(), read({ status: 404 })])).toBe(`GetObject HTTP V4 ${OPEN}`);
  });
});

describe("what contradicts an earlier write", () => {
  const OF = "request tx1 of 2026-11-22T19:00:00.000Z";
  test.each<[title: string, lines: Partial<OpsLine>[], facts: string]>([
    [
      "a customer's key that an SSE-KMS object does not need, exposed all the same",
      [put(), read({ headers: SSE_C_KEY })],
      "GetObject HTTP V4 SSE-C",
    ],
    [
      "a customer's key that an SSE-KMS object does not need, over TLS",
      [put(), read({ headers: SSE_C_KEY, secure: true })],
      "GetObject HTTPS V4 SSE-KMS|SSE-C",
    ],
    ["an SSE-C object served without its key", [put(SSE_C_KEY), read()], `GetObject HTTP V4 ${OPEN}`],
    [
      "a part with a key that its upload has not",
      [initiate(), part("u", { headers: SSE_C_KEY })],
      "UploadPart HTTP V4 SSE-C",
    ],
  ])("%s", (_title, lines, facts) => {
    const { records } = readAll(inOrder(lines));
    expect(spell(records.at(-1)!.facts)).toBe(facts);
    expect(records.at(-1)).toMatchObject({
      evidence: [],
      reason: `${OF} contradicts the encryption headers`,
    });
  });
});

describe("a copy's source", () => {
  const copy = (headers: OpsLine["headers"] = {}, given: Partial<OpsLine> = {}) =>
    other("copy_obj", "PUT /lab/t", { headers: { [COPY_SOURCE]: "/lab/k", ...headers }, ...given });
  const partCopy = (given: Partial<OpsLine> = {}) => part("u", { headers: { [COPY_SOURCE]: "/lab/k" }, ...given });
  test.each<[title: string, lines: Partial<OpsLine>[], facts: string]>([
    ["SSE-KMS", [put(), copy()], `CopyObject HTTP V4 SSE-KMS→${NOT_SSE_C}`],
    ["SSE-C, refused", [put(SSE_C_KEY), copy({}, { status: 400 })], `CopyObject HTTP V4 SSE-C→${NOT_SSE_C}`],
    [
      "a key that it does not need",
      [put(), copy({ [SOURCE_CUSTOMER]: "AES256" })],
      `CopyObject HTTP V4 SSE-C→${NOT_SSE_C}`,
    ],
    [
      "a version of it",
      [put(), copy({ [COPY_SOURCE]: "/lab/k?versionId=v" })],
      `CopyObject HTTP V4 ${NOT_SSE_C}→${NOT_SSE_C}`,
    ],
    [
      "of a tenant",
      [put(KMS, { bucket: "t/lab" }), copy({}, { bucket: "t/lab", user: "t$u" })],
      `CopyObject HTTP V4 SSE-KMS→${NOT_SSE_C}`,
    ],
    ["of a part", [put(), partCopy()], `UploadPartCopy HTTP V4 SSE-KMS→${NOT_SSE_C}`],
    [
      "of a part whose upload is known",
      [put(), initiate(SSE_C_KEY), partCopy({ status: 400 })],
      "UploadPartCopy HTTP V4 SSE-KMS→SSE-C",
    ],
  ])("%s", (_title, lines, facts) => {
    expect(last(lines)).toBe(facts);
  });
});

describe("an upload's parts, completion and object", () => {
  test.each<[title: string, lines: Partial<OpsLine>[], facts: string]>([
    ["a part", [initiate(), part()], "UploadPart HTTP V4 SSE-KMS"],
    ["a refused part without its key", [initiate(SSE_C_KEY), part("u", { status: 400 })], "UploadPart HTTP V4 SSE-C"],
    ["a completion", [initiate(), part(), complete()], "CompleteMultipartUpload HTTP V4 SSE-KMS"],
    ["a read", [initiate(), part(), complete(), read()], "GetObject HTTP V4 SSE-KMS"],
    ["a read before completion", [initiate(), part(), read()], `GetObject HTTP V4 ${NOT_SSE_C}`],
    [
      "a read after a refused completion",
      [initiate(), part(), complete("u", { status: 400 }), read()],
      `GetObject HTTP V4 ${NOT_SSE_C}`,
    ],
    [
      "a read after a completion that failed",
      [put(SSE_C_KEY), initiate(), complete("u", { status: 500 }), read({ status: 403 })],
      `GetObject HTTP V4 ${OPEN}`,
    ],
    [
      "a read after a completion that says nothing",
      [initiate(), complete("u", { headers: SSE_C_KEY }), read()],
      "GetObject HTTP V4 SSE-KMS",
    ],
    ["a refused initiate", [initiate(KMS, { status: 403 }), part()], `UploadPart HTTP V4 ${NOT_SSE_C}`],
    ["an initiate that failed", [initiate(KMS, { status: 500 }), part()], `UploadPart HTTP V4 ${NOT_SSE_C}`],
    [
      "two initiates that differ",
      [initiate(), initiate({ [SSE]: "AES256" }), part()],
      `UploadPart HTTP V4 ${NOT_SSE_C}`,
    ],
    ["two initiates that agree", [initiate(), initiate(), part()], "UploadPart HTTP V4 SSE-KMS"],
    ["more uploads than initiates", [initiate(), part("old"), part("new")], `UploadPart HTTP V4 ${NOT_SSE_C}`],
    [
      "one after another",
      [initiate(), part(), complete(), initiate(SSE_C_KEY), part("v", { status: 400 })],
      "UploadPart HTTP V4 SSE-KMS|SSE-C",
    ],
    [
      "one after another was aborted",
      [
        initiate(),
        part(),
        other("abort_multipart", "DELETE /lab/k?uploadId=u", { status: 204 }),
        initiate(SSE_C_KEY),
        part("v", { status: 400 }),
      ],
      "UploadPart HTTP V4 SSE-KMS|SSE-C",
    ],
    [
      "one after another whose abortion was refused",
      [
        initiate(),
        part(),
        other("abort_multipart", "DELETE /lab/k?uploadId=u", { status: 404 }),
        initiate(SSE_C_KEY),
        part("v", { status: 400 }),
      ],
      "UploadPart HTTP V4 SSE-KMS|SSE-C",
    ],
    [
      "an upload that is older than the initiate",
      [part("old"), initiate(), part("old")],
      `UploadPart HTTP V4 ${NOT_SSE_C}`,
    ],
    [
      "a part that began before the initiate did",
      [initiate(KMS, { at: 0 }), part("old", { at: -10, took: 900 })],
      `UploadPart HTTP V4 ${NOT_SSE_C}`,
    ],
    [
      "a late part of an upload that was completed",
      [initiate(), part(), complete(), initiate(SSE_C_KEY), part("u", { status: 404 })],
      `UploadPart HTTP V4 ${OPEN}`,
    ],
    [
      "an initiate whose key is in doubt",
      [initiate(KMS, { host: "lab.x" }), part()],
      `UploadPart HTTP V4 ${NOT_SSE_C}`,
    ],
    ["a part whose key is in doubt", [initiate(), part("u", { host: "lab.x" })], `UploadPart HTTP V4 ${NOT_SSE_C}`],
    ["a part whose key is not shown", [initiate(), part("u", { bucket: "other" })], `UploadPart HTTP V4 ${NOT_SSE_C}`],
    [
      "a completion without an upload id",
      [initiate(), other("complete_multipart", "POST /lab/k")],
      `CompleteMultipartUpload HTTP V4 ${OPEN}`,
    ],
    [
      "an abortion without an upload id",
      [initiate(), other("abort_multipart", "DELETE /lab/k"), part()],
      "UploadPart HTTP V4 SSE-KMS",
    ],
  ])("%s", (_title, lines, facts) => {
    expect(last(lines)).toBe(facts);
  });
});

describe("the evidence", () => {
  const evidence = (lines: Partial<OpsLine>[]) => readAll(inOrder(lines)).records.map((record) => record.evidence);

  test("names the request that made the object", () => {
    expect(evidence([put(), read()])).toEqual([
      [],
      [
        {
          fact: "target",
          values: SSE_KMS,
          by: "earlier-write",
          detail: "request tx1 of 2026-11-22T19:00:00.000Z made the object",
        },
      ],
    ]);
  });

  test("names the initiate, and the write of a part's source", () => {
    const source = put({ [SSE]: "AES256" }, { request: "PUT /lab/s" });
    const copied = part("u", { headers: { [COPY_SOURCE]: "/lab/s" }, status: 400 });
    expect(evidence([initiate(SSE_C_KEY), source, copied]).at(-1)).toEqual([
      {
        fact: "target",
        values: SSE_C,
        by: "multipart-initiate",
        detail: "request tx1 of 2026-11-22T19:00:00.000Z began the upload",
      },
      {
        fact: "source",
        values: PLAIN | SSE_S3,
        by: "earlier-write",
        detail: "request tx2 of 2026-11-22T19:00:01.000Z made the object",
      },
    ]);
  });

  test.each<[title: string, lines: Partial<OpsLine>[], fact: FactName, did: string]>([
    ["that a read finds", [put({}), read()], "target", "made the object"],
    ["that a refused read finds", [put({}), read({ status: 403 })], "target", "made the object"],
    ["that a completion made", [initiate({}), complete(), read()], "target", "made the object"],
    ["whose part this is", [initiate({}), part()], "target", "began the upload"],
    ["that is completed", [initiate({}), complete()], "target", "began the upload"],
    [
      "that is copied",
      [put({}), other("copy_obj", "PUT /lab/t", { headers: { ...KMS, [COPY_SOURCE]: "/lab/k" } })],
      "source",
      "made the object",
    ],
  ])("tells of one %s that it asked for nothing", (_title, lines, fact, did) => {
    const by = "earlier-write-asked-for-nothing";
    const values = PLAIN | SSE_S3 | SSE_KMS;
    const write = lines.length - 1;
    const begun = new Date(START + (write - 1) * 1000).toISOString();
    const detail = `request tx${write} of ${begun} ${did} and asked for no encryption`;
    expect(evidence(lines).at(-1)).toEqual([{ fact, values, by, detail }]);
  });

  test("does not tell it of one that may have asked for something", () => {
    const values = PLAIN | SSE_S3 | SSE_KMS;
    const twoUploads = [initiate(KMS), initiate({}), complete()];
    const twoWrites = [
      put(KMS, { at: 0, took: 900 }),
      put({}, { at: 500, took: 500 }),
      read({ at: 2000, status: 403 }),
    ];
    for (const lines of [twoUploads, twoWrites]) {
      expect(evidence(lines).at(-1)).toMatchObject([{ fact: "target", values }]);
      expect(evidence(lines).at(-1)![0]!.by).toMatch(/^(?:earlier-write|multipart-initiate)$/);
    }
  });

  test("is not named where the record says as much by itself", () => {
    expect(evidence([put(SSE_C_KEY), read({ headers: SSE_C_KEY })])).toEqual([[], []]);
  });

  test("a clock that was set back does not make a request end before it began", () => {
    expect(last([put(KMS, { took: -5000 }), read({ at: 0 })])).toBe("GetObject HTTP V4 SSE-KMS");
    expect(last([put(KMS, { at: 1000, took: -5000 }), read({ at: 0 })])).toBe(`GetObject HTTP V4 ${NOT_SSE_C}`);
  });
});

describe("what overlaps a request and is logged behind it, because it ended later, may have come between", () => {
  const overwritten = put({}, { at: 1990, took: 100 });
  const copy = other("copy_obj", "PUT /lab/copy", { headers: { ...KMS, [COPY_SOURCE]: "lab/k" } });
  const partCopy = other("put_obj", "PUT /lab/l?uploadId=u&partNumber=1", { headers: { [COPY_SOURCE]: "lab/k" } });
  const begun = other("init_multipart", "POST /lab/l?uploads", { headers: KMS });

  /** Facts and evidence of the second last record. */
  function secondLast(...lines: Partial<OpsLine>[]): unknown {
    const { facts, evidence } = readAll(inOrder(lines)).records.at(-2)!;
    return [spell(facts), evidence.map(({ fact, by }) => `${fact} ${by}`)];
  }

  test.each<[title: string, lines: Partial<OpsLine>[], expected: unknown]>([
    ["a read", [put(), put(), read({ took: 20 }), overwritten], [`GetObject HTTP V4 ${NOT_SSE_C}`, []]],
    [
      "no read that had ended",
      [put(), put(), read({ at: 1980, took: 10 }), overwritten],
      ["GetObject HTTP V4 SSE-KMS", ["target earlier-write"]],
    ],
    [
      "no read of another object",
      [put(KMS, { request: "PUT /lab/l" }), put(), read({ took: 20, request: "GET /lab/l" }), overwritten],
      ["GetObject HTTP V4 SSE-KMS", ["target earlier-write"]],
    ],
    ["a copy", [put(), put(), copy, overwritten], [`CopyObject HTTP V4 ${NOT_SSE_C}→SSE-KMS`, []]],
    [
      "a copy onto itself, by nothing of its own",
      [put(), put(), { ...copy, request: "PUT /lab/k" }, put({}, { at: 9000 })],
      ["CopyObject HTTP V4 SSE-KMS→SSE-KMS", ["source earlier-write"]],
    ],
    [
      "a part copy's source, and not its upload",
      [put(), begun, partCopy, overwritten],
      [`UploadPartCopy HTTP V4 ${NOT_SSE_C}→SSE-KMS`, ["target multipart-initiate"]],
    ],
    [
      "a part copy, by nothing",
      [put(), begun, partCopy, read()],
      ["UploadPartCopy HTTP V4 SSE-KMS→SSE-KMS", ["target multipart-initiate", "source earlier-write"]],
    ],
  ])("%s", (_title, lines, expected) => {
    expect(secondLast(...lines)).toEqual(expected);
  });

  test("all that comes behind it waits with it, in order", () => {
    const { records, malformed } = readAll(`${inOrder([put(), read(), put(), read()])}\nx`);
    expect([records.map(({ line }) => line), malformed.map(({ line }) => line)]).toEqual([[1, 2, 3, 4], [5]]);
  });

  test("within 16 MiB of the log", () => {
    const told: string[] = [];
    const reader = cephOpsLog.open({
      see: () => true,
      judge: ({ line, facts }) => told.push(`${line} ${spell(facts).split(" ").at(-1)}`),
      malformed: ({ line }) => told.push(`${line} malformed`),
    });
    const short = "x".repeat(1 << 19);
    reader.push(Buffer.from(`${inOrder([put(), read({ took: 20 })])}\n`));
    for (let i = 0; i < 32; i++) reader.push(Buffer.from(`${short}\n`));
    expect(told).toEqual(["1 SSE-KMS"]);
    reader.push(Buffer.from(`${short}\n${inOrder([overwritten])}\n`));
    reader.end();
    expect(told).toEqual([
      ...["1 SSE-KMS", "2 SSE-KMS"],
      ...Array.from({ length: 33 }, (_, i) => `${i + 3} malformed`),
      "36 none|SSE-S3|SSE-KMS",
    ]);
  });

  test("records of which nothing but facts is wanted wait alike, and hold up none", () => {
    const seen: string[] = [];
    const reader = cephOpsLog.open({
      wants: () => false,
      see: (facts) => seen.push(spell(facts)) < 0,
      judge: () => seen.push("judged"),
      malformed: () => seen.push("malformed"),
    });
    reader.push(Buffer.from(`${inOrder([put(), put(), read({ took: 20 }), overwritten])}\n`));
    const puts = ["PutObject HTTP V4 SSE-KMS", "PutObject HTTP V4 SSE-KMS", `PutObject HTTP V4 ${NOT_SSE_C}`];
    expect(seen).toEqual(puts);
    reader.end();
    expect(seen).toEqual([...puts, `GetObject HTTP V4 ${NOT_SSE_C}`]);
  });
});
