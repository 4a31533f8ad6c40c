/**
 * Facts: what a log leaves possible about one request, as small sets packed into one integer.
 *
 *   bits 0-3 target encryption · 4-7 source encryption · 8-10 signature · 11-15 transport · 16-19 interface
 *
 * A set holds every value that is still possible; a **world** is one choice from each set. HTTPS is four
 * values, one a TLS version, so that "HTTPS, version unknown" is a set like any other.
 */

export const INTERFACES = [
  "PutObject",
  "PostObject",
  "InitiateMultipartUpload",
  "HeadObject",
  "GetObject",
  "UploadPart",
  "CompleteMultipartUpload",
  "CopyObject",
  "UploadPartCopy",
  "Other",
] as const;
export type Interface = (typeof INTERFACES)[number];

/** Interface code of a record that crossed no network (lifecycle, log delivery): it has no world. */
export const OFF_NETWORK = INTERFACES.length;

export const TRANSPORTS = ["HTTP", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
export const HTTP = 0b00001;
export const HTTPS = 0b11110;
export const ANY_TRANSPORT = HTTP | HTTPS;

export const SIGNATURES = ["V2", "V4", "none"] as const;
export const V2 = 0b001;
export const V4 = 0b010;
export const UNSIGNED = 0b100;
export const ANY_SIGNATURE = V2 | V4 | UNSIGNED;

export const ENCRYPTIONS = ["none", "SSE-S3", "SSE-KMS", "SSE-C"] as const;
export type Encryption = (typeof ENCRYPTIONS)[number];
export const PLAIN = 0b0001;
export const SSE_S3 = 0b0010;
export const SSE_KMS = 0b0100;
export const SSE_C = 0b1000;
export const ANY_ENCRYPTION = PLAIN | SSE_S3 | SSE_KMS | SSE_C;
/** What a store may make of a write that asks for no encryption. */
export const STORE_DEFAULTS = PLAIN | SSE_S3 | SSE_KMS;

/** A packed set of facts: 0 ≤ facts < FACTS_SIZE. */
export type Facts = number;
export const FACTS_SIZE = (OFF_NETWORK + 1) << 16;

export const FACT_NAMES = ["transport", "signature", "source", "target"] as const;
export type FactName = (typeof FACT_NAMES)[number];
const SHIFT: Record<FactName, number> = { target: 0, source: 4, signature: 8, transport: 11 };
const MASK: Record<FactName, number> = {
  target: ANY_ENCRYPTION,
  source: ANY_ENCRYPTION,
  signature: ANY_SIGNATURE,
  transport: ANY_TRANSPORT,
};

/** Interface codes, indices into {@link INTERFACES}. */
export const PUT = 0;
export const POST = 1;
export const INITIATE = 2;
export const HEAD = 3;
export const GET = 4;
export const PART = 5;
export const COMPLETE = 6;
export const COPY = 7;
export const PART_COPY = 8;
export const OTHER = 9;

/** Only copies have a source object; for every other interface the source set is empty and means "there is none". */
export function isCopy(code: number): boolean {
  return code === COPY || code === PART_COPY;
}

/** Packs sets into facts. `source` is dropped unless the interface is a copy. */
export function pack(code: number, transport: number, signature: number, source: number, target: number): Facts {
  return (code << 16) | (transport << 11) | (signature << 8) | ((isCopy(code) ? source : 0) << 4) | target;
}

/** Facts with transport and signature known as given, and every encryption open. */
export function openEncryption(code: number, transport: number, signature: number): Facts {
  return pack(code, transport, signature, ANY_ENCRYPTION, ANY_ENCRYPTION);
}

export function interfaceCode(facts: Facts): number {
  return facts >>> 16;
}

/** The set of one fact, as bits. */
export function get(facts: Facts, name: FactName): number {
  return (facts >>> SHIFT[name]) & MASK[name];
}

/** The same facts with one set replaced. */
export function set(facts: Facts, name: FactName, values: number): Facts {
  return (facts & ~(MASK[name] << SHIFT[name])) | (values << SHIFT[name]);
}

/** Off-network records have no interface of the tables and did not cross a network to be `Other`. */
export function interfaceName(facts: Facts): Interface | null {
  return INTERFACES[interfaceCode(facts)] ?? null;
}

/** Names of the members of a set, in the order of `names`. */
export function members<T extends string>(bits: number, names: readonly T[]): T[] {
  return names.filter((_, i) => bits & (1 << i));
}

/** `HTTP` and `HTTPS` as people write them, whatever the TLS version. */
export function transportNames(bits: number): ("HTTP" | "HTTPS")[] {
  const names: ("HTTP" | "HTTPS")[] = [];
  if (bits & HTTP) names.push("HTTP");
  if (bits & HTTPS) names.push("HTTPS");
  return names;
}

/** How many members a set has. */
export function size(bits: number): number {
  let n = 0;
  for (let b = bits; b; b &= b - 1) n++;
  return n;
}
