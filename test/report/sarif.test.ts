import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge } from "../../lib/audit.ts";
import { type SuppressedFinding, suppressed } from "../../lib/exceptions/suppressed.ts";
import { GET, HTTP, pack, SSE_C, V4 } from "../../lib/facts.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { findingsOf } from "../../lib/findings/ocsf.ts";
import type { Table } from "../../lib/policy/policy.ts";
import { openSarif } from "../../lib/report/sarif.ts";
import { RECORDS } from "../findings/arbitrary-records.ts";
import { BASELINE, judged, LOG_OBJECT, TABLES } from "../findings/judged.ts";

const text = {
  type: "object",
  required: ["text"],
  additionalProperties: false,
  properties: { text: { minLength: 1 } },
};

/** What SARIF 2.1.0 demands of the objects that are written, their properties named as the standard names them. */
const SCHEMA = {
  type: "object",
  required: ["version", "runs"],
  additionalProperties: false,
  properties: {
    $schema: { type: "string", format: "uri" },
    version: { const: "2.1.0" },
    runs: { type: "array", minItems: 1, maxItems: 1, items: { $ref: "#/$defs/run" } },
  },
  $defs: {
    run: {
      type: "object",
      required: ["tool", "results"],
      additionalProperties: false,
      properties: {
        tool: {
          type: "object",
          required: ["driver"],
          additionalProperties: false,
          properties: {
            driver: {
              type: "object",
              required: ["name"],
              additionalProperties: false,
              properties: {
                name: { const: "Sealwatch" },
                semanticVersion: { type: "string" },
                rules: { type: "array", uniqueItems: true, items: { $ref: "#/$defs/reportingDescriptor" } },
              },
            },
          },
        },
        results: { type: "array", items: { $ref: "#/$defs/result" } },
      },
    },
    reportingDescriptor: {
      type: "object",
      required: ["id"],
      additionalProperties: false,
      properties: {
        id: { type: "string" },
        shortDescription: text,
        help: text,
        defaultConfiguration: {
          type: "object",
          additionalProperties: false,
          properties: { level: { enum: ["none", "note", "warning", "error"] } },
        },
        properties: { $ref: "#/$defs/propertyBag" },
      },
    },
    result: {
      type: "object",
      required: ["message"],
      additionalProperties: false,
      properties: {
        ruleId: { type: "string" },
        ruleIndex: { type: "integer", minimum: 0 },
        level: { enum: ["none", "note", "warning", "error"] },
        message: text,
        locations: {
          type: "array",
          items: {
            type: "object",
            additionalProperties: false,
            properties: {
              physicalLocation: {
                type: "object",
                required: ["artifactLocation"],
                additionalProperties: false,
                properties: {
                  artifactLocation: {
                    type: "object",
                    additionalProperties: false,
                    properties: { uri: { type: "string", format: "uri-reference" } },
                  },
                  region: {
                    type: "object",
                    additionalProperties: false,
                    properties: { startLine: { type: "integer", minimum: 1 } },
                  },
                },
              },
            },
          },
        },
        suppressions: { type: "array", uniqueItems: true, items: { $ref: "#/$defs/suppression" } },
        partialFingerprints: { type: "object", additionalProperties: { type: "string" } },
        properties: { $ref: "#/$defs/propertyBag" },
      },
    },
    suppression: {
      type: "object",
      required: ["kind"],
      additionalProperties: false,
      properties: {
        kind: { enum: ["inSource", "external"] },
        status: { enum: ["accepted", "underReview", "rejected"] },
        justification: { type: "string" },
      },
    },
    propertyBag: {
      type: "object",
      properties: { tags: { type: "array", uniqueItems: true, items: { type: "string" } } },
    },
  },
};
const ajv = new Ajv2020({ strict: false });
formats.default(ajv);
const validate = ajv.compile(SCHEMA);

interface Run {
  tool: { driver: { rules: { id: string }[] } };
  results: { ruleId: string; ruleIndex: number; message: { text: string } }[];
}

/** The whole log, read back and checked against the standard. */
function sarifOf(
  findings: readonly (ComplianceFinding | SuppressedFinding)[],
  policies: readonly Table[] = [TABLES, BASELINE],
  hasExceptions = false,
): Run {
  const sarif = openSarif(policies, "1.2.3", hasExceptions);
  const log = JSON.parse([sarif.head, ...findings.map((finding) => sarif.result(finding)), sarif.tail].join(""));
  validate(log);
  expect(validate.errors ?? []).toEqual([]);
  const [run] = log.runs;
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
  return run;
}

test("no finding, no result", () => {
  expect(sarifOf([])).toMatchObject({ tool: { driver: { semanticVersion: "1.2.3" } }, results: [] });
  expect(sarifOf([], [])).toMatchObject({ tool: { driver: { rules: [] } }, results: [] });
});

test("a rule, whole", () => {
  const { rules } = sarifOf([]).tool.driver;
  expect(rules.map(({ id }) => id)).toEqual([
    "tables/sse-kms.object",
    "tables/sse-c.object",
    "tables/copy.sse-c-to-any",
    "baseline/baseline.tls",
    "baseline/baseline.signed-write",
  ]);
  expect(rules[0]).toEqual({
    id: "tables/sse-kms.object",
    shortDescription: { text: "What sse-kms.object demands." },
    help: {
      text: "What sse-kms.object demands. Permitted: HTTPS with signature V4. Source: Handbook, sse-kms.object.",
    },
    defaultConfiguration: { level: "error" },
    properties: {
      policy: "tables",
      policyDigest: `sha256:${"a".repeat(64)}`,
      severity: "medium",
      "security-severity": "5.5",
      tags: ["security"],
    },
  });
});

test("where exceptions were given, each result says whether it is suppressed; elsewhere none does", () => {
  const [finding] = findingsOf(judged({}), LOG_OBJECT);
  const exception = { id: "a", rules: null, bucket: "*", key: "*", requester: "*", until: "2027-06-30", reason: "{R}" };
  const accepted = suppressed(finding!, [exception, { ...exception, id: "b", reason: "S" }]);
  const [plain] = sarifOf([finding!]).results;
  expect(plain).not.toHaveProperty("suppressions");
  const justification = "Exception a until 2027-06-30: {R}; Exception b until 2027-06-30: S";
  expect(sarifOf([finding!, accepted], [TABLES], true).results).toEqual([
    { ...plain, suppressions: [] },
    { ...plain, suppressions: [{ kind: "external", status: "accepted", justification }] },
  ]);
});

test("results, whole: an error for a violation, a warning where evidence is missing", () => {
  const violation = findingsOf(judged({ facts: pack(GET, HTTP, V4, 0, SSE_C) }), LOG_OBJECT);
  const indeterminate = findingsOf(judged({}), LOG_OBJECT);
  const uri = "s3://my-logs/logs/2026-02-06-13-00-00-ABCDEF";
  const common = {
    ruleId: "tables/sse-c.object",
    ruleIndex: 1,
    locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 7 } } }],
    partialFingerprints: { "sealwatch/v1": "e6056f0463c35ba779642721b2ad1fcd" },
  };
  const title = "GetObject of s3://photos/2026/cat.jpg over HTTP with signature V4";
  expect(sarifOf([...violation, ...indeterminate]).results).toEqual([
    {
      ...common,
      level: "error",
      message: { text: violation[0]!.finding_info.desc },
      properties: {
        title,
        verdict: "violation",
        severity: "Critical",
        outcome: "served",
        keyExposure: "exposed",
        rules: ["sse-c.object"],
        missing: [],
        facts: { transport: ["HTTP"], tls: [], signature: ["V4"], source: [], target: ["SSE-C"] },
        remediation: violation[0]!.remediation.desc,
        time: 1770381015000,
      },
    },
    {
      ...common,
      level: "warning",
      message: { text: indeterminate[0]!.finding_info.desc },
      properties: {
        title,
        verdict: "indeterminate",
        severity: "High",
        outcome: "served",
        keyExposure: "possible",
        rules: ["sse-c.object", "sse-kms.object"],
        missing: ["target"],
        facts: {
          transport: ["HTTP"],
          tls: [],
          signature: ["V4"],
          source: [],
          target: ["none", "SSE-S3", "SSE-KMS", "SSE-C"],
        },
        remediation: indeterminate[0]!.remediation.desc,
        time: 1770381015000,
      },
    },
  ]);
});

describe("where a finding stands", () => {
  test.for([
    ["local", "logs/a b.log", "logs/a%20b.log"],
    ["local", "c:x#y?z%/猫", "c%3Ax%23y%3Fz%25/%E7%8C%AB"],
    ["my-logs", "a/../b\u202e", "s3://my-logs/a/../b%E2%80%AE"],
    ["my-logs", "\ud800", "s3://my-logs/%EF%BF%BD"],
  ] as const)("%s %j", ([bucket, key, uri]) => {
    const [result] = sarifOf(findingsOf(judged({}), { ...LOG_OBJECT, bucket, key })).results;
    expect(result).toMatchObject({ locations: [{ physicalLocation: { artifactLocation: { uri } } }] });
  });
});

test("an object's key makes no link and no placeholder", () => {
  const [result] = sarifOf(
    findingsOf(judged({ key: "[x](http://evil.example) \\[y\\](z) {0} \u202e" }), LOG_OBJECT),
  ).results;
  expect(result!.message.text).toContain(
    "s3://photos/\\[x\\](http://evil.example) \\\\\\[y\\\\\\](z) {{0}} \\\\u{{202e}} over HTTP",
  );
});

test("a finding under a policy that is not in force has no place", () => {
  const [finding] = findingsOf(judged({}), LOG_OBJECT);
  expect(() => sarifOf([finding!], [BASELINE])).toThrow(
    "tables/sse-c.object: a finding names this rule, but no policy in force has it",
  );
});

test("whatever the log holds, it is one valid document with a result for each finding", () => {
  const judgeOf = { policies: [TABLES, BASELINE], resolvers: [] };
  fc.assert(
    fc.property(fc.array(RECORDS, { maxLength: 5 }), (records) => {
      const findings = records.flatMap((record) => findingsOf(judge(judgeOf, record), LOG_OBJECT));
      const { results } = sarifOf(findings);
      expect(results).toHaveLength(findings.length);
      expect(results.flatMap((result) => [...result.message.text.matchAll(/(?<!\\)(?:\\\\)*[[\]]/g)])).toEqual([]);
    }),
  );
});
