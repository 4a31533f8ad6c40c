import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { type Answer, type Bucket, carryOut, objectOf, type S3Operation, type StoredObject } from "./s3-operations.ts";
import { type BucketSettings, type SettingsOperation, settingAsked, tellSetting } from "./s3-settings.ts";

export interface S3Request {
  operation: S3Operation;
  /** The setting of a bucket that is asked for. */
  setting: SettingsOperation | null;
  bucket: string;
  key: string;
  versionId: string | null;
  /** From 1, over all requests. */
  number: number;
  headers: IncomingHttpHeaders;
}

/** What goes wrong with a request. */
export type Fault =
  /** The connection is cut before the request is carried out. */
  | "reset"
  /** The connection is cut after the request was carried out, before the answer. */
  | "lost"
  /** The connection is cut after this many bytes of the answer's body. */
  | { cut: number }
  /** The answer is this one instead. */
  | { status: number; code: string }
  /** The answer is empty, with these headers. */
  | { status: number; headers: Record<string, string | undefined> }
  /** The request is carried out later. */
  | { until: Promise<unknown> }
  /** These headers of the request are not honoured. */
  | { ignore: ("if-match" | "if-none-match" | "range")[] };

export interface S3Server {
  /** `http://127.0.0.1:PORT` */
  endpoint: string;
  buckets: Map<string, Bucket>;
  /** Of the buckets that have any. */
  settings: Map<string, BucketSettings>;
  /** Whether answers say that they are Amazon's. */
  isAmazon: boolean;
  /** Every request so far, as `OPERATION BUCKET/KEY`, with `?versionId=ID` where a version is asked for. */
  requests: string[];
  /** Asked before each request is carried out; a test sets it. */
  faultOf: (request: S3Request) => Fault | null;
  put(bucket: string, key: string, bytes: Buffer | string, lastModified?: number, about?: About): void;
  /** The keys of a bucket with what they hold, as text, in the order of the keys. */
  contents(bucket: string): Record<string, string>;
  /** How many requests begin with this text. */
  count(start: string): number;
}

type About = Pick<StoredObject, "encryption" | "versionId">;

/** What the requests must be signed with, as environment variables. */
export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: "EXAMPLEACCESSKEY",
  AWS_SECRET_ACCESS_KEY: "example-secret-key-of-no-worth",
  AWS_SESSION_TOKEN: "",
  AWS_REGION: "us-east-1",
  AWS_PROFILE: "",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
};

const OPERATIONS: Record<string, S3Operation> = {
  GET: "GetObject",
  HEAD: "HeadObject",
  PUT: "PutObject",
  DELETE: "DeleteObject",
};

/**
 * A small S3 in memory, on loopback, addressed by path. It honours If-Match, If-None-Match and Range, and refuses what is not
 * signed with V4 or arrives with another digest than the signed one. It ends with the test.
 */
export async function startS3(...buckets: string[]): Promise<S3Server> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const s3: S3Server = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    buckets: new Map(buckets.map((name) => [name, new Map()])),
    settings: new Map(),
    isAmazon: false,
    requests: [],
    faultOf: () => null,
    put(bucket, key, bytes, lastModified, about = {}) {
      const objects = s3.buckets.get(bucket)!;
      const versions = new Map(objects.get(key)?.versions);
      const object = { ...objectOf(Buffer.from(bytes), lastModified), ...about, versions };
      if (about.versionId) versions.set(about.versionId, object);
      objects.set(key, object);
    },
    contents(bucket) {
      const objects = [...s3.buckets.get(bucket)!].sort(([a], [b]) => (a < b ? -1 : 1));
      return Object.fromEntries(objects.map(([key, { bytes }]) => [key, bytes.toString("latin1")]));
    },
    count: (start) => s3.requests.filter((request) => request.startsWith(start)).length,
  };
  return s3;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, s3.endpoint);
    const [bucket = "", ...parts] = pathname.slice(1).split("/").map(decodeURIComponent);
    const key = parts.join("/");
    const setting = settingAsked(bucket, key, searchParams);
    const onBucket = request.method === "HEAD" ? "HeadBucket" : "ListObjectsV2";
    const operation = key === "" ? onBucket : OPERATIONS[request.method!]!;
    const versionId = searchParams.get("versionId");
    s3.requests.push(`${setting ?? operation} ${bucket}/${key}${versionId === null ? "" : `?versionId=${versionId}`}`);
    if (s3.isAmazon) response.setHeader("Server", "AmazonS3");
    const { headers } = request;
    const fault = s3.faultOf({ operation, setting, bucket, key, versionId, number: s3.requests.length, headers });
    if (fault === "reset") return void request.socket.destroy();
    const body = await buffer(request);
    if (fault !== null && fault !== "lost") {
      if ("headers" in fault)
        return send(response, { ...fault, body: Buffer.alloc(0), headers: present(fault.headers) });
      if ("status" in fault) return send(response, fault);
      if ("until" in fault) await fault.until;
      if ("ignore" in fault) for (const name of fault.ignore) delete headers[name];
    }
    const objects = s3.buckets.get(bucket);
    const isThere = objects !== undefined || setting === "ListBuckets";
    const refusal = refusalOf(headers, body) ?? (isThere ? null : { status: 404, code: "NoSuchBucket" });
    const result =
      refusal ??
      (setting === null
        ? carryOut(operation, objects!, key, searchParams, headers, body)
        : tellSetting(setting, bucket, s3, searchParams));
    if (fault === "lost") return void request.socket.destroy();
    send(response, result, fault !== null && "cut" in fault ? fault.cut : null);
  }
}

function refusalOf(headers: IncomingHttpHeaders, body: Buffer): Answer | null {
  if (!headers.authorization?.includes(`AWS4-HMAC-SHA256 Credential=${CREDENTIALS.AWS_ACCESS_KEY_ID}/`))
    return { status: 403, code: "InvalidAccessKeyId" };
  if (headers["x-amz-content-sha256"] !== createHash("sha256").update(body).digest("hex"))
    return { status: 400, code: "XAmzContentSHA256Mismatch" };
  return null;
}

function send(response: ServerResponse, answer: Answer, cut: number | null = null): void {
  const { status, body, headers } = "code" in answer ? refusal(answer) : answer;
  response.writeHead(status, status === 204 ? headers : { ...headers, "Content-Length": body.length });
  if (cut === null) return void response.end(body);
  response.write(body.subarray(0, cut), () => setImmediate(() => response.socket!.destroy()));
}

function present(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function refusal({ status, code }: { status: number; code: string }) {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>as told</Message></Error>`;
  return { status, body: Buffer.from(body), headers: { "Content-Type": "application/xml" } };
}
