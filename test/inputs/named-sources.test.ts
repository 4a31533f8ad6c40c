import { describe, expect, it } from "vitest";
import { createEvidence } from "../../lib/evidence/create-evidence.ts";
import type { InventoryRow } from "../../lib/evidence/inventory/row.ts";
import { SSE_C, SSE_KMS, SSE_S3, V4 } from "../../lib/facts.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { auditLog } from "../../lib/inputs/audit-log.ts";
import type { LogInput } from "../../lib/inputs/input.ts";
import { compile } from "../../lib/policy/compile.ts";
import { settleFinding } from "../../lib/settle/settle-finding.ts";
import { snapshotResolver } from "../../lib/settle/snapshot.ts";
import { TABLES } from "../findings/judged.ts";
import { COLUMNS, row, SNAPSHOT } from "../settle/inventory.ts";
import { accessLogLine, type LogLine } from "../support/access-log.ts";

/** A copy of what a customer's key encrypts takes V4, and so hangs on its source alone. */
const POLICIES = [
  compile({
    id: "copies",
    digest: `sha256:${"c".repeat(64)}`,
    rules: [{ ...TABLES.rules[2]!, source: SSE_C, target: SSE_C | SSE_KMS | SSE_S3 | 1, signature: V4 }],
  }),
];

const copy = (requestId: string, changes: Partial<LogLine> = {}) =>
  accessLogLine({
    operation: "REST.COPY.OBJECT",
    bucket: "target",
    key: "to",
    requestId,
    signature: "SigV2",
    ...changes,
  });
const half = (requestId: string, changes: Partial<LogLine> = {}) =>
  accessLogLine({ operation: "REST.COPY.OBJECT_GET", bucket: "source", key: "from", requestId, ...changes });

async function findingsIn(lines: readonly string[]): Promise<ComplianceFinding[]> {
  const input: LogInput = {
    name: "log",
    bucket: "my-logs",
    key: "log",
    size: 0,
    lastModified: 0,
    etag: async () => "",
    async *open() {
      yield Buffer.from(lines.map((line) => `${line}\n`).join(""));
    },
  };
  const findings: ComplianceFinding[] = [];
  const { problem } = await auditLog(input, {
    source: null,
    judge: { policies: POLICIES, resolvers: createEvidence().resolvers },
    evidence: [],
    onFinding: (finding) => void findings.push(finding),
  });
  expect(problem).toBeNull();
  return findings;
}

const namedIn = ({ resources = [] }: ComplianceFinding) =>
  resources.filter(({ role }) => role === "Related").map(({ uid, version }) => (version ? `${uid}?${version}` : uid));

describe("the finding of a copy whose source is open", () => {
  it.each<[string, string[], string[][]]>([
    ["names it where the read half stands before", [half("A"), copy("A")], [["s3://source/from"]]],
    ["and behind", [copy("A"), half("B", { key: "other" }), half("A", { versionId: "v1" })], [["s3://source/from?v1"]]],
    ["not by another request's half", [copy("A"), half("B")], [[]]],
    ["not where two halves differ", [copy("A"), half("A"), half("A", { key: "other" })], [[]]],
    ["not without a request id", [copy("-"), half("-")], [[]]],
    [
      "as the presigned query does, which no half is needed for",
      [
        copy("A", {
          uri: '"PUT /target/to?AWSAccessKeyId=AKIA&Signature=x&Expires=1&x-amz-copy-source=/signed/object HTTP/1.1"',
          authType: "QueryString",
        }),
      ],
      [["s3://signed/object"]],
    ],
  ])("%s", async (_, lines, named) => {
    expect((await findingsIn(lines)).map(namedIn)).toEqual(named);
  });

  it("stands behind the object's other findings, in the log's order", async () => {
    const lines = [copy("B"), copy("A"), half("A"), copy("C")];
    const told = (await findingsIn(lines)).map((finding) => [finding.metadata.original_event_uid, ...namedIn(finding)]);
    expect(told).toEqual([["B"], ["A", "s3://source/from"], ["C"]]);
  });

  it.each<[string, InventoryRow[], string]>([
    ["a violation", [row("from", SSE_C)], "violation"],
    ["closed", [row("from", SSE_S3)], "closed"],
    ["as open as it was", [], "unchanged"],
  ])("is %s once an inventory lists the source", async (_, rows, outcome) => {
    const [finding] = await findingsIn([copy("A"), half("A")]);
    expect(finding!.compliance.status).toBe("Warning");
    const snapshot = {
      manifest: "s3://inventories/source/manifest.json",
      bucket: "source",
      time: SNAPSHOT,
      digest: "sha256:0",
      columns: COLUMNS.split(", "),
    };
    const resolver = snapshotResolver(snapshot, (key) => rows.filter((listed) => listed.key === key));
    expect(settleFinding(finding!, POLICIES, resolver, SNAPSHOT).outcome).toBe(outcome);
  });
});
