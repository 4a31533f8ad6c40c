import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { accessLogLine, OVER_HTTP } from "../support/access-log.ts";
import { sealwatch } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();

it("prints each record and malformed line, in the order of the input", async () => {
  const log = join(folder, "a.log");
  const lines = [
    accessLogLine(),
    "cut short",
    accessLogLine({ ...OVER_HTTP, requestId: "OPEN", key: "x%253Dy+z" }),
    accessLogLine({ operation: "S3.EXPIRE.OBJECT", remoteIp: "-", requester: "AmazonS3", ...OVER_HTTP, uri: "-" }),
    accessLogLine({ operation: "REST.COPY.OBJECT", signature: "SigV2" }),
  ];
  writeFileSync(log, lines.join("\r\n"));
  const { code, stdout, stderr } = await sealwatch(["explain", log]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const ANY = ["none", "SSE-S3", "SSE-KMS", "SSE-C"];
  const common = { object: log, bucket: "records", missing: [], evidence: [], contradictions: [] };
  expect(
    stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      ...common,
      line: 1,
      verdict: "compliant",
      interface: "GetObject",
      requestId: "3E57427F3EXAMPLE",
      key: "a/b.txt",
      transport: ["HTTPS"],
      tls: ["TLSv1.3"],
      signature: ["V4"],
      encryption: { source: [], target: ANY },
      policies: [{ id: "obs-sse", verdict: "compliant", rules: ["sse-c.get-object", "sse-kms.get-object"] }],
      reason: "no possibility that the evidence leaves open breaks a rule",
    },
    {
      ...common,
      line: 2,
      offset: lines[0]!.length + 2,
      bytes: 9,
      verdict: "malformed",
      interface: null,
      requestId: null,
      bucket: null,
      key: null,
      transport: [],
      tls: [],
      signature: [],
      encryption: { source: [], target: [] },
      policies: [],
      reason: "the bucket is missing or cut short",
    },
    {
      ...common,
      line: 3,
      verdict: "indeterminate",
      interface: "GetObject",
      requestId: "OPEN",
      key: "x=y z",
      transport: ["HTTP"],
      tls: [],
      signature: ["V4"],
      encryption: { source: [], target: ANY },
      policies: [{ id: "obs-sse", verdict: "indeterminate", rules: ["sse-c.get-object", "sse-kms.get-object"] }],
      missing: ["target"],
      reason: "some possibilities that the evidence leaves open break a rule, and some do not",
    },
    {
      ...common,
      line: 4,
      verdict: "not-covered",
      interface: null,
      requestId: "3E57427F3EXAMPLE",
      key: "a/b.txt",
      transport: [],
      tls: [],
      signature: [],
      encryption: { source: [], target: [] },
      policies: [{ id: "obs-sse", verdict: "not-covered", rules: [] }],
      reason: "crossed no network: lifecycle, log delivery, half of a copy, or the service itself",
    },
    {
      ...common,
      line: 5,
      verdict: "indeterminate",
      interface: "CopyObject",
      requestId: "3E57427F3EXAMPLE",
      key: "a/b.txt",
      transport: ["HTTPS"],
      tls: ["TLSv1.3"],
      signature: ["V2"],
      encryption: { source: ANY, target: ANY },
      policies: [
        {
          id: "obs-sse",
          verdict: "indeterminate",
          rules: ["copy-object.none-to-sse-kms", "copy-object.sse-kms-to-sse-kms", "copy-object.sse-c-to-sse-kms"],
        },
      ],
      missing: ["target"],
      reason: "some possibilities that the evidence leaves open break a rule, and some do not",
    },
  ]);
});

it("gives every policy its own verdict, and the worst as the headline", async () => {
  const log = join(folder, "b.log");
  writeFileSync(log, `${accessLogLine({ operation: "REST.GET.BUCKET", ...OVER_HTTP })}\n`);
  const { stdout } = await sealwatch(["explain", log, "--policy", "obs-sse", "--policy", "transport-baseline"]);
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: "violation",
    interface: "Other",
    policies: [
      { id: "obs-sse", verdict: "not-covered", rules: [] },
      { id: "transport-baseline", verdict: "violation", rules: ["baseline.any-request"] },
    ],
  });
});

it("agrees with scan on every count", async () => {
  const args = ["examples/logs", "--inventory", "examples/inventory"];
  const explained = (await sealwatch(["explain", ...args])).stdout.trimEnd().split("\n");
  const counts: Record<string, number> = {};
  for (const line of explained) {
    const { verdict } = JSON.parse(line) as { verdict: string };
    counts[verdict] = (counts[verdict] ?? 0) + 1;
  }
  const { verdicts, malformed } = JSON.parse((await sealwatch(["scan", ...args, "--output", "json"])).stdout);
  expect(counts).toEqual({
    compliant: verdicts.compliant,
    violation: verdicts.violation,
    indeterminate: verdicts.indeterminate,
    "not-covered": verdicts.notCovered,
    malformed,
  });
});
