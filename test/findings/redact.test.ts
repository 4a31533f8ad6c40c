import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findingsOf } from "../../lib/findings/ocsf.ts";
import { quarantined } from "../../lib/findings/quarantined.ts";
import { redact } from "../../lib/findings/redact.ts";
import { BASELINE, judged, LOG_OBJECT, TABLES } from "./judged.ts";

const CASES: [string, string][] = [
  ["", ""],
  ["GET /b/k?versionId=3 HTTP/1.1", "GET /b/k?versionId=3 HTTP/1.1"],
  ["50% off %zz %4", "50% off %zz %4"],
  // Names
  ["?X-Amz-Signature=abc&X-Amz-Date=1", "?X-Amz-Signature=REDACTED&X-Amz-Date=1"],
  ["?X-Amz-Security-Token=a%2Fb%3D&x=1", "?X-Amz-Security-Token=REDACTED&x=1"],
  ["?X-Amz-S3session-Token=abc", "?X-Amz-S3session-Token=REDACTED"],
  ["?X-Amz-Credential=AKIA/20260206/eu-west-1/s3/aws4_request HTTP", "?X-Amz-Credential=REDACTED HTTP"],
  ["?AWSAccessKeyId=AKIA&Expires=1&Signature=a+b/c=", "?AWSAccessKeyId=REDACTED&Expires=1&Signature=REDACTED"],
  ["?AccessKeyId=AK&x-obs-security-token=t", "?AccessKeyId=REDACTED&x-obs-security-token=REDACTED"],
  ["?X-Obs-Signature=a&X-Obs-Credential=b", "?X-Obs-Signature=REDACTED&X-Obs-Credential=REDACTED"],
  ["?GoogleAccessId=a@b.c&X-Goog-Signature=d", "?GoogleAccessId=REDACTED&X-Goog-Signature=REDACTED"],
  ["?temp_url_sig=abc&temp_url_expires=1", "?temp_url_sig=REDACTED&temp_url_expires=1"],
  ["?x-amz-server-side-encryption-customer-key=a=", "?x-amz-server-side-encryption-customer-key=REDACTED"],
  [
    "?x-amz-copy-source-server-side-encryption-customer-key-MD5=a&b=c",
    "?x-amz-copy-source-server-side-encryption-customer-key-MD5=REDACTED&b=c",
  ],
  ["?x-goog-encryption-key-sha256=a", "?x-goog-encryption-key-sha256=REDACTED"],
  ["aws_secret_access_key=abc", "aws_secret_access_key=REDACTED"],
  // Not secrets
  [
    "?x-amz-server-side-encryption-customer-algorithm=AES256&SignatureVersion=2",
    "?x-amz-server-side-encryption-customer-algorithm=AES256&SignatureVersion=2",
  ],
  ["?X-Amz-SignedHeaders=host&X-Amz-Algorithm=a", "?X-Amz-SignedHeaders=host&X-Amz-Algorithm=a"],
  ["?Signature=&Expires=1", "?Signature=&Expires=1"],
  // Spellings
  ["?x-AMZ-sIGNATURE=abc", "?x-AMZ-sIGNATURE=REDACTED"],
  ["?X%2DAmz%2dSignature=abc&d", "?X%2DAmz%2dSignature=REDACTED&d"],
  ["?%53ignatur%65=abc", "?%53ignatur%65=REDACTED"],
  ["?X%252DAmz%2525%32DSignature=abc", "?X%252DAmz%2525%32DSignature=REDACTED"],
  ["?%%35%33ignature=abc", "?%%35%33ignature=REDACTED"],
  // Where a value ends
  [
    "?u=http%3A%2F%2Fh%3FSignature%3Dab%2Bc%26Expires%3D1&x=2",
    "?u=http%3A%2F%2Fh%3FSignature%3DREDACTED%26Expires%3D1&x=2",
  ],
  ["?u=%253FSignature%253Da%252Bb%2526E%253D1", "?u=%253FSignature%253DREDACTED%2526E%253D1"],
  ["?Signature=a%26b%20c&x", "?Signature=REDACTED&x"],
  ['{"url":"http://h?Signature=abc","n":1}', '{"url":"http://h?Signature=REDACTED","n":1}'],
  ['{"Signature":"abc","n":1}', '{"Signature":"REDACTED","n":1}'],
  ['{\\"signature\\" : \\"abc\\"}', '{\\"signature\\" : \\"REDACTED\\"}'],
  ["<a href='?Signature=abc'>", "<a href='?Signature=REDACTED'>"],
  // Authorization headers
  ["AWS AKIAEXAMPLE:knsi+v/GRJ=", "AWS REDACTED"],
  ['"HTTP_AUTHORIZATION":"AWS AKIA:sig="}', '"HTTP_AUTHORIZATION":"AWS REDACTED"}'],
  ["OBS AK:sig and GOOG1 GK:sig", "OBS REDACTED and GOOG1 REDACTED"],
  ["AWS%20AKIA%3Asig&x", "AWS%20REDACTED&x"],
  ["?Signature=AWS AKIA:sig", "?Signature=REDACTED REDACTED"],
  ["AWS SDK for Java", "AWS SDK for Java"],
  [
    "AWS4-HMAC-SHA256 Credential=AK/1/r/s3/aws4_request, SignedHeaders=host;range, Signature=abc",
    "AWS4-HMAC-SHA256 Credential=REDACTED, SignedHeaders=host;range, Signature=REDACTED",
  ],
];

describe("redact", () => {
  test.for(CASES)("%s", ([text, expected]) => {
    expect(redact(text)).toBe(expected);
  });

  test("text made to be slow is read like any other", () => {
    const long = 200_000;
    expect(redact("Signature=".repeat(long))).toBe("Signature=REDACTED");
    expect(redact("%25".repeat(long))).toBe("%25".repeat(long));
    expect(redact("AWS ".repeat(long))).toBe("AWS ".repeat(long));
    expect(redact(`AWS ${"a".repeat(long)}`)).toBe(`AWS ${"a".repeat(long)}`);
    expect(redact(`Signature${'"'.repeat(long)}`)).toBe(`Signature${'"'.repeat(long)}`);
    expect(redact(`Signature${" ".repeat(long)}=`)).toBe(`Signature${" ".repeat(long)}=`);
  });

  test("what is redacted stays as it is", () => {
    fc.assert(
      fc.property(PRESIGNED, SURROUNDING, ({ text }, around) => {
        const once = redact(around(text));
        expect(redact(once)).toBe(once);
      }),
    );
  });
});

/** A secret in every place of a record, and its line in quarantine: none of it is written. */
describe("no secret is written", () => {
  test.for(["uri", "referer", "userAgent", "key", "reason"] as const)("from %s", (field) => {
    fc.assert(
      fc.property(PRESIGNED, SURROUNDING, ({ text, secrets }, around) => {
        const written = JSON.stringify(findingsOf(judged({ [field]: around(text) }, [TABLES, BASELINE]), LOG_OBJECT));
        expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
      }),
    );
  });

  test("from evidence", () => {
    fc.assert(
      fc.property(PRESIGNED, ({ text, secrets }) => {
        const narrowing = { fact: "target", values: 0b1100, by: "presigned-query", detail: text } as const;
        const record = judged({ evidence: [narrowing] });
        const written = JSON.stringify(findingsOf({ ...record, contradictions: [narrowing] }, LOG_OBJECT));
        expect(written).toContain("presigned-query");
        expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
      }),
    );
  });

  test("from a malformed line", () => {
    fc.assert(
      fc.property(PRESIGNED, SURROUNDING, ({ text, secrets }, around) => {
        const malformed = { line: 1, offset: 0, bytes: 1, reason: around(text), text: around(text) };
        const written = JSON.stringify(quarantined(malformed, LOG_OBJECT));
        expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
      }),
    );
  });
});

const SECRET_NAMES = [
  "X-Amz-Signature",
  "X-Amz-Security-Token",
  "X-Amz-Credential",
  "x-amz-security-token",
  "AWSAccessKeyId",
  "Signature",
  "AccessKeyId",
  "X-Obs-Signature",
  "x-obs-security-token",
  "X-Goog-Signature",
  "GoogleAccessId",
  "x-amz-server-side-encryption-customer-key",
  "x-amz-server-side-encryption-customer-key-MD5",
  "x-amz-copy-source-server-side-encryption-customer-key",
];

/** Long enough not to stand in a finding by chance. */
const SECRET = fc.stringMatching(/^[A-Za-z0-9+/_-]{20,40}={0,2}$/);

/** Text with some characters percent-encoded, each up to three times over. */
function encoded(text: string, depths: readonly number[]): string {
  return [...text]
    .map((character, i) => {
      let written = character;
      for (let depth = depths[i % depths.length]!; depth > 0; depth--) {
        written = [...written].map((c) => (/\w/.test(c) && c !== character ? c : percent(c))).join("");
      }
      return written;
    })
    .join("");
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

const PARAMETER = fc
  .record({ name: fc.constantFrom(...SECRET_NAMES), secret: SECRET, depths: fc.array(fc.nat(3), { minLength: 1 }) })
  .chain(({ name, secret, depths }) =>
    fc
      .constantFrom(name, name.toLowerCase(), name.toUpperCase(), encoded(name, depths))
      .map((spelt) => ({ spelt, secret })),
  );

/** A URL with secrets, plain or itself a parameter of another URL, or an Authorization header. */
const PRESIGNED = fc.oneof(
  fc
    .record({ parameters: fc.array(PARAMETER, { minLength: 1, maxLength: 4 }), nested: fc.nat(3) })
    .map(({ parameters, nested }) => {
      const query = parameters
        .map(({ spelt, secret }) => `${spelt}=${encodeURIComponent(secret)}&Expires=17`)
        .join("&");
      let text = `https://photos.example/k?${query}`;
      for (let i = 0; i < nested; i++) text = `https://proxy.example/?to=${encodeURIComponent(text)}&n=1`;
      return { text, secrets: parameters.flatMap(({ secret }) => written(secret)) };
    }),
  fc
    .record({ scheme: fc.constantFrom("AWS", "OBS", "aws"), id: SECRET, secret: SECRET })
    .map(({ scheme, id, secret }) => ({
      text: `${scheme} ${id}:${secret}`,
      secrets: [...written(id), ...written(secret)],
    })),
);

/** A secret as it is, and as encoding it up to four times writes it. */
function written(secret: string): string[] {
  const spellings = [secret];
  for (let i = 0; i < 4; i++) spellings.push(encodeURIComponent(spellings.at(-1)!));
  return [...new Set(spellings)];
}

const SURROUNDING = fc
  .record({
    before: fc.oneof(fc.string(), fc.constantFrom("Signature=", 'x" - "', "?q=1&", "Credential%3D", "%")),
    gap: fc.constantFrom(" ", "&", '"', "?", "("),
    after: fc.string(),
  })
  .map(
    ({ before, gap, after }) =>
      (text: string) =>
        `${before}${gap}${text} ${after}`,
  );
