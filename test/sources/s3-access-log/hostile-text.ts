import fc from "fast-check";
import { type Logged, lineOf } from "./written.ts";

export type ClientText = (request: Logged) => string;

/** Text that is meant to move a fact: any bytes but a line end, many quotes and spaces, and pieces of heads, tails and whole records. */
export const hostileText: fc.Arbitrary<ClientText> = fc
  .array(fc.oneof({ weight: 3, arbitrary: anyBytes() }, { weight: 4, arbitrary: fc.constantFrom(...pieces()) }), {
    maxLength: 8,
  })
  .map((parts) => (request) => parts.map((part) => part(request)).join(""));

function anyBytes(): fc.Arbitrary<ClientText> {
  const byte = fc.oneof(
    fc.constantFrom('"', '"', " ", " ", "-", "[", "\0", "\r"),
    fc.integer({ min: 0, max: 254 }).map((n) => String.fromCharCode(n < 10 ? n : n + 1)),
  );
  return fc.array(byte, { maxLength: 12 }).map((bytes) => () => bytes.join(""));
}

function pieces(): ClientText[] {
  return [
    () => '"',
    () => " ",
    () => '" "',
    () => '" "-" "',
    () => '" - ',
    () => '" - - ',
    () => " - - SigV4 TLS_AES_128_GCM_SHA256 AuthHeader h TLSv1.3 - - eu-central-1",
    () => '" - id SigV4 TLS_AES_128_GCM_SHA256 AuthHeader h TLSv1.3 - - r "',
    () => '" - id SigV2 - AuthHeader h - "',
    () => '" - - - - - - -',
    () => " 200 - 1 1 1 1 ",
    () => 'GET / HTTP/1.1" 200 - 1 1 1 1 "-" "-" -',
    ({ texts }) => texts.owner,
    ({ texts }) => ` ${texts.owner} ${texts.bucket} [${texts.time}] `,
    ({ texts }) =>
      `${texts.owner} ${texts.bucket} [${texts.time}] - - ${texts.requestId} REST.GET.BUCKET - - 200 - - - - - `,
    (request) => tailOf(request),
    (request) => `" ${tailOf(request)} `,
    (request) => headOf(request),
    (request) => `${headOf(request)}"`,
    lineOf,
    (request) => lineOf({ ...request, texts: { ...request.texts, uri: null, referer: null, userAgent: null } }),
    (request) => lineOf({ ...request, width: 18, texts: { ...request.texts, referer: "-", userAgent: "-" } }),
  ];
}

/** The record up to its turn-around time, and a space. */
function headOf(request: Logged): string {
  const empty = lineOf({
    ...request,
    width: 18,
    texts: { ...request.texts, referer: null, userAgent: null, versionId: null },
  });
  return empty.slice(0, -"- - -".length);
}

/** The record from its version id on. */
function tailOf(request: Logged): string {
  const line = lineOf({ ...request, texts: { ...request.texts, userAgent: "" } });
  return line.slice(line.lastIndexOf('"') + 2);
}
