import { ANY_SIGNATURE, ANY_TRANSPORT, INTERFACES, type Interface, openEncryption, V2, V4 } from "../../lib/facts.ts";
import type { Policy } from "../../lib/policy/policy.ts";
import type { LogRecord } from "../../lib/record.ts";

/** The second that the tests' requests were made in. */
export const T = Date.parse("2026-02-06T10:00:38Z");

/** A record of an interface, signed somehow, with every encryption open. */
export function recordOf(name: Interface, fields: Partial<LogRecord> = {}): LogRecord {
  return {
    line: 1,
    offset: 0,
    facts: openEncryption(INTERFACES.indexOf(name), ANY_TRANSPORT, V2 | V4),
    evidence: [],
    time: T,
    requestId: "7B4A0FABBEXAMPLE",
    operation: "REST.X.OBJECT",
    bucket: "photos",
    key: "a/cat.jpg",
    versionId: null,
    copySource: null,
    bucketOwner: "owner",
    requester: "arn:aws:iam::123456789012:user/ann",
    remoteIp: "192.0.2.3",
    uri: null,
    status: 200,
    errorCode: null,
    referer: null,
    userAgent: null,
    cipher: null,
    tlsVersion: null,
    host: null,
    authType: null,
    reason: null,
    ...fields,
  };
}

/** Facts with nothing known about an interface. */
export function unknownFacts(name: Interface): number {
  return openEncryption(INTERFACES.indexOf(name), ANY_TRANSPORT, ANY_SIGNATURE);
}

/** A policy that is never satisfied with the evidence, so that every resolver is asked. */
export const UNDECIDED: Policy = {
  id: "undecided",
  digest: "sha256:0",
  rules: [],
  verdict: () => "indeterminate",
  rulesOn: () => [],
};
