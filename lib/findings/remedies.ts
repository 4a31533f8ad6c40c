import type { Breach } from "./broken-rules.ts";
import type { keyExposure } from "./key-exposure.ts";
import { capitalised } from "./words.ts";

/** What to do about a breach, as half a sentence. The conditions are those of S3 bucket policies. */
const REMEDIES: Record<Breach, string> = {
  "plain-http": "have the client use HTTPS, and deny plain HTTP in the bucket policy (condition aws:SecureTransport)",
  "tls-version":
    "have the client use a TLS version that the rule permits, and deny the others in the bucket policy (condition s3:TlsVersion)",
  "signature-v2": "have the client sign with V4, and deny V2 in the bucket policy (condition s3:signatureversion)",
  "signature-v4": "have the client sign with a version that the rule permits",
  anonymous: "have the client sign its requests, and block public access to the bucket",
};

const NEW_KEY = {
  exposed: "treat the customer key as known to others: rotate it, and re-encrypt the object with the new key",
  possible: "if the encryption was SSE-C, rotate the customer key, and re-encrypt the object with the new key",
};

/** What to do about a rule that is broken: one sentence. */
export function remedyFor(breaches: readonly Breach[], exposure: ReturnType<typeof keyExposure>): string {
  return sentence([...(exposure ? [NEW_KEY[exposure]] : []), ...breaches.map((breach) => REMEDIES[breach])]);
}

/** What to do about a rule that may be broken: one sentence. */
export function remedyForDoubt(hows: readonly string[], exposure: ReturnType<typeof keyExposure>): string {
  return sentence([...hows, ...(exposure ? [NEW_KEY[exposure]] : [])]);
}

function sentence(clauses: readonly string[]): string {
  return `${capitalised([...new Set(clauses)].join("; "))}.`;
}
