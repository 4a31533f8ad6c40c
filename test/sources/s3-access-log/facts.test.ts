import { describe, expect, it } from "vitest";
import { FACT_NAMES, get, type Interface, interfaceName, members, SIGNATURES, TRANSPORTS } from "../../../lib/facts.ts";
import { readLines } from "./drive.ts";
import { varied } from "./varied.ts";
import { lineOf, type Texts, type Width } from "./written.ts";

interface Proven {
  is: Interface | null;
  transport: string;
  signature: string;
}

/** What one line proves. Encryption is always open, as no access log tells it. */
function proven(texts: Partial<Texts>, width: Width = 27): Proven {
  const { records } = readLines(lineOf(varied(texts, { width })));
  expect(records).toHaveLength(1);
  const { facts } = records[0]!;
  const [transport, signature] = FACT_NAMES.map((name) => get(facts, name));
  return {
    is: interfaceName(facts),
    transport: members(transport!, TRANSPORTS).join(" "),
    signature: members(signature!, SIGNATURES).join(" "),
  };
}

const HTTPS_AND_V4: Proven = { is: "GetObject", transport: "TLSv1.2", signature: "V4" };
const ANY_TLS = "TLSv1.0 TLSv1.1 TLSv1.2 TLSv1.3";
const NO_TRANSPORT = { cipher: null, tlsVersion: null };
const ANONYMOUS = { requester: null, signature: null, authType: null };
const NOTHING_SAID = { ...NO_TRANSPORT, signature: null, authType: null, host: null };
const OFF: Proven = { is: null, transport: "", signature: "" };
const V4_QUERY = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A&X-Amz-Signature=0f";

describe("the interface", () => {
  it.each<[operation: string, is: Interface]>([
    ["REST.PUT.OBJECT", "PutObject"],
    ["REST.POST.OBJECT", "PostObject"],
    ["REST.POST.UPLOADS", "InitiateMultipartUpload"],
    ["REST.HEAD.OBJECT", "HeadObject"],
    ["WEBSITE.HEAD.OBJECT", "HeadObject"],
    ["REST.GET.OBJECT", "GetObject"],
    ["WEBSITE.GET.OBJECT", "GetObject"],
    ["REST.PUT.PART", "UploadPart"],
    ["REST.POST.UPLOAD", "CompleteMultipartUpload"],
    ["REST.COPY.OBJECT", "CopyObject"],
    ["REST.COPY.PART", "UploadPartCopy"],
    ["REST.COPY.OBJECT_GET", "Other"],
    ["REST.COPY.PART_GET", "Other"],
    ["REST.GET.OBJECT_TAGGING", "Other"],
    ["REST.GET.BUCKET", "Other"],
    ["BATCH.DELETE.OBJECT", "Other"],
    ["SOAP.ListAllMyBuckets", "Other"],
    ["S3.EXPIRE.OBJECT", "Other"],
    ["X.constructor", "Other"],
  ])("of %s is %s", (operation, is) => {
    expect(proven({ operation })).toEqual({ ...HTTPS_AND_V4, is });
  });
});

describe("the transport", () => {
  it.each<[cipher: string | null, tlsVersion: string | null, transport: string]>([
    ["ECDHE-RSA-AES128-SHA", "TLSv1", "TLSv1.0"],
    ["ECDHE-RSA-AES128-SHA", "TLSv1.0", "TLSv1.0"],
    ["ECDHE-RSA-AES128-SHA", "TLSV1.1", "TLSv1.1"],
    ["ECDHE-RSA-AES128-SHA", "TLSv1.2", "TLSv1.2"],
    ["TLS_AES_128_GCM_SHA256", "TLSv1.3", "TLSv1.3"],
    ["TLS_AES_128_GCM_SHA256", "TLSv1.4", ANY_TLS],
    ["TLS_AES_128_GCM_SHA256", "TLSv10", ANY_TLS],
    ["TLS_AES_128_GCM_SHA256", null, ANY_TLS],
    [null, "TLSv1.3", "TLSv1.3"],
    [null, null, "HTTP"],
  ])("of cipher suite %s and version %s is %s", (cipher, tlsVersion, transport) => {
    expect(proven({ cipher, tlsVersion })).toEqual({ ...HTTPS_AND_V4, transport });
  });

  it("is HTTPS of an anonymous request with a cipher suite", () => {
    expect(proven(ANONYMOUS)).toEqual({ ...HTTPS_AND_V4, signature: "none" });
  });

  it("is open on a line that is too old to tell", () => {
    expect(proven({}, 18)).toEqual({ is: "GetObject", transport: `HTTP ${ANY_TLS}`, signature: "V2 V4" });
  });
});

describe("the signature", () => {
  it.each<[what: string, texts: Partial<Texts>, width: Width, signature: string]>([
    ["SigV2", { signature: "SigV2" }, 27, "V2"],
    ["SigV4", { signature: "SigV4" }, 24, "V4"],
    ["SigV4A", { signature: "SigV4A" }, 25, "V4"],
    ["- and no requester", ANONYMOUS, 26, "none"],
    ["- and a requester", { signature: null }, 27, "V2 V4"],
    ["- and a query that looks signed", { signature: null, uri: `GET /?${V4_QUERY} HTTP/1.1` }, 27, "V2 V4"],
    ["too old, and no requester", { requester: null }, 18, "none"],
    ["too old, no requester, a query", { requester: null, uri: `GET /?${V4_QUERY} HTTP/1.1` }, 18, "none"],
    ["too old, and a requester", {}, 18, "V2 V4"],
    ["too old, and no request line", { uri: null }, 18, "V2 V4"],
    ["too old, and a V4 query", { uri: `GET /?${V4_QUERY} HTTP/1.1` }, 18, "V4"],
    ["too old, and a V2 query", { uri: "GET /?AWSAccessKeyId=A&Signature=b HTTP/1.1" }, 18, "V2"],
  ])("by %s is what is left", (_, texts, width, signature) => {
    expect(proven(texts, width).signature).toBe(signature);
  });
});

describe("what crossed no network", () => {
  it.each<[what: string, texts: Partial<Texts>, width: Width, expected: Proven]>([
    ["lifecycle", { operation: "S3.EXPIRE.OBJECT" }, 27, OFF],
    ["the read half of a copy", { operation: "REST.COPY.OBJECT_GET" }, 26, OFF],
    ["lifecycle on an old line", { operation: "S3.TRANSITION_GIR.OBJECT" }, 18, OFF],
    ["no remote IP", { remoteIp: null }, 27, OFF],
    ["S3 itself", { requester: "AmazonS3" }, 27, OFF],
    ["a service", { requester: "delivery.logs.amazonaws.com" }, 27, OFF],
    ["a service in China", { requester: "s3.amazonaws.com.cn" }, 27, OFF],
    ["a service principal", { requester: "svc:cloudtrail" }, 27, OFF],
    [
      "a role session named like a service",
      { requester: "arn:aws:sts::1:assumed-role/R/x.amazonaws.com" },
      27,
      { is: "GetObject", transport: "HTTP", signature: "V2 V4" },
    ],
    [
      "a user named like a service",
      { requester: "arn:aws:iam::1:user/s3.amazonaws.com" },
      27,
      { is: "GetObject", transport: "HTTP", signature: "V2 V4" },
    ],
    ["nobody, over HTTP", { requester: null }, 27, { is: "GetObject", transport: "HTTP", signature: "none" }],
  ])("%s", (_, texts, width, expected) => {
    expect(proven({ ...NOTHING_SAID, ...texts }, width)).toEqual(expected);
  });

  it.each<[what: string, texts: Partial<Texts>, is: Interface]>([
    ["a service", { requester: "delivery.logs.amazonaws.com" }, "GetObject"],
    ["an unknown address", { remoteIp: null }, "GetObject"],
    ["a lifecycle operation", { operation: "S3.EXPIRE.OBJECT" }, "Other"],
  ])("is not %s over HTTPS", (_, texts, is) => {
    expect(proven(texts)).toEqual({ ...HTTPS_AND_V4, is });
  });
});

describe("the tail", () => {
  const { hostId } = varied({}).texts;
  it.each<[what: string, texts: Partial<Texts>]>([
    ["a host id of two tokens", { hostId: `AIDAJDPLRKLG7UEXAMPLE ${hostId}` }],
    ["a bare User-Agent", { userAgent: null }],
    ["a bare User-Agent after a Referer like two fields", { referer: 'a" "b', userAgent: null }],
    ["a bare User-Agent and a host id of two tokens", { userAgent: null, hostId: `AIDAJDPLRKLG7UEXAMPLE ${hostId}` }],
    ["a bare Referer", { referer: null }],
    ["both bare", { referer: null, userAgent: null }],
    ["all three bare", { uri: null, referer: null, userAgent: null }],
    ["no version id and a host id of two tokens", { versionId: null, hostId: `AIDAJDPLRKLG7UEXAMPLE ${hostId}` }],
    ["empty client texts", { referer: "", userAgent: "" }],
  ])("is aligned with %s", (_, texts) => {
    expect(proven(texts)).toEqual(HTTPS_AND_V4);
    expect(proven({ ...texts, ...ANONYMOUS, ...NO_TRANSPORT })).toEqual({
      is: "GetObject",
      transport: "HTTP",
      signature: "none",
    });
  });

  it("is not guessed where a Host of the client makes a second reading fit", () => {
    const odd = { ...ANONYMOUS, ...NO_TRANSPORT, hostId: null, referer: 'a" "b', userAgent: null };
    expect(proven({ ...odd, host: "h" }).transport).toBe("HTTP");
    const { malformed } = readLines(lineOf(varied({ ...odd, host: "TLSv1.3" })));
    expect(malformed).toMatchObject([{ reason: "the fields after the Referer can be read in two ways" }]);
  });
});
