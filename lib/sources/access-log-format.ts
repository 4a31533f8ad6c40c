import { interfaceCode, OFF_NETWORK } from "../facts.ts";
import type { LogRecord } from "../record.ts";
import { HEAD_BYTES } from "./lines.ts";
import { readLine as readObsLine } from "./obs-access-log/line.ts";
import { ANONYMOUS } from "./obs-access-log/record.ts";
import { CR, LF, runEnd, TOKEN } from "./s3-access-log/bytes.ts";
import { decodeFields, decodeRecord } from "./s3-access-log/decode.ts";
import { createFields, HOST_ID, has, isDash, SIGNATURE } from "./s3-access-log/fields.ts";
import { lastQuote, readLine as readS3Line } from "./s3-access-log/line.ts";
import { looksLikeTime, TIME_LENGTH } from "./s3-access-log/time.ts";

/** Formats whose records begin alike. */
export type AccessLogFormat = "s3" | "obs";

/** What one line says of the format. Only what the store wrote is heard, never the client. */
interface Vote {
  /** `neither`: S3's format, but nothing shows that it is not a look-alike's whose `-` for TLS proves nothing. */
  for: AccessLogFormat | "neither";
  isSure: boolean;
}

/** Lines asked at most. */
const MOST_ASKED = 200;

const STORAGE_CLASSES = new Set("STANDARD STANDARD_IA WARM COLD GLACIER DEEP_ARCHIVE INTELLIGENT_TIERING".split(" "));
/** Of more parts than S3 writes: `REST.GET.BUCKET.LOCATION`. */
const FOUR_PARTS = /^REST(?:\.[A-Z_]+){3,}$/;
/** The account and request ids of OBS; those of S3 have 64 and 16 characters. */
const OBS_ID = /^(?:[0-9a-f]{32}|[0-9A-F]{32})$/;
/** S3's host ids are base 64 of some 56 bytes. */
const S3_HOST_ID = /^[A-Za-z0-9+/]{40,}={0,2}$/;
/** A quoted field with four others between it and the User-Agent. */
const QUOTED_DENTRY = /"(?: +[^ "]+){4} +"[^"]*"[^"]*$/;

/**
 * The format of an access log by its head: the first HEAD_BYTES of it, or all. `null` if it is none, or if nobody can say for
 * certain; what S3's reader would call HTTP because of a `-` must then be S3's for certain. A log whose lines begin like
 * records and cannot be read is S3's: they are malformed in any format.
 */
export function formatOfAccessLog(head: Buffer): AccessLogFormat | null {
  let sure: AccessLogFormat | null = null;
  const likely = new Set<Vote["for"]>();
  let asked = 0;
  for (const [at, end] of recordLines(head)) {
    if (asked++ === MOST_ASKED) break;
    const vote = voteOf(head, at, end);
    if (vote === null) continue;
    if (!vote.isSure) likely.add(vote.for);
    else if (sure !== null) return sure === vote.for ? sure : null;
    else sure = vote.for as AccessLogFormat;
  }
  if (sure !== null || asked === 0) return sure;
  if (likely.size === 0) return "s3";
  return likely.has("neither") || likely.size > 1 ? null : ([...likely] as AccessLogFormat[])[0]!;
}

/** The lines that begin like a record: `owner bucket [06/Feb/2026:00:00:38 +0000] `. */
function* recordLines(head: Buffer): Generator<[number, number]> {
  for (let at = 0; at < head.length; ) {
    const lf = head.indexOf(LF, at);
    // A head that is not the whole object ends in the middle of a line.
    if (lf === -1 && head.length >= HEAD_BYTES) return;
    const end = lf === -1 ? head.length : lf;
    const bucket = runEnd(head, at, end, TOKEN) + 1;
    const time = runEnd(head, bucket, end, TOKEN) + 1;
    const isRecord = bucket > at + 1 && time > bucket + 1 && time + TIME_LENGTH < end && looksLikeTime(head, time);
    if (isRecord) yield [at, head[end - 1] === CR ? end - 1 : end];
    at = end + 1;
  }
}

function voteOf(bytes: Buffer, at: number, end: number): Vote | null {
  const fields = createFields();
  const isS3 = readS3Line(bytes, at, end, fields) === null;
  const s3 = isS3 ? decodeRecord(bytes, fields, 0, 0) : null;
  const hasTail = isS3 && has(fields, SIGNATURE);
  const hostId = hasTail ? bytes.toString("latin1", fields.start[HOST_ID], fields.end[HOST_ID]) : "";
  if (s3 && hasTail && showsS3(s3, hostId, isDash(bytes, fields, SIGNATURE))) return { for: "s3", isSure: true };

  const isObs = typeof readObsLine(bytes, at, end, fields) !== "string";
  const tail = bytes
    .toString("latin1", lastQuote(bytes, at, end) + 1, end)
    .trim()
    .split(/ +/);
  if (isObs) {
    const { requester, requestId, operation, bucketOwner } = decodeFields(bytes, fields, 0, 0);
    // Behind the version id and the URN, and perhaps a bare User-Agent.
    const hasClass = tail.slice(2, 5).some((token) => STORAGE_CLASSES.has(token));
    if (requester === ANONYMOUS || FOUR_PARTS.test(operation) || hasClass) return { for: "obs", isSure: true };
    if (OBS_ID.test(bucketOwner ?? "") || OBS_ID.test(requestId)) return { for: "obs", isSure: false };
  }
  if (s3 === null)
    return isObs && showsObs(tail, bytes.toString("latin1", at, end)) ? { for: "obs", isSure: false } : null;
  if (!hasTail) return isObs ? null : { for: "s3", isSure: false };
  const saysHttp = interfaceCode(s3.facts) !== OFF_NETWORK && (hostId === "-" || hostId.includes(":"));
  return { for: saysHttp ? "neither" : "s3", isSure: false };
}

/** What stands in the places of S3's host id, signature, cipher suite and TLS version is that. */
function showsS3({ cipher, tlsVersion }: LogRecord, hostId: string, isSignatureDash: boolean): boolean {
  if (S3_HOST_ID.test(hostId)) return true;
  const hasCipher = cipher !== null && !STORAGE_CLASSES.has(cipher);
  return hostId !== "-" && (!isSignatureDash || hasCipher || tlsVersion !== null);
}

/** A line that is none of S3's, and not because it was cut short: a URN, or none, stands in the place of the host id. */
function showsObs(tail: readonly string[], line: string): boolean {
  const urn = tail[1];
  return QUOTED_DENTRY.test(line) || urn === "-" || urn?.includes(":") === true;
}
