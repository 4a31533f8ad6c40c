import {
  COMPLETE,
  COPY,
  GET,
  get,
  HEAD,
  INITIATE,
  interfaceCode,
  isCopy,
  PART,
  PART_COPY,
  PUT,
  SSE_C,
  UNSIGNED,
  V2,
  V4,
} from "../facts.ts";
import type { LogRecord, ObjectVersion } from "../record.ts";
import { copySourceObject } from "./copy-source.ts";
import type { Narrowing, Resolver } from "./evidence.ts";
import { type Parameters, queryParameters } from "./query.ts";
import { SSE_HEADER } from "./sse-header.ts";

const SERVER_KEY = "x-amz-server-side-encryption";
const CUSTOMER_KEY = "x-amz-server-side-encryption-customer-algorithm";
const SOURCE_CUSTOMER_KEY = "x-amz-copy-source-server-side-encryption-customer-algorithm";
const ENCRYPTION_PARAMETERS = new Set([SERVER_KEY, CUSTOMER_KEY, SOURCE_CUSTOMER_KEY]);

const COPY_SOURCE = "x-amz-copy-source";
const COPY_SOURCE_PARAMETER = new Set([COPY_SOURCE]);

const V4_PARTS = ["x-amz-algorithm", "x-amz-signature", "x-amz-credential"];
const V2_PARTS = ["awsaccesskeyid", "accesskeyid", "signature"];
const SIGNATURE_PARAMETERS = new Set([...V4_PARTS, ...V2_PARTS]);

const CUSTOMER_KEY_VALUES = new Map([["AES256", SSE_C]]);

/** Interfaces that choose how the target will be encrypted; the others can only bring the key of what is there already. */
const CHOOSES = new Set([PUT, INITIATE, COPY]);
/** A form POST is in neither: it carries its signature and encryption in form fields, so its query says nothing. */
const BRINGS_KEY = new Set([PUT, INITIATE, COPY, GET, HEAD, PART, COMPLETE, PART_COPY]);

/**
 * Reads the encryption that a presigned URL asked for. Needs nothing but the record. Proves the target's encryption by
 * `x-amz-server-side-encryption` (where the interface chooses it) or `…-customer-algorithm`, and an SSE-C source by
 * `x-amz-copy-source-…-customer-algorithm`. Silent unless the request was signed by its query: in any other request the
 * query is whatever the client liked to write. Also silent on unknown and on contradictory values.
 */
export const presignedQuery: Resolver = {
  id: "presigned-query",
  resolve(record) {
    if (!wasPresigned(record)) return [];
    const query = queryParameters(record.uri, ENCRYPTION_PARAMETERS);
    const code = interfaceCode(record.facts);
    const found: Narrowing[] = [];
    if (BRINGS_KEY.has(code)) {
      if (!query.has(SERVER_KEY)) found.push(...narrowing(query, "target", CUSTOMER_KEY, CUSTOMER_KEY_VALUES));
      else if (!query.has(CUSTOMER_KEY) && CHOOSES.has(code))
        found.push(...narrowing(query, "target", SERVER_KEY, SSE_HEADER));
    }
    if (isCopy(code)) found.push(...narrowing(query, "source", SOURCE_CUSTOMER_KEY, CUSTOMER_KEY_VALUES));
    return found;
  },
};

/** The source object that a presigned copy names in its query; `null` where it names none, or none for certain. */
export function presignedCopySource(record: LogRecord): ObjectVersion | null {
  if (!isCopy(interfaceCode(record.facts)) || !wasPresigned(record)) return null;
  const header = only(queryParameters(record.uri, COPY_SOURCE_PARAMETER), COPY_SOURCE);
  return header === null ? null : copySourceObject(header);
}

/**
 * Which signature a query holds: V4 is `X-Amz-Algorithm` and `X-Amz-Signature`; V2 is `AWSAccessKeyId` or `AccessKeyId` (OBS) and
 * `Signature`. `null` for neither, and for any mixture of the two. Tells nothing of a request whose signature stood in a header.
 */
export function presignedSignature(uri: string | null): "V2" | "V4" | null {
  return signatureIn(queryParameters(uri, SIGNATURE_PARAMETERS));
}

function signatureIn(query: Parameters): "V2" | "V4" | null {
  const says = (name: string, start = "") =>
    [...(query.get(name) ?? [])].some((value) => value !== "" && value.startsWith(start));
  const inV4 = V4_PARTS.some((name) => query.has(name));
  const inV2 = V2_PARTS.some((name) => query.has(name));
  if (inV4 === inV2) return null;
  if (inV4) return says("x-amz-algorithm", "AWS4-") && says("x-amz-signature") ? "V4" : null;
  return (says("awsaccesskeyid") || says("accesskeyid")) && says("signature") ? "V2" : null;
}

/** Whether the query is what was signed. A line too old to say so must show a signer and a complete set that fits its facts. */
function wasPresigned(record: LogRecord): boolean {
  if (record.authType !== null) return record.authType === "QueryString";
  if (record.requester === null) return false;
  const query = queryParameters(record.uri, SIGNATURE_PARAMETERS);
  const signature = signatureIn(query);
  if (signature === null || (signature === "V4" && !query.has("x-amz-credential"))) return false;
  const possible = get(record.facts, "signature");
  return !(possible & UNSIGNED) && (possible & (signature === "V4" ? V4 : V2)) !== 0;
}

function narrowing(
  query: Parameters,
  fact: "source" | "target",
  name: string,
  meanings: ReadonlyMap<string, number>,
): Narrowing[] {
  const value = only(query, name);
  const values = value === null ? undefined : meanings.get(value);
  if (values === undefined) return [];
  return [{ fact, values, by: presignedQuery.id, detail: `the presigned query holds ${name}=${value}` }];
}

function only(query: Parameters, name: string): string | null {
  const [value, another] = query.get(name) ?? [];
  return value === undefined || another !== undefined ? null : value;
}
