const KEYS = ["awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket"];

/** As much of the head as holds the members before the digest's list of log files. */
const LOOKED_AT = 1 << 12;

/**
 * Whether this is the head of a CloudTrail digest, which lies beside the logs that it vouches for, and is none. Source:
 * CloudTrail User Guide, "CloudTrail digest file structure".
 */
export function isCloudTrailDigest(head: Buffer): boolean {
  const text = head.toString("latin1", 0, LOOKED_AT).trimStart();
  if (!text.startsWith("{")) return false;
  // Members of its own stand before any list or object that it holds.
  const own = text.slice(1).split(/[[{]/, 1)[0]!;
  return KEYS.every((key) => own.includes(`"${key}"`));
}

/** Whether an object is a digest by its key: `AWSLogs/account/CloudTrail-Digest/region/…`. */
export function isDigestKey(key: string): boolean {
  return /(?:^|\/)CloudTrail-Digest\//.test(key);
}
