import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge } from "../../lib/audit.ts";
import { GET, HTTPS, pack, SSE_C, V4 } from "../../lib/facts.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { jsonLine } from "../../lib/findings/json-line.ts";
import { findingsOf } from "../../lib/findings/ocsf.ts";
import manifest from "../../package.json" with { type: "json" };
import { RECORDS } from "./arbitrary-records.ts";
import { CASES } from "./cases.ts";
import { BASELINE, judged, LOG_OBJECT, TABLES } from "./judged.ts";

const EXPECTED = new URL("expected/", import.meta.url);
const validate = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(new URL("compliance-finding-1.8.0.schema.json", import.meta.url), "utf8")),
);

function faults(finding: ComplianceFinding): unknown {
  validate(finding);
  return validate.errors ?? [];
}

describe("findings, whole", () => {
  test.for(CASES)("$name", ({ name, record, policies, resolvers }) => {
    const expected = readFileSync(new URL(`${name}.json`, EXPECTED), "utf8").replaceAll("$VERSION", manifest.version);
    const findings = findingsOf(judged(record, policies, resolvers), LOG_OBJECT);
    expect(findings).toEqual(JSON.parse(expected));
    // The order of the fields is part of the bytes.
    expect(JSON.stringify(findings)).toBe(JSON.stringify(JSON.parse(expected)));
    expect(findings.flatMap(faults)).toEqual([]);
  });

  test("every expectation has a case", () => {
    expect(readdirSync(EXPECTED).sort()).toEqual(CASES.map(({ name }) => `${name}.json`).sort());
  });

  test("the schema refuses what is no finding", () => {
    const [finding] = findingsOf(judged({}), LOG_OBJECT);
    expect(faults({ ...finding!, surprise: true } as ComplianceFinding)).not.toEqual([]);
  });
});

test("a record that is compliant or not covered makes no finding", () => {
  expect(findingsOf(judged({ facts: pack(GET, HTTPS, V4, 0, SSE_C) }), LOG_OBJECT)).toEqual([]);
  expect(findingsOf(judged({}, []), LOG_OBJECT)).toEqual([]);
});

describe("whatever the log holds", () => {
  const HOSTILE = fc.tuple(
    RECORDS,
    fc.constantFrom("s3-access-log", "cloudtrail", "obs-access-log", "ceph-ops-log", "x"),
  );
  const POLICIES = [TABLES, BASELINE];

  test("there is one valid finding for each policy that is broken or in doubt", () => {
    fc.assert(
      fc.property(HOSTILE, ([record, sourceId]) => {
        const judgement = judge({ policies: POLICIES, resolvers: [] }, record);
        const findings = findingsOf(judgement, { ...LOG_OBJECT, sourceId });
        const bad = judgement.policies.filter(({ verdict }) => verdict === "violation" || verdict === "indeterminate");
        expect(findings.map((finding) => [finding.compliance.control, finding.evidences[0].data.verdict])).toEqual(
          bad.map(({ policy, verdict }) => [policy.id, verdict]),
        );
        expect(findings.flatMap(faults)).toEqual([]);
        expect(new Set(findings.map((finding) => finding.finding_info.uid)).size).toBe(findings.length);
      }),
    );
  });

  test("missing evidence is named exactly where the verdict is in doubt", () => {
    fc.assert(
      fc.property(HOSTILE, ([record, sourceId]) => {
        const judgement = judge({ policies: POLICIES, resolvers: [] }, record);
        for (const { compliance, evidences } of findingsOf(judgement, { ...LOG_OBJECT, sourceId })) {
          const { verdict, missing } = evidences[0].data;
          expect(missing.length > 0).toBe(verdict === "indeterminate");
          expect(compliance.status_details?.length ?? 0).toBe(missing.length);
        }
      }),
    );
  });

  test("the same record gives the same bytes, one line of visible text", () => {
    fc.assert(
      fc.property(HOSTILE, ([record, sourceId]) => {
        const lines = [record, structuredClone(record)].map((one) =>
          findingsOf(judge({ policies: POLICIES, resolvers: [] }, one), { ...LOG_OBJECT, sourceId }).map(jsonLine),
        );
        expect(lines[0]).toEqual(lines[1]);
        for (const line of lines[0]!) expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
