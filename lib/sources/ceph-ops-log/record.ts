import type { Narrowing } from "../../evidence/evidence.ts";
import { ASKED_FOR_NOTHING } from "../../evidence/stated.ts";
import { POST } from "../../facts.ts";
import type { LogRecord } from "../../record.ts";
import type { Details } from "./entry.ts";
import type { Settled, Settlement } from "./history.ts";
import { authTypeOf } from "./own-facts.ts";
import type { Request } from "./request.ts";

export function recordOf(
  request: Request,
  { remoteIp, errorCode, userAgent, referer }: Details,
  { facts, settlements }: Settled,
  line: number,
  offset: number,
): LogRecord {
  const { entry, key, versionId, copySource } = request;
  return {
    line,
    offset,
    facts,
    evidence: settlements.filter((settlement) => !settlement.isContradiction).map(narrowing),
    time: entry.time,
    requestId: entry.requestId,
    operation: entry.operation,
    bucket: entry.bucket,
    key,
    versionId,
    copySource,
    bucketOwner: null,
    requester: entry.user || null,
    remoteIp,
    uri: entry.uri,
    status: entry.status,
    errorCode,
    referer,
    userAgent,
    cipher: null,
    tlsVersion: null,
    host: entry.headers.host,
    authType: authTypeOf(request),
    reason: reasonOf(request, settlements),
  };
}

function narrowing({ fact, by, write, values, askedForNothing }: Settlement): Narrowing {
  const did = `${nameOf(write)} ${by === "earlier-write" ? "made the object" : "began the upload"}`;
  return askedForNothing
    ? { fact, values, by: ASKED_FOR_NOTHING, detail: `${did} and asked for no encryption` }
    : { fact, values, by, detail: did };
}

function reasonOf({ code, isLoggedInFull }: Request, settlements: readonly Settlement[]): string | null {
  if (!isLoggedInFull) return "the gateway does not log the request's headers: rgw_log_http_headers lacks server_port";
  if (code === POST) return "a form POST holds its signature and encryption in form fields, which are not logged";
  const contradiction = settlements.find((settlement) => settlement.isContradiction);
  return contradiction ? `${nameOf(contradiction.write)} contradicts the encryption headers` : null;
}

function nameOf({ requestId, from }: Settlement["write"]): string {
  return `request ${requestId} of ${new Date(from).toISOString()}`;
}
