import { describe, expect, test } from "vitest";
import { GET, HTTPS, PLAIN, pack, SSE_C, SSE_KMS, SSE_S3, V4 } from "../../../lib/facts.ts";
import { COPY_SOURCE, type OpsLine, opsFields, opsLine, START, V2_HEADER, V4_HEADER } from "./ops-line.ts";
import { readAll } from "./read-all.ts";

test("a record holds all that the line says", () => {
  const line = JSON.stringify({
    ...opsFields({ request: "GET /lab/a%20b?versionId=v1", secure: true, host: "localhost:19443" }),
    error_code: "Later",
    user_agent: 'pip {"a":"b"}',
    referrer: "http://x/",
  });
  expect(readAll(`{}\n${line}`).records).toEqual([
    {
      line: 2,
      offset: 3,
      facts: pack(GET, HTTPS, V4, 0, PLAIN | SSE_S3 | SSE_KMS),
      evidence: [],
      time: START,
      requestId: "tx00000237ecdaea5e867a5-006b033ea4-1014-default",
      operation: "get_obj",
      bucket: "lab",
      key: "a b",
      versionId: "v1",
      copySource: null,
      bucketOwner: null,
      requester: "tester",
      remoteIp: "127.0.0.1",
      uri: "GET /lab/a%20b?versionId=v1?versionId=v1 HTTP/1.1",
      status: 200,
      errorCode: "Later",
      referer: "http://x/",
      userAgent: 'pip {"a":"b"}',
      cipher: null,
      tlsVersion: null,
      host: "localhost:19443",
      authType: "AuthHeader",
      reason: null,
    },
  ]);
});

test("what is missing or empty is null", () => {
  const { remote_addr: _ip, user_agent: _agent, ...fields } = opsFields({ logsHeaders: false, user: "" });
  const [record] = readAll(JSON.stringify({ ...fields, extra: null })).records;
  expect(record).toMatchObject({
    remoteIp: null,
    userAgent: null,
    referer: null,
    errorCode: null,
    requester: null,
    host: null,
  });
});

test.each([V4_HEADER, V2_HEADER, "Bearer secret"])("no secret of the header %s reaches the record", (signed) => {
  const [record] = readAll(opsLine({ signed })).records;
  expect(JSON.stringify(record)).not.toMatch(/Signature|knsiv|secret/);
});

const MISSING_SETTING = "the gateway does not log the request's headers: rgw_log_http_headers lacks server_port";
test.each<[line: Partial<OpsLine>, reason: string | null]>([
  [{}, null],
  [{ logsHeaders: false }, MISSING_SETTING],
  [{ logsPort: false }, MISSING_SETTING],
  [
    { operation: "post_obj", request: "POST /lab", signed: null },
    "a form POST holds its signature and encryption in form fields, which are not logged",
  ],
])("%j: %s", (line, reason) => {
  expect(readAll(opsLine(line)).records.map((record) => record.reason)).toEqual([reason]);
});

describe("the key", () => {
  const virtual = { host: "lab.example.com:8080" };
  test.each<[request: string, line: Partial<OpsLine>, key: string | null]>([
    ["GET /lab/k", {}, "k"],
    ["GET /lab/k", { host: null }, "k"],
    ["GET /lab/k", { logsHeaders: false }, "k"],
    ["GET /lab/lab/k", {}, "lab/k"],
    ["GET /lab//k", {}, "/k"],
    ["GET /lab/%2Fk", {}, "/k"],
    ["GET /lab/a%20b+c%2525%C3%A4ä", {}, "a b+c%25ää"],
    ["GET /lab/bad%ff", {}, null],
    ["GET /lab/dir/", {}, "dir/"],
    ["GET /lab/..", {}, ".."],
    ["GET /l%61b/k", {}, "k"],
    ["GET /l%zz/k", {}, null],
    ["GET /lab/k?a?b", {}, "k"],
    ["GET /lab/k?", {}, "k"],
    ["GET /lab", {}, null],
    ["GET /lab/", {}, null],
    ["GET /", {}, null],
    ["GET /other/k", {}, null],
    ["GET /labor/k", {}, null],
    ["GET http://lab/k", {}, null],
    ["GET /swift/v1/lab/k", {}, null],
    ["GET /k", virtual, "k"],
    ["GET /lab/k", virtual, "lab/k"],
    ["GET /a%2Fb", virtual, "a/b"],
    ["GET /", virtual, null],
    ["GET /k", { host: "lab" }, "k"],
    ["GET /k", { host: "lab:80" }, "k"],
    ["GET /lab/k", { host: "LAB.example.com" }, "k"],
    ["GET /lab/k", { host: "labor.example.com" }, "k"],
    ["GET /other/k", { logsHeaders: false }, "other/k"],
    ["GET /lab/k", { bucket: "t1/lab", user: "t1$u" }, "k"],
    ["GET /t1:lab/k", { bucket: "t1/lab" }, "k"],
    ["GET /t1%3Alab/k", { bucket: "t1/lab" }, "k"],
    ["GET /t2:lab/k", { bucket: "t1/lab" }, null],
    ["GET /k", { bucket: "t1/lab", ...virtual }, "k"],
    ["GET /k", { bucket: "" }, null],
    ["POST /lab/k", { operation: "post_obj" }, null],
  ])("%s %j: %s", (request, line, key) => {
    expect(readAll(opsLine({ request, ...line })).records.map((record) => record.key)).toEqual([key]);
  });

  test("the protocol may be missing, and the query may stand once", () => {
    const uris = [
      "GET /lab/k",
      "GET /lab/k?versionId=v",
      "GET /lab/k?versionId=v HTTP/1.1",
      "GET /lab/a HTTP/b HTTP/1.1",
    ];
    const log = uris.map((uri) => JSON.stringify({ ...opsFields(), uri })).join("\n");
    expect(readAll(log).records.map(({ key, versionId }) => [key, versionId])).toEqual([
      ["k", null],
      ["k", "v"],
      ["k", "v"],
      ["a HTTP/b", null],
    ]);
  });
});

test.each<[copySource: string, user: string, source: { bucket: string; key: string; versionId: string | null } | null]>(
  [
    ["/lab/a%20b", "u", { bucket: "lab", key: "a b", versionId: null }],
    ["lab/k?versionId=v", "u", { bucket: "lab", key: "k", versionId: "v" }],
    ["/lab/k", "t1$u", { bucket: "t1/lab", key: "k", versionId: null }],
    ["/t1:lab/k", "t2$u", null],
    ["nonsense", "t1$u", null],
  ],
)("copy source %s of %s", (copySource, user, source) => {
  const line = { operation: "copy_obj", request: "PUT /lab/k", user, headers: { [COPY_SOURCE]: copySource } };
  expect(readAll(opsLine(line)).records.map((record) => record.copySource)).toEqual([source]);
});

test("the source of a copy that does not name it is not known, and other requests have none", () => {
  const log = [
    opsLine({ operation: "copy_obj", request: "PUT /lab/k" }),
    opsLine({ headers: { [COPY_SOURCE]: "/lab/k" } }),
  ].join("\n");
  expect(readAll(log).records.map((record) => record.copySource)).toEqual([null, null]);
});

test("an SSE-C read is one whatever the client writes around it", () => {
  const hostile = 'x","operation":"list_bucket","http_x_headers":[{"SERVER_PORT_SECURE":"443"}],"z":"';
  const line = JSON.stringify({
    ...opsFields({
      headers: { HTTP_X_AMZ_SERVER_SIDE_ENCRYPTION_CUSTOMER_ALGORITHM: "AES256", HTTP_REFERER: hostile },
    }),
    user_agent: hostile,
    referrer: hostile,
    uri: `GET /lab/k?${hostile} HTTP/1.1`,
  });
  expect(readAll(line).facts).toEqual([pack(GET, 1, V4, 0, SSE_C)]);
});
