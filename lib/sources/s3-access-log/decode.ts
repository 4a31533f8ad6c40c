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
  const text = (field: number): string | null =>
    !has(fields, field) || isDash(bytes, fields, field)
      ? null
      : bytes.toString("utf8", fields.start[field]!, fields.end[field]!);
  const textOrMissing = (field: number): string | null | undefined => (has(fields, field) ? text(field) : undefined);

  const key = text(KEY);
  const status = text(STATUS);
  const operation = text(OPERATION)!;
  const record = {
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
  const fieldsOfTransport = {
    signature: textOrMissing(SIGNATURE),
    cipher: textOrMissing(CIPHER),
    tlsVersion: textOrMissing(TLS_VERSION),
  };
  return { ...record, ...factsOf(record, fieldsOfTransport) };
}
