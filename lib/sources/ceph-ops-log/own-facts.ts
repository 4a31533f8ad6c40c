import { SSE_HEADER } from "../../evidence/sse-header.ts";
import {
  ANY_ENCRYPTION,
  ANY_SIGNATURE,
  ANY_TRANSPORT,
  COMPLETE,
  COPY,
  type Facts,
  GET,
  HEAD,
  HTTP,
  HTTPS,
  INITIATE,
  PART,
  PART_COPY,
  POST,
  PUT,
  pack,
  SSE_C,
  STORE_DEFAULTS,
  UNSIGNED,
  V2,
  V4,
} from "../../facts.ts";
import type { Entry } from "./entry.ts";
import type { Request } from "./request.ts";

const NOT_SSE_C = ANY_ENCRYPTION & ~SSE_C;

/** What an entry proves by itself. */
export function ownFacts(request: Request): Facts {
  return pack(request.code, transportOf(request), signatureOf(request), sourceOf(request), targetOf(request));
}

/**
 * `AuthHeader`, or `-`. Never `QueryString`, which would make a presigned query evidence of encryption: the gateway ignores
 * the encryption that a query asks for (seen on 16.2.15), so that any client could write it there.
 */
export function authTypeOf({ entry }: Request): "AuthHeader" | "-" {
  return entry.headers.authorization === null ? "-" : "AuthHeader";
}

function transportOf({ entry, isLoggedInFull }: Request): number {
  if (entry.headers.hasSecurePort) return HTTPS;
  return isLoggedInFull ? HTTP : ANY_TRANSPORT;
}

function signatureOf({ entry, code, parameters, isSwift, isLoggedInFull, isServed }: Request): number {
  const { authorization } = entry.headers;
  if (authorization === "V4") return V4;
  if (authorization === "V2") return V2;
  const hasHeader = authorization !== null || isSwift;
  // A gateway that finds a header does not look at the query: where headers are not logged, the query tells nothing.
  const query = isLoggedInFull && !hasHeader ? signedBy(parameters) : 0;
  if (query !== 0) return query;
  if (!isAnonymous(entry)) return hasHeader ? ANY_SIGNATURE : V2 | V4;
  if (isServed) return UNSIGNED;
  // A refused request may have been signed, and wrongly: by a form, or by a header that is not logged.
  return (isLoggedInFull || hasHeader) && code !== POST ? UNSIGNED : ANY_SIGNATURE;
}

function isAnonymous({ user }: Entry): boolean {
  return user === "" || user === "anonymous";
}

/** Which signatures the query holds, as the gateway looks for them. */
function signedBy(parameters: Request["parameters"]): number {
  const isV4 = parameters.get("x-amz-algorithm") === "AWS4-HMAC-SHA256";
  return (isV4 ? V4 : 0) | (parameters.get("AWSAccessKeyId") ? V2 : 0);
}

function sourceOf({ entry, isLoggedInFull, isServed }: Request): number {
  if (entry.headers.copySourceCustomerAlgorithm !== null) return SSE_C;
  return isLoggedInFull && isServed ? NOT_SSE_C : ANY_ENCRYPTION;
}

function targetOf({ entry, code, isLoggedInFull, isServed }: Request): number {
  const { customerAlgorithm, encryption } = entry.headers;
  switch (code) {
    case PUT:
    case INITIATE:
    case COPY:
      // With both headers the gateway encrypts with the customer's key.
      if (customerAlgorithm !== null) return SSE_C;
      if (encryption) return SSE_HEADER.get(encryption) ?? ANY_ENCRYPTION;
      return isLoggedInFull ? STORE_DEFAULTS : ANY_ENCRYPTION;
    case GET:
    case HEAD:
    case PART:
    case PART_COPY:
      if (customerAlgorithm !== null) return SSE_C;
      return isLoggedInFull && isServed ? NOT_SSE_C : ANY_ENCRYPTION;
    case COMPLETE:
      return customerAlgorithm !== null ? SSE_C : ANY_ENCRYPTION;
    default:
      return ANY_ENCRYPTION;
  }
}
