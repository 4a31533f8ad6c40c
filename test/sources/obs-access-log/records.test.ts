import { describe, expect, it } from "vitest";
import {
  ANY_TRANSPORT,
  COMPLETE,
  COPY,
  type Facts,
  GET,
  get,
  HEAD,
  INITIATE,
  interfaceCode,
  OFF_NETWORK,
  OTHER,
  openEncryption,
  PART,
  PART_COPY,
  POST,
  PUT,
  UNSIGNED,
  V2,
  V4,
} from "../../../lib/facts.ts";
import { obsAccessLog } from "../../../lib/sources/obs-access-log/index.ts";
import { readChunks, readLines, recordOf } from "./drive.ts";
import { obsLine } from "./written.ts";

const SIGNED = V2 | V4;
const V4_QUERY =
  "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20260206%2Fr%2Fs3%2Faws4_request&X-Amz-Signature=ab12";

function uri(target: string, method = "GET"): string {
  return `"${method} ${target} HTTP/1.1"`;
}

describe("a record", () => {
  it("holds all that its line holds", () => {
    const line = obsLine({
      time: "[13/Aug/2015:01:43:42 +0100]",
      key: "my%2520report%253D1.txt",
      uri: uri("/records/my%20report%3D1.txt?versionId=G001"),
      status: "403",
      errorCode: "AccessDenied",
      referer: '"https://example.org/"',
      userAgent: '"obs-sdk-java/3.25"',
      versionId: "G001",
      rest: "- - -",
    });
    expect(readLines("", line)).toEqual({
      records: [
        {
          line: 2,
          offset: 1,
          facts: openEncryption(GET, ANY_TRANSPORT, SIGNED),
          evidence: [],
          time: Date.UTC(2015, 7, 13, 0, 43, 42),
          requestId: "281599BACAD9376ECE141B842B94535B",
          operation: "REST.GET.OBJECT",
          bucket: "records",
          key: "my report=1.txt",
          versionId: "G001",
          copySource: null,
          bucketOwner: "787f2f92b20943998a4fe2ab75eb09b8",
          requester: "787f2f92b20943998a4fe2ab75eb09b8",
          remoteIp: "198.51.100.7",
          uri: "GET /records/my%20report%3D1.txt?versionId=G001 HTTP/1.1",
          status: 403,
          errorCode: "AccessDenied",
          referer: "https://example.org/",
          userAgent: "obs-sdk-java/3.25",
          cipher: null,
          tlsVersion: null,
          host: null,
          authType: null,
          reason: null,
        },
      ],
      malformed: [{ line: 1, offset: 0, bytes: 0, reason: "the line is empty", text: "" }],
      seen: [openEncryption(GET, ANY_TRANSPORT, SIGNED)],
      halves: [],
      passedOver: 0,
    });
  });

  it("is the one that the user guide shows, double spaces and all", () => {
    const line =
      '787f2f92b20943998a4fe2ab75eb09b8 bucket [13/Aug/2015:01:43:42 +0000] 192.0.2.1 787f2f92b20943998a4fe2ab75eb09b8 281599BACAD9376ECE141B842B94535B  REST.GET.BUCKET.LOCATION - "GET /bucket?location HTTP/1.1" 200 - 211 - 6 6 "-"  "HttpClient" - - - - "-" 089fe8c2c380f4031f6dc0197fe99d4d HPTAAFZfyW0yD80idvjw ';
    const { facts, operation, key, referer, userAgent, versionId } = recordOf(line);
    expect({ facts, operation, key, referer, userAgent, versionId }).toEqual({
      facts: openEncryption(OTHER, ANY_TRANSPORT, SIGNED),
      operation: "REST.GET.BUCKET.LOCATION",
      key: null,
      referer: null,
      userAgent: "HttpClient",
      versionId: null,
    });
  });

  it("that nobody asks for is counted and not judged", () => {
    const { seen, records } = readChunks([Buffer.from(obsLine())], {}, false);
    expect({ seen, records }).toEqual({ seen: [openEncryption(GET, ANY_TRANSPORT, SIGNED)], records: [] });
  });

  it("is read where nobody wants the halves of copies", () => {
    const seen: Facts[] = [];
    const reader = obsAccessLog.open({ see: (facts) => seen.push(facts) === 0, judge() {}, malformed() {} });
    reader.push(Buffer.from(obsLine({ operation: "REST.COPY.OBJECT_GET" })));
    reader.end();
    expect(seen).toEqual([openEncryption(OFF_NETWORK, 0, 0)]);
  });

  it("outside of the time range is passed over", () => {
    const at = (minute: string) => obsLine({ time: `[06/Feb/2026:00:${minute}:00 +0000]` });
    const log = Buffer.from(["10", "11", "12"].map((minute) => `${at(minute)}\n`).join(""));
    const range = { since: Date.UTC(2026, 1, 6, 0, 11), until: Date.UTC(2026, 1, 6, 0, 12) };
    const { records, passedOver } = readChunks([log], range);
    expect({ times: records.map(({ time }) => time), passedOver }).toEqual({ times: [range.since], passedOver: 2 });
  });

  it("of the read half of a copy names the source", () => {
    const half = obsLine({
      operation: "REST.COPY.OBJECT_GET",
      uri: "-",
      referer: "-",
      userAgent: "-",
      versionId: "G7",
    });
    const { halves, seen } = readLines(half, half.replace("a/b.txt", "-"));
    expect(halves).toEqual([
      {
        requestId: "281599BACAD9376ECE141B842B94535B",
        bucket: "records",
        key: "a/b.txt",
        versionId: "G7",
        time: Date.UTC(2026, 1, 6, 0, 0, 38),
      },
    ]);
    expect(seen).toEqual(Array(2).fill(openEncryption(OFF_NETWORK, 0, 0)));
  });
});

describe("the interface", () => {
  it.each([
    ["REST.PUT.OBJECT", PUT],
    ["REST.POST.OBJECT", POST],
    ["REST.POST.UPLOADS", INITIATE],
    ["REST.HEAD.OBJECT", HEAD],
    ["REST.GET.OBJECT", GET],
    ["WEBSITE.GET.OBJECT", GET],
    ["REST.PUT.PART", PART],
    ["REST.POST.UPLOAD", COMPLETE],
    ["REST.COPY.OBJECT", COPY],
    ["REST.COPY.PART", PART_COPY],
    ["REST.GET.BUCKET.LOCATION", OTHER],
    ["REST.PUT.OBJECT.ACL", OTHER],
    ["S3.EXPIRE.OBJECT", OFF_NETWORK],
  ])("of %s", (operation, code) => {
    expect(interfaceCode(recordOf(obsLine({ operation })).facts)).toBe(code);
  });

  it("is none where there is no client", () => {
    expect(recordOf(obsLine({ remoteIp: "-" })).facts).toBe(openEncryption(OFF_NETWORK, 0, 0));
  });
});

describe("the signature", () => {
  it.each([
    ["a signed request", {}, SIGNED],
    ["an anonymous one", { requester: "Anonymous" }, UNSIGNED],
    [
      "an anonymous one that wrote a signature into its URI",
      { requester: "Anonymous", uri: uri(`/r/k?${V4_QUERY}`) },
      UNSIGNED,
    ],
    ["a requester whose name only holds the word", { requester: "Anonymous2" }, SIGNED],
    ["a presigned V4 request", { uri: uri(`/r/k?${V4_QUERY}`) }, V4],
    ["a presigned V2 request, as S3 spells it", { uri: uri("/r/k?AWSAccessKeyId=AK&Expires=1&Signature=s%3D") }, V2],
    ["a presigned V2 request, as OBS spells it", { uri: uri("/r/k?AccessKeyId=AK&Expires=1&Signature=s%3D") }, V2],
    ["a query that holds both", { uri: uri(`/r/k?${V4_QUERY}&AccessKeyId=AK&Signature=s`) }, SIGNED],
    ["a query with half of a signature", { uri: uri("/r/k?X-Amz-Algorithm=AWS4-HMAC-SHA256") }, SIGNED],
    ["no request line", { uri: "-" }, SIGNED],
    ["a request line of a quoted dash", { uri: '"-"' }, SIGNED],
    [
      "what newer fields look like",
      { rest: "LzYGhost+id/1234567890123456789012345678901234= SigV4 TLS AuthHeader - -" },
      SIGNED,
    ],
  ])("of %s", (_, given, signature) => {
    expect(recordOf(obsLine(given)).facts).toBe(openEncryption(GET, ANY_TRANSPORT, signature));
  });
});

describe("transport and encryption stay open", () => {
  it.each([
    ["19 fields", { rest: "-" }],
    ["20 fields", { rest: "- STANDARD" }],
    ["21 fields", { rest: "urn:sts::agency/backup WARM COLD" }],
    ["22 fields", { rest: '- STANDARD - "-"' }],
    ["23 fields", { rest: '- STANDARD - "-" 089fe8c2c380f4031f6dc0197fe99d4d' }],
    [
      "24 fields",
      { rest: '- STANDARD - "281474/my report "1".txt" 089fe8c2c380f4031f6dc0197fe99d4d HPTAAFZfyW0yD80idvjw' },
    ],
    ["25 fields, none quoted", { rest: "- - - - 089fe8c2c380f4031f6dc0197fe99d4d HPTAAFZfyW0yD80idvjw SigV4" }],
    [
      "26 fields like those of S3",
      { rest: "LzYG= SigV4 TLS_AES_128_GCM_SHA256 AuthHeader records.s3.example TLSv1.3 - -" },
    ],
    ["27 fields", { rest: "- - - - - - - - x" }],
    ["all dashes", { rest: "- - - - - - - -" }],
    ["a space after the last field", { rest: "- - - " }],
    ["a CR at the end", { rest: "- - -\r" }],
  ])("in %s", (_, given) => {
    const { facts, userAgent } = recordOf(obsLine(given));
    expect({ facts, userAgent }).toEqual({
      facts: openEncryption(GET, ANY_TRANSPORT, SIGNED),
      userAgent: "HttpClient",
    });
  });

  it("for all interfaces of a copy, too", () => {
    const { facts } = recordOf(obsLine({ operation: "REST.COPY.OBJECT" }));
    expect([get(facts, "source"), get(facts, "target")]).toEqual([15, 15]);
  });
});

describe("Referer and User-Agent", () => {
  it.each([
    ['"-"', '"-"', null, null],
    ['""', '""', "", ""],
    ["-", "-", null, null],
    ["-", '"curl/8"', null, "curl/8"],
    ['"https://a/"', "-", "https://a/", null],
    ['"https://a/" ', '"curl/8"', "https://a/", "curl/8"],
    ['"https://a/?q="x""', '"curl/8"', 'https://a/?q="x"', "curl/8"],
    ['"-"', '"pip/25 {"ci":null,"cpu":"x86_64"}"', null, 'pip/25 {"ci":null,"cpu":"x86_64"}'],
    ['"a b"', '" x "', "a b", " x "],
  ])("%s and %s", (referer, userAgent, readReferer, readAgent) => {
    for (const rest of ["- STANDARD -", '- STANDARD - "-" 089fe8c2c380f4031f6dc0197fe99d4d']) {
      const record = recordOf(obsLine({ referer, userAgent, rest }));
      expect([record.referer, record.userAgent]).toEqual([readReferer, readAgent]);
    }
  });
});

describe("the version id", () => {
  const asking = (query: string) => uri(`/records/a/b.txt?${query}`);
  const DENTRY = '- - - "-" 089fe8c2c380f4031f6dc0197fe99d4d HPTAAFZfyW0yD80idvjw';

  it.each([
    ["what stands in its place", { versionId: "G1" }, "G1"],
    ["that place alone, where the line is plain", { versionId: "G1", uri: asking("versionId=G2") }, "G1"],
    ["that place, where what follows can be nothing else", { versionId: "G1", rest: '- - - "-" 089f' }, "G1"],
    ["none, where a quoted field follows and none was asked for", { rest: DENTRY }, null],
    [
      "what was asked for, where a quoted field follows",
      { versionId: "G1", uri: asking("versionId=G1"), rest: DENTRY },
      "G1",
    ],
    ["uncertain, where it was not asked for", { versionId: "G1", rest: DENTRY }, "(uncertain)"],
    [
      "uncertain, where another was asked for",
      { versionId: "G1", uri: asking("versionId=G2"), rest: DENTRY },
      "(uncertain)",
    ],
    [
      "uncertain, where two were",
      { versionId: "G1", uri: asking("versionId=G1&versionId=G2"), rest: DENTRY },
      "(uncertain)",
    ],
    [
      "uncertain, where OBS may not have understood",
      { versionId: "G1", uri: asking("VersionId=G1"), rest: DENTRY },
      "(uncertain)",
    ],
    [
      "uncertain, where only the path spells it right",
      { versionId: "G1", uri: uri("/r/&versionId=G1?VERSIONID=G1"), rest: DENTRY },
      "(uncertain)",
    ],
    [
      "not what a User-Agent says",
      { versionId: "G1", userAgent: '"x" F - - - "-"', uri: asking("versionId=G1") },
      "G1",
    ],
    ["not what a User-Agent says, if nothing is left", { userAgent: '"x" F - - - "-"' }, null],
    [
      "not what a Referer says",
      { referer: '"x" "y"', userAgent: "-", versionId: "G1", uri: asking("versionId=G1") },
      "G1",
    ],
  ])("is %s", (_, given, versionId) => {
    expect(recordOf(obsLine(given)).versionId).toBe(versionId);
  });
});
