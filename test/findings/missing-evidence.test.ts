import { describe, expect, test } from "vitest";
import { ASKED_FOR_NOTHING } from "../../lib/evidence/stated.ts";
import {
  ANY_ENCRYPTION,
  ANY_SIGNATURE,
  ANY_TRANSPORT,
  COMPLETE,
  COPY,
  type FactName,
  GET,
  HEAD,
  HTTP,
  INITIATE,
  OTHER,
  PART,
  PART_COPY,
  PLAIN,
  POST,
  PUT,
  pack,
  SSE_KMS,
  SSE_S3,
  V4,
} from "../../lib/facts.ts";
import { missingEvidence } from "../../lib/findings/missing-evidence.ts";
import type { LogRecord } from "../../lib/record.ts";
import { judged } from "./judged.ts";

const CLOUDTRAIL = "turn on CloudTrail data events for bucket photos and audit them";
const S3_INVENTORY = "pass an S3 Inventory of bucket photos with --inventory or ask the store with --live";
const STATE = "state with --default-encryption what the store does with a write that asks for nothing";
const COPY_SOURCE = { bucket: "originals", key: "k", versionId: null };

interface Case {
  name: string;
  code: number;
  fact: FactName;
  record?: Partial<LogRecord>;
  how: string;
}

const CASES: Case[] = [
  { name: "transport", code: GET, fact: "transport", how: `${CLOUDTRAIL}: they hold the TLS version of each request` },
  {
    name: "signature",
    code: PUT,
    fact: "signature",
    how: `${CLOUDTRAIL}: they hold the signature version of each request`,
  },
  ...[GET, HEAD, OTHER].map((code) => ({
    name: `object that was there, interface ${code}`,
    code,
    fact: "target" as const,
    record: { status: 403 },
    how: "pass an S3 Inventory of bucket photos with --inventory or ask the store with --live",
  })),
  ...[PUT, POST, COPY].flatMap((code) => [
    {
      name: `served write, interface ${code}`,
      code,
      fact: "target" as const,
      how: `pass an S3 Inventory of bucket photos with --inventory or ask the store with --live, or ${CLOUDTRAIL}`,
    },
    ...[403, null].map((status) => ({
      name: `write with status ${status}, interface ${code}`,
      code,
      fact: "target" as const,
      record: { status },
      how: `${CLOUDTRAIL}: an inventory cannot tell what a write asked for that made no object`,
    })),
  ]),
  ...[INITIATE, PART, COMPLETE, PART_COPY].map((code) => ({
    name: `upload in parts, interface ${code}`,
    code,
    fact: "target" as const,
    how: `${CLOUDTRAIL}: an inventory cannot tell what an upload in parts asked for`,
  })),
  {
    name: "copy with a known source",
    code: COPY,
    fact: "source",
    record: { copySource: COPY_SOURCE },
    how: "pass an S3 Inventory of bucket originals with --inventory or ask the store with --live",
  },
  {
    name: "copy whose source the log does not name",
    code: PART_COPY,
    fact: "source",
    how: "audit the access log of the source's bucket as well, which names the source, and pass an S3 Inventory of that bucket with --inventory or ask the store with --live",
  },
];

describe("how to get what an S3 access log does not tell", () => {
  test.for(CASES)("$name", ({ code, fact, record, how }) => {
    const facts = pack(code, ANY_TRANSPORT, ANY_SIGNATURE, ANY_ENCRYPTION, ANY_ENCRYPTION);
    expect(missingEvidence(judged({ ...record, facts }), fact, "s3-access-log").how).toBe(how);
  });
});

test.for([
  ["cloudtrail", "P", "pass an S3 Inventory of bucket photos with --inventory or ask the store with --live"],
  ["obs-access-log", "P", "pass an OBS inventory of bucket photos with --inventory or ask the store with --live"],
  ["ceph-ops-log", "A", "audit the ops log from the write of the object on, or ask the store with --live"],
  ["a-source-to-come", "P", "pass an S3 Inventory of bucket photos with --inventory or ask the store with --live"],
] as const)("each source has its own way: %s", ([sourceId, start, how]) => {
  expect(missingEvidence(judged({}), "target", sourceId)).toEqual({
    fact: "target",
    how,
    sentence: `The encryption of the object is not known (none, SSE-S3, SSE-KMS or SSE-C). ${start}${how.slice(1)}.`,
  });
});

describe("of a Ceph gateway it depends on what the gateway logs", () => {
  const HEADERS =
    "have rgw_log_http_headers hold server_port, http_x_amz_server_side_encryption and http_x_amz_server_side_encryption_customer_algorithm, and";
  const FORM = "no ops log holds the fields of a form, so have the clients of bucket photos upload without one";

  test.for<[code: number, transport: number, fact: FactName, how: string]>([
    [GET, ANY_TRANSPORT, "transport", "have rgw_log_http_headers hold server_port and server_port_secure"],
    [
      GET,
      ANY_TRANSPORT,
      "target",
      `${HEADERS} audit the ops log from the write of the object on, or ask the store with --live`,
    ],
    [GET, HTTP, "target", "audit the ops log from the write of the object on, or ask the store with --live"],
    [PUT, ANY_TRANSPORT, "target", `${HEADERS} ${STATE} or ask the store with --live`],
    [PUT, HTTP, "target", `${STATE} or ask the store with --live`],
    [PART, HTTP, "target", "audit the ops log from the initiation of the upload on"],
    [POST, HTTP, "target", FORM],
    [POST, ANY_TRANSPORT, "signature", FORM],
    [POST, ANY_TRANSPORT, "transport", "have rgw_log_http_headers hold server_port and server_port_secure"],
  ])("interface %i, transport %i: %s", ([code, transport, fact, how]) => {
    const facts = pack(code, transport, ANY_SIGNATURE, ANY_ENCRYPTION, ANY_ENCRYPTION);
    expect(missingEvidence(judged({ facts }), fact, "ceph-ops-log").how).toBe(how);
  });
});

describe("of what a write made that asked for nothing, only the store's default is not known", () => {
  test.for<[code: number, fact: FactName, sourceId: string, how: string]>([
    [GET, "target", "ceph-ops-log", `${STATE} or ask the store with --live`],
    [HEAD, "target", "cloudtrail", `${STATE} or ask the store with --live`],
    [PART, "target", "cloudtrail", STATE],
    [COPY, "source", "ceph-ops-log", `${STATE} or ask the store with --live`],
  ])("interface %i, %s, %s", ([code, fact, sourceId, how]) => {
    const facts = pack(code, HTTP, ANY_SIGNATURE, PLAIN | SSE_S3 | SSE_KMS, PLAIN | SSE_S3 | SSE_KMS);
    const evidence = [{ fact, values: PLAIN | SSE_S3 | SSE_KMS, by: ASKED_FOR_NOTHING, detail: "an earlier write" }];
    const judgement = judged({ facts, evidence, copySource: COPY_SOURCE });
    expect(missingEvidence(judgement, fact, sourceId).how).toBe(how);
  });
});

test.for<[what: string, record: Partial<LogRecord>, how: string]>([
  ["that asked for nothing", { unasked: ["target"] }, `${S3_INVENTORY}, or ${STATE}`],
  ["that asked for nothing and was refused", { unasked: ["target"], status: 403 }, STATE],
  ["that may have asked for something", {}, S3_INVENTORY],
  [
    "that may have asked for something and was refused",
    { status: 403 },
    "no log or inventory holds what this write asked for, and it made no object",
  ],
])("of a write in CloudTrail %s", ([, record, how]) => {
  const facts = pack(PUT, HTTP, V4, 0, ANY_ENCRYPTION);
  expect(missingEvidence(judged({ facts, ...record }), "target", "cloudtrail").how).toBe(how);
});

test("a store behind a proxy sees no more than its proxy", () => {
  const facts = pack(GET, ANY_TRANSPORT, ANY_SIGNATURE, 0, ANY_ENCRYPTION);
  expect(missingEvidence(judged({ facts }), "transport", "s3-access-log-proxied").how).toBe(
    "the store sees no more than its proxy lets through, so have the proxy of bucket photos refuse plain HTTP",
  );
});

test.for([
  ["transport", "The transport is not known (HTTP or HTTPS). T"],
  ["signature", "The signature version is not known (V2, V4 or none). T"],
  ["source", "The encryption of the copy's source is not known (none or SSE-S3). A"],
] as const)("the sentence says what is not known: %s", ([fact, start]) => {
  const facts = pack(COPY, ANY_TRANSPORT, ANY_SIGNATURE, 0b0011, ANY_ENCRYPTION);
  const { how, sentence } = missingEvidence(judged({ facts }), fact, "s3-access-log");
  expect(sentence).toBe(`${start}${how.slice(1)}.`);
});

test("a bucket's name is only a name", () => {
  const facts = pack(GET, HTTP, ANY_SIGNATURE, 0, ANY_ENCRYPTION);
  const { how } = missingEvidence(judged({ facts, bucket: "$&{bucket}\u202e" }), "target", "s3-access-log");
  expect(how).toBe("pass an S3 Inventory of bucket $&{bucket}\\u{202e} with --inventory or ask the store with --live");
});
