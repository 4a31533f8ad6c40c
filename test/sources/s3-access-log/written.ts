/**
 * Access log lines whose truth is known, because it came first: a request is drawn with what is true of it, and then written
 * down as S3 writes it. Lines and fields are strings of one character a byte (Latin-1), lines without their line end.
 */
import fc from "fast-check";
import {
  ANY_TRANSPORT,
  type Facts,
  HTTP,
  HTTPS,
  INTERFACES,
  type Interface,
  interfaceCode,
  OFF_NETWORK,
  openEncryption,
  UNSIGNED,
  V2,
  V4,
} from "../../../lib/facts.ts";
import type { LogRecord } from "../../../lib/record.ts";
import { REFERERS, USER_AGENTS } from "./client-texts.ts";

/** The fields in the order of the log, spelled as there but without brackets and quotes; `null` is a bare `-`. */
export interface Texts {
  owner: string;
  bucket: string;
  time: string;
  remoteIp: string | null;
  requester: string | null;
  requestId: string;
  operation: string;
  key: string | null;
  uri: string | null;
  status: string | null;
  errorCode: string | null;
  bytesSent: string | null;
  objectSize: string | null;
  totalTime: string | null;
  turnAround: string | null;
  referer: string | null;
  userAgent: string | null;
  versionId: string | null;
  hostId: string | null;
  signature: string | null;
  cipher: string | null;
  authType: string | null;
  host: string | null;
  tlsVersion: string | null;
  accessPoint: string | null;
  aclRequired: string | null;
  region: string | null;
}

/** A request that S3 has logged. */
export interface Logged {
  texts: Texts;
  width: Width;
  /** Fields that nobody knows yet, behind all others; only lines of full width have them. */
  unknown: readonly string[];
  /** ms since 1970. */
  time: number;
  /** The object's key, decoded. */
  key: string | null;
  /** What the line proves. */
  facts: Facts;
}

export const WIDTHS = [18, 24, 25, 26, 27] as const;
export type Width = (typeof WIDTHS)[number];

export function lineOf({ texts, width, unknown }: Logged): string {
  const written = {
    ...texts,
    time: `[${texts.time}]`,
    uri: quoted(texts.uri),
    referer: quoted(texts.referer),
    userAgent: quoted(texts.userAgent),
  };
  const fields = Object.values(written).map((text: string | null) => text ?? "-");
  return [...fields.slice(0, width), ...(width === 27 ? unknown : [])].join(" ");
}

/** The record that a reader must make of the line, if no text of the client holds `" "`: then nobody knows where the Referer ends. */
export function recordOf({ texts, width, time, key, facts }: Logged, line: number, offset: number): LogRecord {
  const said = (text: string | null) => (text === null || text === "-" ? null : utf8(text));
  const ifWide = (text: string | null) => (width === 18 ? null : said(text));
  const crossedNoNetwork = interfaceCode(facts) === OFF_NETWORK;
  return {
    line,
    offset,
    facts,
    evidence: [],
    time,
    requestId: texts.requestId,
    operation: texts.operation,
    bucket: texts.bucket,
    key,
    versionId: said(texts.versionId),
    copySource: null,
    bucketOwner: texts.owner,
    requester: texts.requester,
    remoteIp: texts.remoteIp,
    uri: said(texts.uri),
    status: texts.status === null ? null : Number(texts.status),
    errorCode: texts.errorCode,
    referer: said(texts.referer),
    userAgent: said(texts.userAgent),
    cipher: ifWide(texts.cipher),
    tlsVersion: ifWide(texts.tlsVersion),
    host: ifWide(texts.host),
    authType: width === 18 ? null : (texts.authType ?? "-"),
    reason: crossedNoNetwork
      ? "crossed no network: lifecycle, log delivery, half of a copy, or the service itself"
      : null,
  };
}

/** Bytes as UTF-8 text. */
export function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Text as UTF-8 bytes. */
export function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

interface Operation {
  operation: string;
  is: Interface;
  hasKey: boolean;
}
const OPERATIONS: readonly Operation[] = [
  { operation: "REST.PUT.OBJECT", is: "PutObject", hasKey: true },
  { operation: "REST.POST.OBJECT", is: "PostObject", hasKey: true },
  { operation: "REST.POST.UPLOADS", is: "InitiateMultipartUpload", hasKey: true },
  { operation: "REST.HEAD.OBJECT", is: "HeadObject", hasKey: true },
  { operation: "WEBSITE.HEAD.OBJECT", is: "HeadObject", hasKey: true },
  { operation: "REST.GET.OBJECT", is: "GetObject", hasKey: true },
  { operation: "WEBSITE.GET.OBJECT", is: "GetObject", hasKey: true },
  { operation: "REST.PUT.PART", is: "UploadPart", hasKey: true },
  { operation: "REST.POST.UPLOAD", is: "CompleteMultipartUpload", hasKey: true },
  { operation: "REST.COPY.OBJECT", is: "CopyObject", hasKey: true },
  { operation: "REST.COPY.PART", is: "UploadPartCopy", hasKey: true },
  { operation: "REST.COPY.OBJECT_GET", is: "Other", hasKey: true },
  { operation: "REST.COPY.PART_GET", is: "Other", hasKey: true },
  { operation: "REST.DELETE.OBJECT", is: "Other", hasKey: true },
  { operation: "BATCH.DELETE.OBJECT", is: "Other", hasKey: true },
  { operation: "REST.GET.OBJECT_TAGGING", is: "Other", hasKey: true },
  { operation: "REST.GET.BUCKET", is: "Other", hasKey: false },
  { operation: "REST.OPTIONS.PREFLIGHT", is: "Other", hasKey: false },
  { operation: "SOAP.ListAllMyBuckets", is: "Other", hasKey: false },
];

/** How the request reached S3: what stands in the log, and which transports that leaves. */
interface Connection {
  cipher: string | null;
  tlsVersion: string | null;
  transport: number;
}
const [TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3] = [1 << 1, 1 << 2, 1 << 3, 1 << 4];
const NAMED_TLS: readonly Connection[] = [
  { cipher: "TLS_AES_128_GCM_SHA256", tlsVersion: "TLSv1.3", transport: TLS_1_3 },
  { cipher: "ECDHE-RSA-AES128-GCM-SHA256", tlsVersion: "TLSv1.2", transport: TLS_1_2 },
  { cipher: "ECDHE-RSA-AES128-GCM-SHA256", tlsVersion: "TLSV1.2", transport: TLS_1_2 },
  { cipher: "ECDHE-RSA-AES128-SHA", tlsVersion: "TLSv1.1", transport: TLS_1_1 },
  { cipher: "AES128-SHA", tlsVersion: "TLSv1.0", transport: TLS_1_0 },
];
const CONNECTIONS: readonly Connection[] = [
  ...NAMED_TLS,
  { cipher: "DES-CBC3-SHA", tlsVersion: "TLSv1", transport: TLS_1_0 },
  { cipher: null, tlsVersion: "TLSv1.2", transport: TLS_1_2 },
  { cipher: "TLS_CHACHA20_POLY1305_SHA256", tlsVersion: null, transport: HTTPS },
  { cipher: "TLS_FUTURE_SUITE", tlsVersion: "TLSv1.4", transport: HTTPS },
  { cipher: "TLS_FUTURE_SUITE", tlsVersion: "TLSv2", transport: HTTPS },
  { cipher: null, tlsVersion: null, transport: HTTP },
  { cipher: null, tlsVersion: null, transport: HTTP },
];

/** How it was signed. A line of 18 fields tells that by its requester and by what stands in the query. */
interface Signer {
  requester: string | null;
  signature: string | null;
  authType: string | null;
  query: string;
  possible: number;
  inQuery: number;
}
const USER = "arn:aws:iam::111122223333:user/ada";
const CANONICAL = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const LOOKS_LIKE_A_SERVICE = "arn:aws:sts::1:assumed-role/R/x.amazonaws.com";
const SERVICE = "delivery.logs.amazonaws.com";
const QUERY_V4 =
  "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAX%2F20260206%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Signature=0f";
const QUERY_V2 = "AWSAccessKeyId=AKIAX&Expires=1770336038&Signature=s%2Fg%3D";
const OPEN = V2 | V4;
const HEADER = { authType: "AuthHeader", query: "", inQuery: OPEN };
const QUERY = { authType: "QueryString" };
const SIGNED: readonly Signer[] = [
  { ...HEADER, requester: USER, signature: "SigV4", possible: V4 },
  { ...HEADER, requester: CANONICAL, signature: "SigV4", possible: V4 },
  { ...HEADER, requester: LOOKS_LIKE_A_SERVICE, signature: "SigV4", possible: V4 },
  { ...HEADER, requester: CANONICAL, signature: "SigV2", possible: V2 },
  { ...QUERY, requester: USER, signature: "SigV4", query: QUERY_V4, possible: V4, inQuery: V4 },
  { ...QUERY, requester: CANONICAL, signature: "SigV2", query: QUERY_V2, possible: V2, inQuery: V2 },
  { requester: null, signature: null, authType: null, query: "", possible: UNSIGNED, inQuery: UNSIGNED },
  { requester: USER, signature: null, authType: null, query: "", possible: OPEN, inQuery: OPEN },
];
const SIGNERS: readonly Signer[] = [
  ...SIGNED,
  { ...HEADER, requester: USER, signature: "SigV4A", possible: V4 },
  { requester: LOOKS_LIKE_A_SERVICE, signature: null, authType: null, query: "", possible: OPEN, inQuery: OPEN },
  { requester: null, signature: null, authType: null, query: QUERY_V4, possible: UNSIGNED, inQuery: UNSIGNED },
];

/** Rows of work that S3 and its services did by themselves. */
const OFF_NETWORK_ROWS = [
  { operation: "S3.EXPIRE.OBJECT", requester: "AmazonS3", remoteIp: null },
  { operation: "S3.TRANSITION_GIR.OBJECT", requester: USER, remoteIp: "10.1.2.3" },
  { operation: "S3.CREATE.DELETEMARKER", requester: null, remoteIp: null },
  { operation: "REST.PUT.OBJECT", requester: SERVICE, remoteIp: "10.1.2.3" },
  { operation: "REST.PUT.OBJECT", requester: "svc:cloudtrail", remoteIp: "10.1.2.3" },
  { operation: "REST.GET.OBJECT", requester: "s3.cn-north-1.amazonaws.com.cn", remoteIp: null },
  { operation: "REST.PUT.OBJECT", requester: USER, remoteIp: null },
] as const;

type UriForm = "1.0" | "1.1" | "2.0" | "bare" | "dash";

/** What the requests of a log are drawn from. */
interface Mix {
  connections: readonly Connection[];
  signers: readonly Signer[];
  /** Whether the status is a `-`. */
  noStatus: readonly boolean[];
  uriForms: readonly UriForm[];
  referers: readonly (string | null)[];
  userAgents: readonly (string | null)[];
  widths: readonly Width[];
  /** The user id that may stand before the host id. */
  hostUsers: readonly string[];
}

/** Requests of all kinds, old and new, with whatever real clients send. */
export const logged: fc.Arbitrary<Logged> = fc.oneof(
  {
    weight: 9,
    arbitrary: overNetwork({
      connections: CONNECTIONS,
      signers: SIGNERS,
      noStatus: [false, false, true],
      uriForms: ["1.1", "1.1", "1.1", "1.0", "2.0", "bare", "dash"],
      referers: [...REFERERS, null],
      userAgents: [...USER_AGENTS, null],
      widths: WIDTHS,
      hostUsers: ["", "", "AIDAJDPLRKLG7UEXAMPLE "],
    }),
  },
  { weight: 1, arbitrary: offNetwork() },
);

/** Requests as nearly all lines of a log are: HTTPS of a known version, all three client texts quoted and tidy. */
export const ordinary: fc.Arbitrary<Logged> = overNetwork({
  connections: NAMED_TLS,
  signers: SIGNED,
  noStatus: [false],
  uriForms: ["1.1"],
  referers: REFERERS.filter((text) => !text?.includes('"')),
  userAgents: USER_AGENTS.filter((text) => !text?.includes('"')),
  widths: [24, 25, 26, 27],
  hostUsers: [""],
});

function overNetwork(mix: Mix): fc.Arbitrary<Logged> {
  return fc
    .record({
      surroundings: surroundings(),
      action: fc.constantFrom(...OPERATIONS),
      key: objectKey(),
      remoteIp: fc.constantFrom("192.0.2.3", "2001:db8::ff00:42:8329"),
      connection: fc.constantFrom(...mix.connections),
      signer: fc.constantFrom(...mix.signers),
      noStatus: fc.constantFrom(...mix.noStatus),
      uriForm: fc.constantFrom(...mix.uriForms),
      target: fc.constantFrom("/cat.jpg", "/a%20b/*?x=%22", "/", '/"', "/\xff\x01", "*"),
      referer: fc.constantFrom(...mix.referers),
      userAgent: fc.constantFrom(...mix.userAgents),
      host: fc.constantFrom("photos.s3.eu-central-1.amazonaws.com", "s3.amazonaws.com:443", "cdn.example.com"),
      hostUser: fc.constantFrom(...mix.hostUsers),
      width: fc.constantFrom(...mix.widths),
    })
    .map((drawn) => {
      const { surroundings, action, connection, signer, width } = drawn;
      const uri = uriOf(drawn.uriForm, mix.uriForms.length === 1 ? "/cat.jpg" : drawn.target, signer.query);
      const key = action.hasKey ? drawn.key : null;
      const isOld = width === 18;
      const query =
        uri === null || uri === "-"
          ? SIGNERS.find((other) => other.requester === signer.requester && other.query === "")!.inQuery
          : signer.inQuery;
      return {
        ...surroundings,
        width,
        key,
        texts: {
          ...surroundings.texts,
          operation: action.operation,
          remoteIp: drawn.remoteIp,
          requester: signer.requester,
          key: key === null ? null : encodedTwice(key),
          uri,
          status: drawn.noStatus ? null : surroundings.texts.status,
          referer: drawn.referer,
          userAgent: drawn.userAgent,
          hostId: drawn.hostUser + surroundings.texts.hostId,
          signature: signer.signature,
          cipher: connection.cipher,
          authType: signer.authType,
          host: drawn.host,
          tlsVersion: connection.tlsVersion,
        },
        facts:
          action.operation.endsWith("_GET") &&
          (isOld || connection.cipher === null) &&
          (isOld || connection.tlsVersion === null)
            ? openEncryption(OFF_NETWORK, 0, 0)
            : openEncryption(
                INTERFACES.indexOf(action.is),
                isOld ? ANY_TRANSPORT : connection.transport,
                isOld ? query : signer.possible,
              ),
      };
    });
}

function offNetwork(): fc.Arbitrary<Logged> {
  return fc
    .record({
      surroundings: surroundings(),
      row: fc.constantFrom(...OFF_NETWORK_ROWS),
      key: objectKey(),
      client: fc.constantFrom(
        { uri: "-", referer: "-", userAgent: "-" },
        { uri: null, referer: null, userAgent: null },
      ),
      hostId: fc.constantFrom(null, "9vKBE6vMhrNiWHZmb2L0mXOcqPGzQOI5XLnCtZNPxev+Hf+7tpT6sxDwDty4LHBUOZJG96N1234="),
      width: fc.constantFrom(...WIDTHS),
    })
    .map(({ surroundings, row, key, client, hostId, width }) => ({
      ...surroundings,
      width,
      key,
      texts: {
        ...surroundings.texts,
        ...row,
        ...client,
        key: row.operation.startsWith("S3.") ? encodedOnce(key) : encodedTwice(key),
        hostId,
        signature: null,
        cipher: null,
        authType: null,
        host: null,
        tlsVersion: null,
      },
      facts: openEncryption(OFF_NETWORK, 0, 0),
    }));
}

/** What has nothing to do with how the request came. */
function surroundings(): fc.Arbitrary<Logged> {
  const number = fc.option(fc.nat(), { freq: 3 }).map((n) => (n === null ? null : String(n)));
  return fc
    .record({
      bucket: fc.constantFrom("photos", "awsexamplebucket1", "logs.example.com"),
      seconds: fc.integer({ min: Date.UTC(2006, 2, 14) / 1000, max: Date.UTC(2099, 11, 31) / 1000 }),
      requestId: fc.stringMatching(/^[A-Z0-9]{16}$/),
      status: fc.constantFrom("200", "200", "206", "304", "403"),
      errorCode: fc.constantFrom(null, "AccessDenied", "NoSuchKey"),
      numbers: fc.tuple(number, number, number, number),
      versionId: fc.constantFrom(null, null, "null", "3HL4kqtJvjVBH40Nrjfkd", "jQVKq4d.1sVdV_rTwQH0Jx8zFAKEXAMP"),
      hostId: fc.stringMatching(/^[A-Za-z0-9+/]{8}a[A-Za-z0-9+/]{66}=$/),
      accessPoint: fc.constantFrom(null, "arn:aws:s3:eu-central-1:111122223333:accesspoint/reports"),
      aclRequired: fc.constantFrom(null, "Yes"),
      region: fc.constantFrom(null, "eu-central-1"),
      unknown: fc.constantFrom([], [], ["-"], ["new-field", "[1]", "TLSv1.1", "SigV2"]),
    })
    .map(({ seconds, numbers, unknown, ...texts }) => ({
      width: 27,
      unknown,
      time: seconds * 1000,
      key: null,
      facts: 0,
      texts: {
        owner: CANONICAL,
        bucket: texts.bucket,
        time: logTime(seconds * 1000),
        remoteIp: null,
        requester: null,
        requestId: texts.requestId,
        operation: "",
        key: null,
        uri: null,
        status: texts.status,
        errorCode: texts.errorCode,
        bytesSent: numbers[0],
        objectSize: numbers[1],
        totalTime: numbers[2],
        turnAround: numbers[3],
        referer: null,
        userAgent: null,
        versionId: texts.versionId,
        hostId: texts.hostId,
        signature: null,
        cipher: null,
        authType: null,
        host: null,
        tlsVersion: null,
        accessPoint: texts.accessPoint,
        aclRequired: texts.aclRequired,
        region: texts.region,
      },
    }));
}

/** No `-` alone: the log writes it like no key at all. */
function objectKey(): fc.Arbitrary<string> {
  return fc
    .oneof(
      fc.constantFrom("cat.jpg", "reports/2026/q1 final.pdf", "dt=2026-02-06/part-0001+x.parquet", "100%25/ü*.txt"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
    )
    .filter((key) => key !== "-");
}

/** As S3 encodes a key: a space becomes `+`, and `*` stays as it is. */
function encodedOnce(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+");
}

function encodedTwice(key: string): string {
  return encodedOnce(key).replaceAll("%", "%25");
}

function uriOf(form: UriForm, target: string, query: string): string | null {
  if (form === "bare") return null;
  if (form === "dash") return "-";
  const mark = target.includes("?") ? "&" : "?";
  return `GET ${target}${query === "" ? "" : mark + query} HTTP/${form}`;
}

function quoted(text: string | null): string | null {
  return text === null ? null : `"${text}"`;
}

/** `06/Feb/2026:00:00:38 +0000` */
function logTime(time: number): string {
  const [, day, month, year, clock] = new Date(time).toUTCString().split(" ");
  return `${day}/${month}/${year}:${clock} +0000`;
}
