import type { Narrowing } from "../../evidence/evidence.ts";
import { ANY_ENCRYPTION, ANY_TRANSPORT, type Facts, get, HTTP, isCopy, size } from "../../facts.ts";
import type { LogRecord } from "../../record.ts";
import type { Event } from "./event.ts";
import { isAnonymous, isByService } from "./facts.ts";
import {
  ACCOUNT_ID,
  ARN,
  AUTHENTICATION_METHOD,
  CIPHER_SUITE,
  HOST,
  INVOKED_BY,
  KEY,
  PRINCIPAL_ID,
  RESOURCES,
  SOURCE_IP,
  STORED_VERSION_ID,
  TLS_CIPHER_SUITE,
  TLS_HOST,
  TLS_VERSION,
  USER_AGENT,
  VERSION_ID,
} from "./fields.ts";
import type { Settled, Settlement } from "./history.ts";
import { copySourceOf, type Request, requestIdOf } from "./request.ts";

/** The whole record of an event of S3, by what the event proves itself. */
export function recordOf(request: Request, { facts, unasked }: Settled, line: number, offset: number): LogRecord {
  const { event, code } = request;
  return {
    line,
    offset,
    facts,
    evidence: [],
    time: request.time,
    requestId: requestIdOf(request),
    operation: request.operation,
    bucket: request.bucket ?? "",
    key: event.only(KEY),
    versionId: event.only(VERSION_ID) ?? event.only(STORED_VERSION_ID),
    copySource: isCopy(code) ? copySourceOf(request) : null,
    bucketOwner: ownerOf(event),
    requester: isAnonymous(event) ? null : first(event, ARN, PRINCIPAL_ID, ACCOUNT_ID, INVOKED_BY),
    remoteIp: first(event, SOURCE_IP),
    uri: null,
    status: request.status,
    errorCode: request.errorCode,
    referer: null,
    userAgent: first(event, USER_AGENT)?.replace(/^\[(.*)\]$/s, "$1") ?? null,
    cipher: first(event, CIPHER_SUITE, TLS_CIPHER_SUITE),
    tlsVersion: first(event, TLS_VERSION),
    host: first(event, HOST, TLS_HOST),
    authType: first(event, AUTHENTICATION_METHOD),
    reason: reasonOf(request),
    ...(unasked.length > 0 && { unasked }),
  };
}

/** The record after what other events say. */
export function settledRecord(record: LogRecord, { facts, settlements, unasked }: Settled): LogRecord {
  const contradiction = settlements.find(({ isContradiction }) => isContradiction);
  return {
    ...record,
    facts,
    evidence: settlements.filter(({ isContradiction }) => !isContradiction).map(narrowing),
    reason: contradiction ? contradictionOf(contradiction, facts) : record.reason,
    ...(unasked.length > 0 && { unasked }),
  };
}

/** The first of these members that says something. */
function first(event: Event, ...fields: number[]): string | null {
  for (const field of fields) {
    const [value] = event.said(field);
    if (value !== undefined) return value;
  }
  return null;
}

function ownerOf(event: Event): string | null {
  const resources = event.json(RESOURCES);
  if (!Array.isArray(resources)) return null;
  const bucket = resources.find((resource) => resource?.type === "AWS::S3::Bucket");
  return typeof bucket?.accountId === "string" ? bucket.accountId : null;
}

function narrowing({ fact, by, write }: Settlement): Narrowing {
  const did = by === "earlier-write" ? "made the object" : "began the upload";
  return { fact, values: write.encryption, by, detail: `${nameOf(write)} ${did}` };
}

function nameOf({ requestId, from }: Settlement["write"]): string {
  return `request ${requestId} of ${new Date(from).toISOString()}`;
}

function contradictionOf({ fact, write }: Settlement, facts: Facts): string {
  const isOpen = size(get(facts, fact)) > 1;
  return `the event contradicts ${nameOf(write)} on the encryption${isOpen ? ", so that both stay possible" : ""}`;
}

function reasonOf({ event, target, own }: Request): string | null {
  if (target === ANY_ENCRYPTION) return "the event holds an encryption that is not known";
  if (size(target) > 1) return "the event names more than one encryption, so that each of them stays possible";
  switch (get(own, "transport")) {
    case HTTP:
      return "the request was signed, and has neither a TLS version nor a cipher suite: plain HTTP";
    case ANY_TRANSPORT:
      return isByService(event)
        ? "a service made the request: its events may lack TLS details whatever was used"
        : "the event has neither TLS details nor a signature version, which would show that they are complete";
    default:
      return null;
  }
}
