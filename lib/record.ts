import type { Narrowing } from "./evidence/evidence.ts";
import type { FactName, Facts } from "./facts.ts";

/** An object, or one version of it. */
export interface ObjectVersion {
  bucket: string;
  /** Decoded. */
  key: string;
  versionId: string | null;
}

/** One logged request, decoded. Strings are as the log holds them, without any redaction; `null` where the log says nothing. */
export interface LogRecord {
  /** Line of the file from 1; for CloudTrail the event's place in its array. */
  line: number;
  /** Byte offset of the line in the (uncompressed) log object. */
  offset: number;
  /** What the log proves of this record. */
  facts: Facts;
  /** Which other records of the same log narrowed those facts; empty where the record speaks for itself. */
  evidence: readonly Narrowing[];
  /** Time of the request, ms since 1970. */
  time: number;
  requestId: string;
  /** The operation as the log names it, `REST.PUT.OBJECT`. */
  operation: string;
  bucket: string;
  /** The object's key, decoded; `null` where the operation has none. */
  key: string | null;
  versionId: string | null;
  /** The object that a copy reads, where this record names it. */
  copySource: ObjectVersion | null;
  bucketOwner: string | null;
  requester: string | null;
  remoteIp: string | null;
  /** Method, target and protocol as the client wrote them: hostile text that may hold secrets. */
  uri: string | null;
  status: number | null;
  errorCode: string | null;
  referer: string | null;
  userAgent: string | null;
  cipher: string | null;
  /** `TLSv1.2`, in the log's spelling. */
  tlsVersion: string | null;
  host: string | null;
  /** `AuthHeader` or `QueryString`, where the log says so. */
  authType: string | null;
  /** Why the facts are what they are, where that is not plain from the fields: one sentence. */
  reason: string | null;
  /**
   * The open encryptions that are what the store did with a write that asked for none. It may have done anything that it is set to,
   * so that they are as open as others until somebody states it.
   */
  unasked?: readonly FactName[];
}

/** A line that could not be read for certain. */
export interface Malformed {
  line: number;
  offset: number;
  /** Its length in bytes, line end excluded. */
  bytes: number;
  reason: string;
  /** The line itself, cut to its first 64 KiB; secrets are not yet redacted. */
  text: string;
}

/** A request that the server carried out (2xx or 3xx); `null` where the log has no status. */
export function isServed(record: LogRecord): boolean | null {
  return record.status === null ? null : record.status >= 200 && record.status < 400;
}
