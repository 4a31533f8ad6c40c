/** Kinds of bytes, as a table of flags: one look-up a byte. */

export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const QUOTE = 0x22;
export const DASH = 0x2d;
export const COLON = 0x3a;
export const SLASH = 0x2f;
export const BRACKET = 0x5b;

/** What S3 writes unquoted: no space, no quote, no control byte. Bytes above 127 pass: keys may be raw UTF-8. */
export const TOKEN = 1;
export const DIGIT = 2;
export const IP = 4;
/** Operations: `REST.COPY.OBJECT_GET`, `SOAP.ListAllMyBuckets`. */
export const OP = 8;
/** Cipher suites: `ECDHE-RSA-AES128-GCM-SHA256`, `TLS_AES_128_GCM_SHA256`. No lower case, so no signature is one. */
export const SUITE = 16;
/** The target of a request line: anything but a space or a line end, quotes and control bytes included. */
export const TARGET = 32;
export const LETTER = 64;

export const KIND = new Uint8Array(256).map((_, byte) => {
  const c = String.fromCharCode(byte);
  let kind = 0;
  if (byte > SPACE && byte !== QUOTE && byte !== 0x7f) kind |= TOKEN;
  if (/[0-9]/.test(c)) kind |= DIGIT;
  if (/[0-9a-fA-F.:]/.test(c)) kind |= IP;
  if (/[A-Za-z0-9_.]/.test(c)) kind |= OP;
  if (/[A-Z0-9_-]/.test(c)) kind |= SUITE;
  if (byte !== SPACE && byte !== LF) kind |= TARGET;
  if (/[A-Za-z]/.test(c)) kind |= LETTER;
  return kind;
});

/** The end of the run of `kind` bytes that begins at `at`. */
export function runEnd(bytes: Uint8Array, at: number, end: number, kind: number): number {
  let i = at;
  while (i < end && KIND[bytes[i]!]! & kind) i++;
  return i;
}

/** Whether ASCII `text` stands at `at`. */
export function isAt(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  if (end - at < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Whether the bytes from `at` to `end` are exactly ASCII `text`. */
export function equals(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  return end - at === text.length && isAt(bytes, at, end, text);
}
