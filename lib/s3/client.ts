import { S3Client } from "@aws-sdk/client-s3";

export interface S3Options {
  /** Of a store other than AWS, like `https://storage.example:9000`. */
  endpoint?: string;
  region?: string;
  /** The bucket in the path, not in the host's name; unless told otherwise, where there is an endpoint. */
  forcePathStyle?: boolean;
  /** How often one request is tried, the first time included. */
  maxAttempts?: number;
}

/** In ms. */
const CONNECTION_TIMEOUT = 5_000;
/** In ms without a byte in either direction. A limit on the whole request would end long uploads. */
const SOCKET_TIMEOUT = 30_000;
/** With the SDK's waits, throttling is ridden out for about a minute. */
const MAX_ATTEMPTS = 8;

/**
 * A client for AWS or any S3-compatible store. It signs with V4 and takes its credentials by the SDK's own rules
 * (environment, profile, role). Throttling, resets and timeouts are retried with growing waits.
 */
export function s3Client({
  endpoint,
  region,
  forcePathStyle = endpoint !== undefined,
  maxAttempts = MAX_ATTEMPTS,
}: S3Options = {}): S3Client {
  // Stores other than AWS have no regions, but a signature must name one.
  const signed = region ?? (endpoint && (process.env["AWS_REGION"] ?? "us-east-1"));
  return new S3Client({
    ...(endpoint && { endpoint }),
    ...(signed && { region: signed }),
    forcePathStyle,
    retryMode: "standard",
    maxAttempts,
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT, socketTimeout: SOCKET_TIMEOUT },
    // The SDK's default sends checksums in trailers, which many stores other than AWS don't understand.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}
