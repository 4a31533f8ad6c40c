import { hash } from "node:crypto";
import type { LogRecord } from "../record.ts";
import type { LogObject } from "../stores/log-object.ts";

/**
 * 32 hex digits that name a finding: the same for a record however often and wherever it is delivered, and whatever the
 * policy's digest. Where the log has no request id, the record's place stands in for it: two requests must not become one.
 */
export function findingUid(policyId: string, record: LogRecord, object: LogObject): string {
  const request = isMissing(record.requestId)
    ? [object.bucket, object.key, object.etag, record.offset, record.line]
    : [record.requestId];
  const name = JSON.stringify([policyId, record.bucket, ...request, record.operation, record.key]);
  return hash("sha256", name).slice(0, 32);
}

/** `-` is how the text formats write "none". */
export function isMissing(text: string): boolean {
  return text === "" || text === "-";
}
