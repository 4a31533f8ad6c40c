import { expect, it } from "vitest";
import * as fields from "../../../lib/sources/cloudtrail/fields.ts";
import { readAll } from "./read-all.ts";

const { ALL_KEYS, FIELDS, fieldOf, find, membersUnder, quoted } = fields;

const PATHS = {
  EVENT_SOURCE: "eventSource",
  EVENT_NAME: "eventName",
  EVENT_TIME: "eventTime",
  EVENT_ID: "eventID",
  REQUEST_ID: "requestID",
  ERROR_CODE: "errorCode",
  SOURCE_IP: "sourceIPAddress",
  USER_AGENT: "userAgent",
  RESOURCES: "resources",
  DETAIL: "detail",
  IDENTITY_TYPE: "userIdentity.type",
  ACCOUNT_ID: "userIdentity.accountId",
  PRINCIPAL_ID: "userIdentity.principalId",
  ARN: "userIdentity.arn",
  INVOKED_BY: "userIdentity.invokedBy",
  BUCKET: "requestParameters.bucketName",
  KEY: "requestParameters.key",
  VERSION_ID: "requestParameters.versionId",
  UPLOAD_ID: "requestParameters.uploadId",
  HOST: "requestParameters.Host",
  ASKED_SSE: "requestParameters.x-amz-server-side-encryption",
  ASKED_SSE_C: "requestParameters.x-amz-server-side-encryption-customer-algorithm",
  COPY_SOURCE: "requestParameters.x-amz-copy-source",
  COPY_SOURCE_SSE_C: "requestParameters.x-amz-copy-source-server-side-encryption-customer-algorithm",
  STORED_SSE: "responseElements.x-amz-server-side-encryption",
  STORED_SSE_C: "responseElements.x-amz-server-side-encryption-customer-algorithm",
  STORED_VERSION_ID: "responseElements.x-amz-version-id",
  GIVEN_UPLOAD_ID: "responseElements.uploadId",
  SIGNATURE_VERSION: "additionalEventData.SignatureVersion",
  CIPHER_SUITE: "additionalEventData.CipherSuite",
  SSE_APPLIED: "additionalEventData.SSEApplied",
  AUTHENTICATION_METHOD: "additionalEventData.AuthenticationMethod",
  TLS_VERSION: "tlsDetails.tlsVersion",
  TLS_CIPHER_SUITE: "tlsDetails.cipherSuite",
  TLS_HOST: "tlsDetails.clientProvidedHostHeader",
} as const;

function fieldAt(path: string): number {
  const [first, second] = path.split(".") as [string, string?];
  const key = find(ALL_KEYS, ...quoted(first));
  return fieldOf(second === undefined ? key : find(membersUnder(key), ...quoted(second)));
}

it("every path is found, so that no two keys of one object share a slot", () => {
  expect(Object.keys(PATHS)).toHaveLength(FIELDS);
  const exported = new Map(Object.entries(fields));
  for (const [name, path] of Object.entries(PATHS)) {
    const field = exported.get(name);
    expect([path, fieldAt(path)]).toEqual([path, field]);
    expect([path, fieldAt(path.toUpperCase())]).toEqual([path, field]);
  }
});

it("no other key is found", () => {
  const names = Object.values(PATHS).flatMap((path) => path.split("."));
  const others = names.flatMap((name) => {
    return Array.from(name, (_, i) => [
      `${name.slice(0, i)}~${name.slice(i + 1)}`,
      name.slice(0, i),
      name.slice(i),
    ]).flat();
  });
  const unknown = new Set([...others, "a".repeat(64), "", "é".repeat(5)]);
  for (const name of names) unknown.delete(name);
  expect(unknown.size).toBeGreaterThan(500);
  for (const name of unknown) expect([name, find(ALL_KEYS, ...quoted(name))]).toEqual([name, 0]);
});

it("keys too short to be compared by words are none, wherever they stand", () => {
  expect(readAll('{"":1}').malformed).toHaveLength(1);
});
