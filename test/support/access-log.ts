/** One line of an S3 access log of 26 fields: a compliant read, unless told otherwise. */
export interface LogLine {
  bucket: string;
  time: string;
  remoteIp: string;
  requester: string;
  requestId: string;
  operation: string;
  key: string;
  uri: string;
  status: string;
  errorCode: string;
  referer: string;
  userAgent: string;
  versionId: string;
  signature: string;
  cipher: string;
  authType: string;
  tls: string;
}

const OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const HOST_ID = "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=";

export function accessLogLine(given: Partial<LogLine> = {}): string {
  const line = {
    bucket: "records",
    time: "[06/Feb/2026:00:00:38 +0000]",
    remoteIp: "192.0.2.3",
    requester: "arn:aws:iam::111122223333:user/reader",
    requestId: "3E57427F3EXAMPLE",
    operation: "REST.GET.OBJECT",
    key: "a/b.txt",
    uri: '"GET /records/a/b.txt HTTP/1.1"',
    status: "200",
    errorCode: "-",
    referer: '"-"',
    userAgent: '"aws-cli/2.15.0"',
    versionId: "-",
    signature: "SigV4",
    cipher: "TLS_AES_128_GCM_SHA256",
    authType: "AuthHeader",
    tls: "TLSv1.3",
    ...given,
  };
  const head = [OWNER, line.bucket, line.time, line.remoteIp, line.requester, line.requestId, line.operation, line.key];
  const middle = [line.uri, line.status, line.errorCode, "113", "113", "7", "5", line.referer, line.userAgent];
  const tail = [
    line.versionId,
    HOST_ID,
    line.signature,
    line.cipher,
    line.authType,
    "records.s3.example",
    line.tls,
    "-",
    "-",
  ];
  return [...head, ...middle, ...tail].join(" ");
}

/** A request over plain HTTP. */
export const OVER_HTTP: Partial<LogLine> = { cipher: "-", tls: "-" };
