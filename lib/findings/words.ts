import {
  ANY_ENCRYPTION,
  ENCRYPTIONS,
  type FactName,
  HTTP,
  HTTPS,
  members,
  PLAIN,
  SIGNATURES,
  TRANSPORTS,
  transportNames,
  UNSIGNED,
} from "../facts.ts";

/** The values of a fact by name, for machines. */
export const NAMES_OF: Record<FactName, (bits: number) => string[]> = {
  transport: transportNames,
  signature: (bits) => members(bits, SIGNATURES),
  source: (bits) => members(bits, ENCRYPTIONS),
  target: (bits) => members(bits, ENCRYPTIONS),
};

export function tlsNames(transport: number): string[] {
  return members(transport & HTTPS, TRANSPORTS);
}

/** `HTTP or HTTPS`, `HTTPS (TLSv1.0 or TLSv1.1)`. */
export function transportWords(bits: number): string {
  const versions = bits & HTTPS;
  const https = versions === HTTPS ? "HTTPS" : `HTTPS (${or(tlsNames(bits))})`;
  return or([...(bits & HTTP ? ["HTTP"] : []), ...(versions ? [https] : [])]);
}

/** `signature V2 or V4`, `signature V4 or none`, `no signature`. */
export function signatureWords(bits: number): string {
  return bits === UNSIGNED ? "no signature" : `signature ${or(members(bits, SIGNATURES))}`;
}

/** What follows "is" or "was to be": `encrypted with SSE-KMS or SSE-C`, `not encrypted or encrypted with SSE-S3`. */
export function encryptionWords(bits: number): string {
  const kinds = members(bits & ANY_ENCRYPTION & ~PLAIN, ENCRYPTIONS);
  return or([...(bits & PLAIN ? ["not encrypted"] : []), ...(kinds.length > 0 ? [`encrypted with ${or(kinds)}`] : [])]);
}

/** `a`, `a or b`, `a, b or c`. */
export function or(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

export function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
