/** The fields of an S3 server access log record, in their order. `null` is written as a bare `-`. */
export interface AccessLogFields {
  bucketOwner: string;
  bucket: string;
  /** ms since 1970. */
  time: number;
  remoteIp: string | null;
  requester: string | null;
  requestId: string;
  operation: string;
  /** As the log holds it: encoded. */
  key: string | null;
  /** Method, target and protocol; it is quoted here, and nothing in it is escaped. */
  requestUri: string | null;
  status: number | null;
  errorCode: string | null;
  bytesSent: number | null;
  objectSize: number | null;
  totalTime: number | null;
  turnAroundTime: number | null;
  referer: string | null;
  userAgent: string | null;
  versionId: string | null;
  hostId: string | null;
  signature: "SigV2" | "SigV4" | null;
  cipher: string | null;
  authType: "AuthHeader" | "QueryString" | null;
  host: string | null;
  tls: "TLSv1.2" | "TLSv1.3" | null;
  accessPoint: string | null;
  aclRequired: "Yes" | null;
  sourceRegion: string | null;
}

/** How many fields a line has: 18 before 2018, then one or more at a time. */
export type Width = 18 | 24 | 25 | 26 | 27;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** One record as S3 writes it, without its line end. */
export function accessLogLine(f: AccessLogFields, width: Width = 27): string {
  return [
    f.bucketOwner,
    f.bucket,
    logTime(f.time),
    f.remoteIp,
    f.requester,
    f.requestId,
    f.operation,
    f.key,
    quoted(f.requestUri),
    f.status,
    f.errorCode,
    f.bytesSent,
    f.objectSize,
    f.totalTime,
    f.turnAroundTime,
    quoted(f.referer),
    quoted(f.userAgent),
    f.versionId,
    f.hostId,
    f.signature,
    f.cipher,
    f.authType,
    f.host,
    f.tls,
    f.accessPoint,
    f.aclRequired,
    f.sourceRegion,
  ]
    .slice(0, width)
    .map((field) => field ?? "-")
    .join(" ");
}

function quoted(text: string | null): string | null {
  return text === null ? null : `"${text}"`;
}

function logTime(time: number): string {
  const [date, clock] = new Date(time).toISOString().split(/[T.]/);
  const [year, month, day] = date!.split("-");
  return `[${day}/${MONTHS[Number(month) - 1]}/${year}:${clock} +0000]`;
}
