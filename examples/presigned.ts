/* Query strings of presigned URLs. Key id, token and signatures are AWS's documentation example or plainly made up. */

const KEY_ID = "AKIAIOSFODNN7EXAMPLE";

/** Signature V4; `more` are further parameters that it signs. */
export function presignedV4(time: number, more: Record<string, string> = {}): string {
  const stamp = new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
  return query({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${KEY_ID}/${stamp.slice(0, 8)}/eu-central-1/s3/aws4_request`,
    "X-Amz-Date": stamp,
    "X-Amz-Expires": "3600",
    "X-Amz-Security-Token": "FAKE-SESSION-TOKEN-FOR-THE-EXAMPLES",
    "X-Amz-SignedHeaders": "host",
    ...more,
    "X-Amz-Signature": "f00dfeed".repeat(8),
  });
}

/** Signature V2. */
export function presignedV2(time: number): string {
  return query({
    AWSAccessKeyId: KEY_ID,
    Expires: String(time / 1000 + 3600),
    Signature: "NotARealSignatureForExample=",
  });
}

function query(parameters: Record<string, string>): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `?${pairs.join("&")}`;
}
