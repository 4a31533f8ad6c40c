import { decodeKey } from "../../evidence/key.ts";
import type { LogRecord } from "../../record.ts";
import {
  AUTH_TYPE,
  BUCKET,
  CIPHER,
  ERROR_CODE,
  type Fields,
  HOST,
  has,
  isDash,
  KEY,
  OPERATION,
  OWNER,
  REFERER,
  REMOTE_IP,
  REQUEST_ID,
  REQUESTER,
  SIGNATURE,
  STATUS,
  TIME,
  TLS_VERSION,
  URI,
  USER_AGENT,
  VERSION_ID,
} from "./fields.ts";
import { factsOf } from "./record-facts.ts";
import { timeAt } from "./time.ts";

/** The whole record of a line that `readLine` read without a fault. */
export function decodeRecord(bytes: Buffer, fields: Fields, line: number, offset: number): LogRecord {
  const record = decodeFields(bytes, fields, line, offset);
  const textOrMissing = (field: number) => (has(fields, field) ? textOf(bytes, fields, field) : undefined);
  const fieldsOfTransport = {
    signature: textOrMissing(SIGNATURE),
    cipher: textOrMissing(CIPHER),
    tlsVersion: textOrMissing(TLS_VERSION),
  };
  return { ...record, ...factsOf(record, fieldsOfTransport) };
}

/** What a line holds, whatever it proves. Fields that it doesn't have are `null`. */
export function decodeFields(
  bytes: Buffer,
  fields: Fields,
  line: number,
  offset: number,
): Omit<LogRecord, "facts" | "reason"> {
  const text = (field: number) => textOf(bytes, fields, field);
  const key = text(KEY);
  const status = text(STATUS);
  const operation = text(OPERATION)!;
  return {
    line,
    offset,
    evidence: [],
    time: timeAt(bytes, fields.start[TIME]!),
    requestId: text(REQUEST_ID) ?? "-",
    operation,
    bucket: text(BUCKET) ?? "-",
    // Lifecycle keys are URL-encoded once, all others twice.
    key: key === null ? null : operation.startsWith("S3.") ? decodeKey(key) : decodeKey(decodeKey(key)),
    versionId: text(VERSION_ID),
    copySource: null,
    bucketOwner: text(OWNER),
    requester: text(REQUESTER),
    remoteIp: text(REMOTE_IP),
    uri: text(URI),
    status: status === null ? null : Number(status),
    errorCode: text(ERROR_CODE),
    referer: text(REFERER),
    userAgent: text(USER_AGENT),
    cipher: text(CIPHER),
    tlsVersion: text(TLS_VERSION),
    host: text(HOST),
    authType: has(fields, AUTH_TYPE) ? (text(AUTH_TYPE) ?? "-") : null,
  };
}

/** `null` for a dash, and for a field that the line does not have. */
export function textOf(bytes: Buffer, fields: Fields, field: number): string | null {
  if (!has(fields, field) || isDash(bytes, fields, field)) return null;
  return bytes.toString("utf8", fields.start[field]!, fields.end[field]!);
}
