import { isIP } from "node:net";
import { SSE_HEADER } from "../../evidence/sse-header.ts";
import {
  ANY_ENCRYPTION,
  ANY_TRANSPORT,
  COMPLETE,
  COPY,
  GET,
  HEAD,
  HTTP,
  HTTPS,
  INITIATE,
  OTHER,
  PART,
  PART_COPY,
  POST,
  PUT,
  SSE_C,
  SSE_KMS,
  SSE_S3,
  UNSIGNED,
  V2,
  V4,
} from "../../facts.ts";
import { type Event, saysSomething } from "./event.ts";
import {
  ACCOUNT_ID,
  ASKED_SSE,
  ASKED_SSE_C,
  CIPHER_SUITE,
  COPY_SOURCE_SSE_C,
  IDENTITY_TYPE,
  INVOKED_BY,
  PRINCIPAL_ID,
  SIGNATURE_VERSION,
  SOURCE_IP,
  SSE_APPLIED,
  STORED_SSE,
  STORED_SSE_C,
  TLS_CIPHER_SUITE,
  TLS_VERSION,
} from "./fields.ts";

const INTERFACE_CODES = new Map([
  ["PutObject", PUT],
  ["PostObject", POST],
  ["CreateMultipartUpload", INITIATE],
  ["InitiateMultipartUpload", INITIATE],
  ["HeadObject", HEAD],
  ["GetObject", GET],
  ["UploadPart", PART],
  ["CompleteMultipartUpload", COMPLETE],
  ["CopyObject", COPY],
  ["UploadPartCopy", PART_COPY],
]);

/** Interface code of an event's name. */
export function interfaceOf(eventName: string): number {
  return INTERFACE_CODES.get(eventName) ?? OTHER;
}

/** What the members of an event say of each fact, as bits. */
export interface FactReader {
  transport(): number;
  signature(): number;
  /** 0 where the event speaks of no encryption. More than one where it contradicts itself, or speaks of an unknown one. */
  target(code: number): number;
  source(): number;
}

/** Requests that choose how their target will be encrypted; S3 ignores or refuses the header in any other. */
const CHOOSES = new Set([PUT, POST, INITIATE, COPY]);

export function createFactReader(event: Event): FactReader {
  const isThere = event.reading((values) => values.some(saysSomething));
  const tlsVersions = event.reading(union(tlsVersion));
  const signatureVersions = event.reading(union(signatureVersion));
  const applied = event.reading(union(appliedEncryption));
  const headers = event.reading(union((value) => SSE_HEADER.get(value) ?? ANY_ENCRYPTION));
  const customerKeys = event.reading(union(() => SSE_C));

  return {
    /** A TLS version or a cipher suite proves TLS. Where both are missing, a signed request that no service made was HTTP. */
    transport() {
      const versions = tlsVersions(TLS_VERSION);
      if (versions !== 0) return versions;
      if (isThere(CIPHER_SUITE) || isThere(TLS_CIPHER_SUITE)) return HTTPS;
      return isThere(SIGNATURE_VERSION) && !isByService(event) ? HTTP : ANY_TRANSPORT;
    },
    signature() {
      return signatureVersions(SIGNATURE_VERSION) || (isAnonymous(event) ? UNSIGNED : V2 | V4);
    },
    /** SSEApplied and the response tell what the store did, the request what was asked for: also where it was refused. */
    target(code) {
      const stored = applied(SSE_APPLIED) | headers(STORED_SSE) | customerKeys(STORED_SSE_C);
      return stored | customerKeys(ASKED_SSE_C) | (CHOOSES.has(code) ? headers(ASKED_SSE) : 0);
    },
    source: () => customerKeys(COPY_SOURCE_SSE_C),
  };
}

/** What all the values that say something mean. */
function union(meaning: (value: string) => number): (values: readonly string[]) => number {
  return (values) => values.filter(saysSomething).reduce((bits, value) => bits | meaning(value), 0);
}

/** `TLSv1.2`, `TLSV1.2` or `1.2`; TLSv1 is 1.0. A version that is not known is TLS all the same. */
function tlsVersion(text: string): number {
  const [known, minor = "0"] = /^(?:TLSv?)?1(?:\.([0-3]))?$/i.exec(text) ?? [];
  return known === undefined ? HTTPS : TLS_1_0 << Number(minor);
}
const TLS_1_0 = HTTPS & -HTTPS;

function signatureVersion(text: string): number {
  if (text === "SigV2") return V2;
  return text === "SigV4" || text === "SigV4A" ? V4 : V2 | V4;
}

const APPLIED = new Map([
  ["SSE_S3", SSE_S3],
  ["SSE_KMS", SSE_KMS],
  ["SSE_C", SSE_C],
]);

function appliedEncryption(text: string): number {
  // Dual-layer encryption is always with KMS, and goes by several names.
  return /(?:^|_)DSSE(?:_|$)/.test(text) ? SSE_KMS : (APPLIED.get(text.replace(/^Default_/, "")) ?? ANY_ENCRYPTION);
}

/** Services call over paths that are not logged: their events may lack TLS details whatever was used. */
export function isByService(event: Event): boolean {
  return (
    event.said(INVOKED_BY).length > 0 ||
    event.values(IDENTITY_TYPE).includes("AWSService") ||
    event.said(SOURCE_IP).some((source) => isIP(source) === 0)
  );
}

/** Only whole values of two members count: the name of a role's session is the client's choice, and part of others. */
export function isAnonymous(event: Event): boolean {
  return [ACCOUNT_ID, PRINCIPAL_ID].some((field) =>
    event.values(field).some((value) => /^anonymous(?:_principal)?$/i.test(value)),
  );
}
