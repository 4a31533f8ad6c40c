// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies write their variables like that
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../infra/template.ts";
import { type Asked, matches } from "./policy.ts";

const ASKED: Asked = {
  action: "s3:GetObject",
  resource: "arn:aws:s3:::logs/a/b",
  context: { "aws:SecureTransport": "true", "aws:SourceArn": "arn:aws:events:eu-central-1:111122223333:rule/r" },
  service: null,
};

const ALLOW = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::logs/*" };

const isAbout = (statement: JsonObject, asked: Partial<Asked> = {}) =>
  matches({ Statement: [{ ...ALLOW, ...statement }] }, { ...ASKED, ...asked }).length > 0;

describe("a statement is about what was asked", () => {
  test.each<[JsonObject, boolean]>([
    [{}, true],
    [{ Action: ["s3:PutObject", "S3:getobject"] }, true],
    [{ Action: "s3:Get*" }, true],
    [{ Action: "s3:Get" }, false],
    [{ Action: "s3:GetObject?" }, false],
    [{ Resource: "*" }, true],
    [{ Resource: "arn:*:s3:::logs/*" }, true],
    [{ Resource: ["arn:aws:s3:::log/*", "arn:aws:s3:::logs/a/?"] }, true],
    [{ Resource: "arn:aws:s3:::logs" }, false],
    [{ Resource: "arn:aws:s3:::logs/b/*" }, false],
    [{ Resource: "arn:aws:s3:*logs/*:::" }, false],
    [{ Resource: "arn:aws:s3:::logs.a/*" }, false],
    [{ Condition: { Bool: { "aws:SecureTransport": "true" } } }, true],
    [{ Condition: { Bool: { "aws:SecureTransport": false } } }, false],
    [{ Condition: { Bool: { "aws:ViaAWSService": "true" } } }, false],
    [{ Condition: { StringEquals: { "aws:SecureTransport": ["false", "true"] } } }, true],
    [{ Condition: { StringEquals: { "aws:SecureTransport": "TRUE" } } }, false],
    [{ Condition: { StringNotEquals: { "aws:SecureTransport": ["false", "true"] } } }, false],
    [{ Condition: { StringNotEquals: { "aws:SecureTransport": "false" } } }, true],
    [{ Condition: { StringNotEquals: { "s3:signatureversion": "AWS" } } }, true],
    [{ Condition: { NumericLessThan: { "s3:TlsVersion": "1.2" } } }, false],
    [{ Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:events:*:111122223333:rule/*" } } }, true],
    [{ Condition: { ArnLike: { "aws:SourceArn": "arn:aws:events:*:*:rule/?" } } }, true],
    [{ Condition: { ArnLike: { "aws:SourceArn": "arn:aws:events:*:*:rule/" } } }, false],
    [{ Condition: { Bool: { "aws:SecureTransport": "true" }, StringEquals: { "aws:SourceAccount": "1" } } }, false],
  ])("%j: %j", (statement, value) => {
    expect(isAbout(statement)).toBe(value);
  });

  test("where the numbers are in order", () => {
    const old = { NumericLessThan: { "s3:TlsVersion": "1.2" } };
    const version = (text: string) => isAbout({ Condition: old }, { context: { "s3:TlsVersion": text } });
    expect(["1.1", "1.2", "1.3"].map(version)).toEqual([true, false, false]);
  });

  test("where it is for who asks", () => {
    const events = { Principal: { Service: ["events.amazonaws.com"] } };
    expect(isAbout(events, { service: "events.amazonaws.com" })).toBe(true);
    expect(isAbout(events, { service: "sns.amazonaws.com" })).toBe(false);
    expect(isAbout(events)).toBe(false);
    expect(isAbout({ Principal: "*" })).toBe(true);
  });

  test("where what is asked is about no one resource", () => {
    expect(isAbout({ Resource: "arn:aws:s3:::*" }, { resource: "*" })).toBe(false);
    expect(isAbout({ Resource: "*" }, { resource: "*" })).toBe(true);
  });
});

test("a match says by what it was", () => {
  const statement = { Effect: "Deny", Action: ["s3:*", "s3:Get*"], Resource: ["arn:aws:s3:::logs/a/*", "*"] };
  expect(matches({ Statement: statement }, ASKED)).toEqual([
    { effect: "Deny", action: "s3:*", resource: "arn:aws:s3:::logs/a/*" },
    { effect: "Deny", action: "s3:*", resource: "*" },
    { effect: "Deny", action: "s3:Get*", resource: "arn:aws:s3:::logs/a/*" },
    { effect: "Deny", action: "s3:Get*", resource: "*" },
  ]);
});

test.each<[JsonObject, string]>([
  [{ NotAction: "s3:GetObject" }, "NotAction: an element that is not known here"],
  [{ NotResource: "*" }, "NotResource: an element that is not known here"],
  [{ Effect: "allow" }, "allow: neither Allow nor Deny"],
  [{ Principal: { AWS: "111122223333" } }, '{"AWS":"111122223333"}: a principal that is not known here'],
  [{ Condition: { StringLike: { a: "b" } } }, "StringLike: an operator that is not known here"],
  [{ Condition: { "ForAllValues:StringEquals": { a: "b" } } }, "ForAllValues:StringEquals: an operator"],
  [{ Resource: "logs" }, "logs is no ARN"],
  [{ Condition: { ArnLike: { "aws:SourceArn": "arn:aws:events:*:rule/r" } } }, "arn:aws:events:*:rule/r is no ARN"],
  [{ Resource: "arn:aws:s3:::${aws:username}/*" }, "variables of policies are not known here"],
])("%j is not known", (statement, reason) => {
  expect(() => isAbout(statement)).toThrow(reason);
});
