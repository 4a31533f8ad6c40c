import { expect, test, vi } from "vitest";
import { logBuckets } from "../../lib/log-buckets.ts";
import { readPostures } from "../../lib/posture/read-postures.ts";
import { s3Client } from "../../lib/s3/client.ts";
import { CREDENTIALS, type S3Server, startS3 } from "../support/s3-server.ts";

const DEFAULT = (by: string) =>
  `<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${by}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>`;
const LOGGED = "<LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>photos/</TargetPrefix></LoggingEnabled>";
const TLS_ONLY = JSON.stringify({
  Statement: {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: "*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  },
});

async function start(...buckets: string[]): Promise<S3Server> {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
  return startS3(...buckets);
}

function read(s3: S3Server, entries: string[] = []) {
  const asked: (string | undefined)[] = [];
  const clientFor = (region: string | undefined) => {
    asked.push(region);
    return s3Client({ endpoint: s3.endpoint, ...(region && { region }), maxAttempts: 1 });
  };
  return {
    asked,
    postures: readPostures({ clientFor, isLogBucket: logBuckets(entries) }).then((all) => Object.fromEntries(all)),
  };
}

test("the settings of every bucket are read, each in its region", async () => {
  const s3 = await start("photos", "bare", "logs", "films", "findings");
  s3.settings.set("photos", { region: "eu-west-1", logging: LOGGED, encryption: DEFAULT("AES256"), policy: TLS_ONLY });
  s3.settings.set("films", { region: "us-east-2", encryption: DEFAULT("aws:kms") });
  s3.settings.set("logs", { encryption: DEFAULT("aws:kms:dsse") });
  s3.settings.set("findings", { encryption: DEFAULT("aws:later") });
  const { asked, postures } = read(s3, ["findings"]);
  const off = { status: "fail", detail: "server access logging is off" };
  const holds = { status: "pass", detail: "it holds logs" };
  const by = (name: string) => ({ status: "pass", detail: `the default encryption is ${name}` });
  const open = { status: "fail", detail: "there is no bucket policy" };
  const none = { status: "fail", detail: "there is no default encryption" };
  expect(await postures).toEqual({
    bare: { "access-logging": off, "default-encryption": none, "tls-only": open },
    films: { "access-logging": off, "default-encryption": by("SSE-KMS"), "tls-only": open },
    findings: { "access-logging": holds, "default-encryption": by("aws:later"), "tls-only": open },
    logs: { "access-logging": holds, "default-encryption": by("DSSE-KMS"), "tls-only": open },
    photos: {
      "access-logging": { status: "pass", detail: "logs go to s3://logs/photos/" },
      "default-encryption": by("SSE-S3"),
      "tls-only": { status: "pass", detail: "the bucket policy denies plain HTTP" },
    },
  });
  expect([...asked].sort()).toEqual(["eu-west-1", "us-east-2", undefined, undefined, undefined, undefined]);
  // Five buckets are three pages, and three settings each.
  expect(s3.count("ListBuckets")).toBe(3);
  expect(s3.requests).toHaveLength(3 + 15);
});

test("log buckets may be given by a name's beginning", async () => {
  const s3 = await start("acme-logs-eu", "acme-logs", "my-acme-logs-eu");
  const postures = await read(s3, ["acme-logs-*"]).postures;
  expect(Object.entries(postures).map(([name, posture]) => [name, posture["access-logging"].status])).toEqual([
    ["acme-logs", "fail"],
    ["acme-logs-eu", "pass"],
    ["my-acme-logs-eu", "fail"],
  ]);
});

test.each([
  [403, "AccessDenied"],
  [301, "PermanentRedirect"],
  [404, "NoSuchBucket"],
])("what S3 refuses to tell (%i) is unknown", async (status, code) => {
  const s3 = await start("photos");
  s3.faultOf = ({ setting }) => (setting === "ListBuckets" ? null : { status, code });
  const unknown = { status: "unknown", detail: `S3 does not tell: ${code}` };
  expect(await read(s3).postures).toEqual({
    photos: { "access-logging": unknown, "default-encryption": unknown, "tls-only": unknown },
  });
});

test("what may be another answer next time is a failure", async () => {
  const s3 = await start("photos");
  s3.faultOf = ({ setting }) => (setting === "GetBucketPolicy" ? { status: 503, code: "SlowDown" } : null);
  await expect(read(s3).postures).rejects.toThrow("as told");
  s3.faultOf = ({ setting }) => (setting === "GetBucketPolicy" ? "reset" : null);
  await expect(read(s3).postures).rejects.toThrow(/ECONNRESET|socket hang up/);
});
