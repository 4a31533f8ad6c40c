/** Somewhere in a bucket: all keys that begin with the prefix. */
export interface S3Place {
  bucket: string;
  /** May be empty. */
  prefix: string;
}

const SCHEME = "s3://";

export function isS3Uri(text: string): boolean {
  return text.startsWith(SCHEME);
}

/**
 * Reads `s3://BUCKET`, `s3://BUCKET/` or `s3://BUCKET/PREFIX`. Nothing in it is decoded, as in other S3 tools.
 * @throws an Error that says what was expected
 */
export function parseS3Uri(uri: string): S3Place {
  const slash = uri.indexOf("/", SCHEME.length);
  const end = slash < 0 ? uri.length : slash;
  const bucket = uri.slice(SCHEME.length, end);
  if (!isS3Uri(uri) || bucket === "") throw new Error(`Expected s3://BUCKET or s3://BUCKET/PREFIX, found "${uri}".`);
  return { bucket, prefix: uri.slice(end + 1) };
}

export function s3Uri(bucket: string, key: string): string {
  return `${SCHEME}${bucket}/${key}`;
}
