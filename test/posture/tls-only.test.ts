import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tlsOnly } from "../../lib/posture/tls-only.ts";

const ARN = "arn:aws:s3:::photos";
const BOTH = [ARN, `${ARN}/*`];
const PLAIN_HTTP = { Bool: { "aws:SecureTransport": "false" } };
const DENY = { Sid: "Tls", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: BOTH, Condition: PLAIN_HTTP };
const ALLOW = { Effect: "Allow", Principal: { AWS: "111122223333" }, Action: "s3:GetObject", Resource: `${ARN}/*` };

function statusOf(...Statement: object[]): string {
  return tlsOnly(JSON.stringify({ Version: "2012-10-17", Statement }), "photos").status;
}

describe.each<[string, object[][]]>([
  [
    "pass",
    [
      [DENY],
      [ALLOW, DENY],
      [{ ...DENY, Principal: { AWS: "*" } }],
      [{ ...DENY, Principal: { AWS: ["111122223333", "*"] } }],
      [{ ...DENY, Action: "*" }],
      [{ ...DENY, Action: ["s3:GetObject", "S3:*"] }],
      [{ ...DENY, Resource: "*" }],
      [{ ...DENY, Resource: `${ARN}*` }],
      [{ ...DENY, Resource: "arn:aws-cn:s3:::*" }],
      [
        { ...DENY, Resource: ARN },
        { ...DENY, Resource: [`${ARN}/*`] },
      ],
      [{ ...DENY, Condition: { BoolIfExists: { "AWS:SecureTransport": false } } }],
      [{ ...DENY, Condition: { Bool: { "aws:SecureTransport": ["false"] } } }],
      [{ Effect: "Deny", Principal: "*", Action: "*", Resource: "*" }],
      [{ ...DENY, Condition: {} }],
    ],
  ],
  [
    "unknown",
    [
      [{ ...DENY, Resource: ARN }],
      [{ ...DENY, Resource: [`${ARN}/*`] }],
      [{ ...DENY, Resource: [ARN, `${ARN}/private/*`] }],
      [{ ...DENY, Resource: ["arn:aws:s3:::other", "arn:aws:s3:::other/*"] }],
      [{ ...DENY, Action: ["s3:GetObject", "s3:PutObject"] }],
      [{ ...DENY, Principal: { AWS: "111122223333" } }],
      [{ ...DENY, Principal: undefined, NotPrincipal: { AWS: "111122223333" } }],
      [{ ...DENY, Action: undefined, NotAction: "s3:GetObject" }],
      [{ ...DENY, Resource: undefined, NotResource: `${ARN}/public/*` }],
      [{ ...DENY, Condition: { Bool: { "aws:SecureTransport": "false", "aws:ViaAWSService": "false" } } }],
      [{ ...DENY, Condition: { ...PLAIN_HTTP, IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } }],
      [{ ...DENY, Condition: { StringEquals: { "aws:SecureTransport": "false" } } }],
      [{ ...DENY, Condition: { Bool: { "aws:SecureTransport": "true" } } }],
      [{ ...DENY, Condition: { NumericLessThanIfExists: { "s3:TlsVersion": "1.2" } } }],
    ],
  ],
  [
    "fail",
    [
      [],
      [ALLOW],
      [{ ...ALLOW, Condition: { Bool: { "aws:SecureTransport": "true" } } }],
      [{ ...DENY, Effect: "Allow" }],
      [{ ...DENY, Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } }],
      [{ ...DENY, Condition: undefined, Action: "s3:DeleteBucket" }],
    ],
  ],
])("%s", (status, policies) => {
  test.each(policies.map((statements) => [statements]))("%j", (statements) => {
    expect(statusOf(...statements)).toBe(status);
  });
});

test.each([
  [null, "fail", "there is no bucket policy"],
  ["{", "unknown", "the bucket policy is not understood"],
  ["null", "unknown", "the bucket policy is not understood"],
  ['{"Statement":["Deny"]}', "unknown", "the bucket policy is not understood"],
  [JSON.stringify({ Statement: DENY }), "pass", "the bucket policy denies plain HTTP"],
  ["{}", "fail", "the bucket policy does not deny plain HTTP"],
])("policy %s", (policy, status, detail) => {
  expect(tlsOnly(policy, "photos")).toEqual({ status, detail });
});

/** A request over plain HTTP, and what AWS would say of it. */
interface PlainRequest {
  principal: string;
  action: string;
  resource: string;
}

const REQUESTS: PlainRequest[] = ["111122223333", "anonymous"].flatMap((principal) => [
  { principal, action: "s3:ListBucket", resource: ARN },
  { principal, action: "s3:GetObject", resource: `${ARN}/private/a` },
  { principal, action: "s3:PutObject", resource: `${ARN}/b` },
]);

const list = (value: unknown) => (Array.isArray(value) ? value : [value]) as string[];
const matches = (patterns: unknown, text: string) =>
  list(patterns).some((pattern) => new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text));

function isDenied(request: PlainRequest, statements: Record<string, unknown>[]): boolean {
  return statements.some(({ Effect, Principal, Action, Resource, Condition }) => {
    const who = typeof Principal === "string" ? Principal : (Principal as { AWS: string }).AWS;
    return (
      Effect === "Deny" &&
      matches(who, request.principal) &&
      matches(Action, request.action) &&
      matches(Resource, request.resource) &&
      conditionHolds(Condition as Record<string, Record<string, string>> | undefined)
    );
  });
}

/** Of a request over plain HTTP from 198.51.100.1: it has no TLS version. */
function conditionHolds(condition: Record<string, Record<string, string>> = {}): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, value]) => {
      if (key === "aws:SecureTransport") return value === "false";
      if (key === "s3:TlsVersion") return operator === "NumericLessThanIfExists";
      return false;
    }),
  );
}

test("pass means that every request over plain HTTP is denied, fail that some is not", () => {
  const STATEMENT = fc.record({
    Effect: fc.constantFrom("Deny", "Deny", "Allow"),
    Principal: fc.constantFrom("*", { AWS: "*" }, { AWS: "111122223333" }),
    Action: fc.constantFrom("s3:*", "*", "s3:GetObject", ["s3:GetObject", "s3:*"], ["s3:PutObject", "s3:ListBucket"]),
    Resource: fc.constantFrom(BOTH, "*", ARN, `${ARN}/*`, `${ARN}*`, `${ARN}/private/*`, "arn:aws:s3:::films/*"),
    Condition: fc.constantFrom(
      PLAIN_HTTP,
      PLAIN_HTTP,
      { Bool: { "aws:SecureTransport": "true" } },
      { NumericLessThan: { "s3:TlsVersion": "1.2" } },
      { NumericLessThanIfExists: { "s3:TlsVersion": "1.2" } },
      { ...PLAIN_HTTP, IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
      { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
    ),
  });
  fc.assert(
    fc.property(fc.array(STATEMENT, { maxLength: 4 }), (statements) => {
      const all = REQUESTS.every((request) => isDenied(request, statements));
      const status = statusOf(...statements);
      if (status !== "unknown") expect(status).toBe(all ? "pass" : "fail");
    }),
    { numRuns: 2000 },
  );
});
