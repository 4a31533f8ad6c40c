const REGION = "name the bucket's region with --region";
const CREDENTIALS = "check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile that AWS_PROFILE names";
const RIGHTS =
  "allow these credentials s3:ListBucket and s3:GetObject there, for a store s3:PutObject and s3:DeleteObject as well";
const NETWORK = "check --endpoint and the network, then run it again";
const CERTIFICATE = "have its certificate trusted with NODE_EXTRA_CA_CERTS=FILE.pem";
const LATER = "run it again later";

/** What to do, by the code of S3's answer or of the network's error. */
const ADVICE: Record<string, string> = {
  AccessDenied: RIGHTS,
  AuthorizationHeaderMalformed: REGION,
  CredentialsProviderError: CREDENTIALS,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  EAI_AGAIN: NETWORK,
  ECONNREFUSED: NETWORK,
  ECONNRESET: NETWORK,
  ENOTFOUND: NETWORK,
  EntityTooLarge: "one request writes 5 GB at most: audit smaller log objects",
  EPIPE: NETWORK,
  ETIMEDOUT: NETWORK,
  ExpiredToken: "get new credentials, then run it again",
  InternalError: LATER,
  InvalidAccessKeyId: CREDENTIALS,
  InvalidObjectState: "the object is archived: restore it first",
  NoSuchBucket: "check the bucket's name, and --endpoint",
  NoSuchKey: "it was deleted after it was listed: check what deletes it",
  PermanentRedirect: REGION,
  PreconditionFailed: "it was replaced after it was listed: run it again",
  RequestTimeTooSkewed: "set this machine's clock",
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  ServiceUnavailable: LATER,
  SignatureDoesNotMatch: CREDENTIALS,
  SlowDown: LATER,
  TimeoutError: NETWORK,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
};

/** An error of the S3 client, for people: what happened and what to do. */
export function reasonOf(error: unknown): string {
  const { name, code, message, $metadata } = error as Error & {
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  if (message === "Region is missing") return `no region is set; ${REGION}, or give --endpoint`;
  const what = code ?? name;
  if (what === "Error") return message;
  const status = $metadata?.httpStatusCode;
  const answer = status === undefined ? "" : ` (HTTP ${status})`;
  return `${what} ${message}${answer}; ${ADVICE[what] ?? "look at the bucket, then run it again"}`;
}

/** Whether the store answered with this status. */
export function hasStatus(error: unknown, status: number): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === status;
}

/** Whether there is no such object. A bucket that is missing is another matter. */
export function isNoSuchKey(error: unknown): boolean {
  return (error as Error).name === "NoSuchKey";
}
