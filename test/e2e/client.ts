import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { S3Client } from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import type { HttpRequest, RequestSigner } from "@smithy/types";
import type { Ceph } from "./ceph.ts";
import { type Credentials, presignV2, signV2 } from "./sign-v2.ts";

/** How a request comes. */
export interface Way {
  transport: "HTTP" | "HTTPS";
  signature: "V2" | "V4" | "none";
  /** Where the signature is. */
  in: "header" | "query" | "nowhere";
}

/** Each way there is. */
export const WAYS: readonly Way[] = (["HTTP", "HTTPS"] as const).flatMap((transport): Way[] => [
  { transport, signature: "V4", in: "header" },
  { transport, signature: "V4", in: "query" },
  { transport, signature: "V2", in: "header" },
  { transport, signature: "V2", in: "query" },
  { transport, signature: "none", in: "nowhere" },
]);

export const REGION = "us-east-1";
const PRESIGNED_SECONDS = 900;

export type Place = Pick<Ceph, "http" | "https" | "cert">;

/** The SDK, with another signer where it has none of this kind. It sends nothing twice. */
export function clientFor(place: Place, way: Way, credentials: Credentials, maxSockets = 16): S3Client {
  const sockets = { keepAlive: true, maxSockets };
  const client = new S3Client({
    endpoint: way.transport === "HTTPS" ? place.https : place.http,
    region: REGION,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      httpAgent: new HttpAgent(sockets),
      httpsAgent: new HttpsAgent({ ...sockets, ca: readFileSync(place.cert) }),
    },
  });
  const sign = signing(way, credentials, client.config.sha256);
  if (sign) client.config.signer = async () => ({ sign }) as RequestSigner;
  return client;
}

type Sign = (request: HttpRequest) => Promise<HttpRequest>;

/** `null` where the SDK signs in this way itself. */
function signing(way: Way, credentials: Credentials, sha256: S3Client["config"]["sha256"]): Sign | null {
  if (way.signature === "none") return async (request) => request;
  if (way.signature === "V2") {
    return way.in === "header"
      ? async (request) => signV2(request, credentials, new Date())
      : async (request) => presignV2(request, credentials, PRESIGNED_SECONDS, new Date());
  }
  if (way.in === "header") return null;
  const signer = new SignatureV4({ credentials, region: REGION, service: "s3", sha256, uriEscapePath: false });
  return (request) => signer.presign(unsignedPayload(request), { unhoistableHeaders: meaningful(request) });
}

function unsignedPayload(request: HttpRequest): HttpRequest {
  return { ...request, headers: { ...request.headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } };
}

/** Headers that the gateway heeds nowhere else. */
function meaningful({ headers }: HttpRequest): Set<string> {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  return new Set(names.filter((name) => /^x-amz-(?:server-side-encryption|copy-source)/.test(name)));
}
