import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ENCRYPTIONS } from "../../lib/facts.ts";
import { logOf, NO_TLS, s3Event } from "../sources/cloudtrail/events.ts";
import { accessLogLine, type LogLine, OVER_HTTP } from "../support/access-log.ts";
import { sealwatch } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function explained(...args: string[]) {
  const { code, stdout } = await sealwatch(["explain", ...args]);
  expect(code).toBe(0);
  const lines = stdout.trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => {
      const { object, requestId, ...rest } = JSON.parse(line);
      return [`${object.includes("trail") ? "trail" : "access"} ${requestId}`, rest];
    }),
  );
}

const BUCKET = "pay-slips";
const put = (requestId: string, fields: Partial<LogLine> = {}) =>
  accessLogLine({ ...OVER_HTTP, bucket: BUCKET, operation: "REST.PUT.OBJECT", requestId, ...fields });
const event = (requestID: string, sse: string, changes = {}) =>
  s3Event({
    ...NO_TLS,
    eventName: "PutObject",
    requestID,
    ...changes,
    additionalEventData: {
      CipherSuite: undefined,
      SSEApplied: sse,
      ...(changes as { additionalEventData?: object }).additionalEventData,
    },
  });

const ACCESS = [
  put("KEPT"),
  put("BROKEN"),
  put("CONTRADICTED"),
  put("ALONE"),
  // Over TLS, which its event does not tell.
  put("SECURE", { cipher: "TLS_AES_128_GCM_SHA256", tls: "TLSv1.3" }),
  // In order here and there, though not the same.
  put("TOLD-TWICE", { cipher: "TLS_AES_128_GCM_SHA256", tls: "TLSv1.3" }),
];
const TRAIL = [
  event("KEPT", "Default_SSE_S3"),
  event("BROKEN", "SSE_C"),
  event("CONTRADICTED", "SSE_C", { tlsDetails: { tlsVersion: "TLSv1.2" } }),
  event("SECURE", "SSE_C", { userIdentity: { invokedBy: "athena.amazonaws.com" } }),
  event("TOLD-TWICE", "Default_SSE_S3", {
    tlsDetails: { tlsVersion: "TLSv1.3" },
    additionalEventData: { SignatureVersion: "SigV2" },
  }),
];
write("both/access.log", `${ACCESS.join("\n")}\n`);
write("both/trail/x.json.gz", gzipSync(logOf(...TRAIL)));
write("alone/access.log", `${ACCESS.join("\n")}\n`);
const both = join(folder, "both");
const alone = join(folder, "alone");

const says = (id: string, what: string) =>
  `CloudTrail's event PutObject of request ${id}, 2026-02-06T10:00:00.000Z, says ${what}`;

describe("an access log and CloudTrail's log of the same requests", () => {
  it("settle each other's records, and explain tells how", async () => {
    const settled = (id: string, value: string) => [
      { fact: "target", values: [value], by: "cloudtrail-twin", detail: says(id, value) },
    ];
    const found = await explained(both);
    expect(found).toMatchObject({
      "access KEPT": { verdict: "not-covered", evidence: settled("KEPT", "SSE-S3"), contradictions: [] },
      "access BROKEN": { verdict: "violation", evidence: settled("BROKEN", "SSE-C"), contradictions: [] },
      "access CONTRADICTED": {
        verdict: "violation",
        transport: ["HTTP"],
        evidence: settled("CONTRADICTED", "SSE-C"),
        contradictions: [
          { fact: "transport", values: ["TLSv1.2"], by: "cloudtrail-twin", detail: says("CONTRADICTED", "TLSv1.2") },
        ],
      },
      "access ALONE": { verdict: "indeterminate", missing: ["target"], evidence: [], contradictions: [] },
      "access SECURE": { verdict: "compliant", evidence: [] },
      "trail SECURE": {
        verdict: "compliant",
        transport: ["HTTPS"],
        tls: ["TLSv1.3"],
        evidence: [
          {
            fact: "transport",
            values: ["TLSv1.3"],
            by: "access-log-twin",
            detail:
              "the S3 access log's record REST.PUT.OBJECT of request SECURE, 2026-02-06T00:00:38.000Z, says TLSv1.3",
          },
        ],
      },
    });
    expect(await explained(join(both, "trail"), join(both, "access.log"))).toEqual(found);
  });

  it("contradict each other where neither is a finding: explain tells, and leaves each verdict as it is", async () => {
    const contradicted = (by: string) => [expect.objectContaining({ fact: "signature", by })];
    expect(await explained(both)).toMatchObject({
      "access TOLD-TWICE": {
        verdict: "compliant",
        signature: ["V4"],
        encryption: { target: ENCRYPTIONS },
        evidence: [],
        contradictions: contradicted("cloudtrail-twin"),
      },
      "trail TOLD-TWICE": {
        verdict: "not-covered",
        signature: ["V2"],
        contradictions: contradicted("access-log-twin"),
      },
    });
  });

  it("are not joined one without the other, nor where all is read as one format", async () => {
    const open = { verdict: "indeterminate", evidence: [] };
    const expected = { "access KEPT": open, "access BROKEN": open, "access CONTRADICTED": open, "access ALONE": open };
    expect(await explained(alone)).toMatchObject(expected);
    expect(await explained(alone, "--source", "s3-access-log")).toMatchObject(expected);
  });

  it.each(["1", "2"])("are joined by scan with --jobs %s, and receipts tell that", async (jobs) => {
    const store = join(folder, `store-${jobs}`);
    const { code, stdout } = await sealwatch(["scan", both, "--output", "json", "--store", store, "--jobs", jobs]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).verdicts).toEqual({ compliant: 4, violation: 3, indeterminate: 1, notCovered: 3 });
    const twins = [expect.stringMatching(/^twins:sha256:/)];
    expect(receipts(store)).toEqual({ "s3-access-log": twins, cloudtrail: twins });
    expect(receipts(store)).toEqual(receipts(join(folder, "store-1")));
  });
});

function receipts(store: string): Record<string, string[]> {
  const names = readdirSync(join(store, "receipts"), { recursive: true, encoding: "utf8" });
  const found = names.filter((name) => name.endsWith(".json"));
  return Object.fromEntries(
    found.map((name) => {
      const { source, evidence } = JSON.parse(readFileSync(join(store, "receipts", name), "utf8"));
      return [source, evidence];
    }),
  );
}
