import { createHmac } from "node:crypto";
import type { HttpRequest, QueryParameterBag } from "@smithy/types";

/** Whose requests they are. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

type Unsigned = Pick<HttpRequest, "method" | "path" | "query" | "headers">;

/** The parameters that name a part of a bucket or object, and so are signed; of them those that the lab sends. */
const SUBRESOURCES = new Set(["partNumber", "policy", "uploadId", "uploads"]);

/** Signs a request whose bucket is in the path with signature version 2, in its Authorization header. */
export function signV2<T extends Unsigned>(request: T, { accessKeyId, secretAccessKey }: Credentials, now: Date): T {
  const dated = { ...request, headers: { ...request.headers, date: now.toUTCString() } };
  const signature = hmacV2(secretAccessKey, textToSign(dated, dated.headers.date));
  return { ...dated, headers: { ...dated.headers, authorization: `AWS ${accessKeyId}:${signature}` } };
}

/** Signs with version 2 in the query; headers stay where they are, and those that begin with `x-amz-` are signed. */
export function presignV2<T extends Unsigned>(
  request: T,
  { accessKeyId, secretAccessKey }: Credentials,
  seconds: number,
  now: Date,
): T {
  const expires = String(Math.floor(now.getTime() / 1000) + seconds);
  const signature = hmacV2(secretAccessKey, textToSign(request, expires));
  const query = { ...request.query, AWSAccessKeyId: accessKeyId, Expires: expires, Signature: signature };
  return { ...request, query };
}

export function hmacV2(secretAccessKey: string, text: string): string {
  return createHmac("sha1", secretAccessKey).update(text).digest("base64");
}

function textToSign({ method, path, query = {}, headers }: Unsigned, date: string): string {
  const amazon = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name]) => name.startsWith("x-amz-"))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`);
  const { "content-md5": md5 = "", "content-type": type = "" } = headers;
  return `${method}\n${md5}\n${type}\n${date}\n${amazon.join("")}${path}${subresourcesOf(query)}`;
}

function subresourcesOf(query: QueryParameterBag): string {
  const signed = Object.entries(query)
    .filter(([name]) => SUBRESOURCES.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value ? `${name}=${value}` : name));
  return signed.length === 0 ? "" : `?${signed.join("&")}`;
}
