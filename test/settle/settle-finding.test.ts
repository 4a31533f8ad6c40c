import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judge } from "../../lib/audit.ts";
import type { InventoryRow } from "../../lib/evidence/inventory/row.ts";
import { COPY, GET, HTTP, HTTPS, openEncryption, PLAIN, PUT, pack, SSE_C, SSE_KMS, V2, V4 } from "../../lib/facts.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { findingsOf } from "../../lib/findings/ocsf.ts";
import { compile } from "../../lib/policy/compile.ts";
import type { Policy } from "../../lib/policy/policy.ts";
import type { LogRecord } from "../../lib/record.ts";
import { settleFinding } from "../../lib/settle/settle-finding.ts";
import { keysAsked, type Snapshot, snapshotResolver } from "../../lib/settle/snapshot.ts";
import { BASELINE, judged, LOG_OBJECT, RECORD, TABLES } from "../findings/judged.ts";
import { COLUMNS, row, SNAPSHOT } from "./inventory.ts";

const POLICIES = [TABLES, BASELINE];
/** Breaks a copy by V2 only where both objects are as it says. */
const COPIES = compile({
  id: "copies",
  digest: `sha256:${"c".repeat(64)}`,
  rules: [{ ...TABLES.rules[2]!, source: SSE_C, target: SSE_KMS, signature: V4 }],
});
const PHOTOS: Snapshot = {
  manifest: "s3://inventories/photos/daily/2026-02-07T00-00Z/manifest.json",
  bucket: "photos",
  time: SNAPSHOT,
  digest: "sha256:0",
  columns: COLUMNS.split(", "),
};
const CAT = "2026/cat.jpg";

const validate = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(new URL("../findings/compliance-finding-1.8.0.schema.json", import.meta.url), "utf8")),
);

function findingOf(record: Partial<LogRecord>, policies: readonly Policy[] = [TABLES]): ComplianceFinding {
  const [finding] = findingsOf(judged(record, policies), LOG_OBJECT);
  return finding!;
}

function evidence(rows: readonly InventoryRow[], snapshot = PHOTOS) {
  return snapshotResolver(snapshot, (key) => rows.filter((row) => row.key === key));
}

function settle(finding: ComplianceFinding, rows: readonly InventoryRow[], snapshot = PHOTOS) {
  const settled = settleFinding(finding, POLICIES, evidence(rows, snapshot), snapshot.time);
  validate(settled.finding);
  expect(validate.errors ?? []).toEqual([]);
  return settled;
}

const LISTS = `inventory of photos (snapshot 2026-02-07T00:00:00.000Z) lists s3://photos/${CAT}`;

test("a finding that turns out a violation is what an audit with the inventory would have found, as an update", () => {
  const finding = findingOf({});
  const rows = [row(CAT, SSE_C)];
  const [found] = findingsOf(judged({}, [TABLES], [evidence(rows)]), LOG_OBJECT);
  expect(found!.evidences[0].data).toMatchObject({ verdict: "violation", key_exposure: "exposed" });

  const { uid, title, desc, types, created_time, ...rest } = found!.finding_info;
  expect(JSON.stringify(settle(finding, rows))).toBe(
    JSON.stringify({
      outcome: "violation",
      finding: {
        ...found,
        activity_id: 2,
        activity_name: "Update",
        type_uid: 200302,
        type_name: "Compliance Finding: Update",
        finding_info: {
          uid: finding.finding_info.uid,
          title,
          desc,
          types,
          created_time,
          modified_time: SNAPSHOT,
          ...rest,
        },
      },
    }),
  );
  expect(uid).toBe(finding.finding_info.uid);
});

test("a finding that turns out compliant is closed", () => {
  const finding = findingOf({ facts: openEncryption(GET, HTTPS, V2) });
  const { finding_info, compliance, evidences } = finding;
  const { status_details, ...kept } = compliance;
  expect(status_details).toHaveLength(1);
  expect(settle(finding, [row(CAT, SSE_C)])).toEqual({
    outcome: "closed",
    finding: {
      ...finding,
      activity_id: 3,
      activity_name: "Close",
      type_uid: 200303,
      type_name: "Compliance Finding: Close",
      status_id: 4,
      status: "Resolved",
      finding_info: {
        ...finding_info,
        desc:
          `GetObject of s3://photos/${CAT} over HTTPS with signature V2; the object is encrypted with SSE-C. ` +
          "The server carried it out (200). It breaks no rule of policy tables.",
        types: [],
        modified_time: SNAPSHOT,
      },
      compliance: {
        ...kept,
        status_id: 1,
        status: "Pass",
        checks: compliance.checks.map((check) => ({ ...check, status_id: 1, status: "Pass" })),
      },
      remediation: { desc: "Nothing needs to be done." },
      evidences: [
        {
          ...evidences[0],
          data: {
            ...evidences[0].data,
            verdict: "compliant",
            facts: { ...evidences[0].data.facts, target: ["SSE-C"] },
            missing: [],
            evidence: [
              {
                fact: "target",
                values: ["SSE-C"],
                by: "s3-inventory",
                detail: `${LISTS} as SSE-C, last modified 2026-02-01T00:00:00.000Z`,
              },
            ],
          },
        },
      ],
    },
  });
});

test("what no rule covers is closed, too", () => {
  const { outcome, finding } = settle(findingOf({}), [row(CAT, PLAIN)]);
  expect([outcome, finding.status, finding.evidences[0].data.verdict]).toEqual(["closed", "Resolved", "not-covered"]);
  expect(finding.evidences[0].data).not.toHaveProperty("key_exposure");
});

test("a copy is settled by two inventories, one after the other", () => {
  const finding = findingOf(
    {
      facts: openEncryption(COPY, HTTPS, V2),
      operation: "REST.COPY.OBJECT",
      copySource: { bucket: "originals", key: "cat.tiff", versionId: "7" },
    },
    [COPIES],
  );
  const originals = { ...PHOTOS, bucket: "originals" };
  const first = settleFinding(finding, [COPIES], evidence([row("cat.tiff", SSE_C, { versionId: "7" })], originals), 5);
  expect(first.outcome).toBe("narrowed");
  expect([first.finding.activity_name, first.finding.status, first.finding.compliance.status]).toEqual([
    "Update",
    "New",
    "Warning",
  ]);
  const written = row(CAT, SSE_KMS, { lastModified: RECORD.time });
  const second = settleFinding(first.finding, [COPIES], evidence([written]), 6);
  expect(second.outcome).toBe("violation");
  expect(second.finding.evidences[0].data.evidence.map(({ fact, values }) => [fact, values])).toEqual([
    ["source", ["SSE-C"]],
    ["target", ["SSE-KMS"]],
  ]);
});

describe("silent", () => {
  const OPEN = findingOf({});
  const CASES: [string, ComplianceFinding, InventoryRow[], Snapshot?][] = [
    ["no row", OPEN, []],
    ["rows that differ", OPEN, [row(CAT, SSE_C), row(CAT, SSE_KMS)]],
    ["an object written after the request", OPEN, [row(CAT, SSE_C, { lastModified: RECORD.time + 1 })]],
    ["another bucket's inventory", OPEN, [row(CAT, SSE_C)], { ...PHOTOS, bucket: "films" }],
    ["a snapshot before the request", OPEN, [row(CAT, SSE_C)], { ...PHOTOS, time: RECORD.time - 1 }],
    ["a key that was redacted", findingOf({ key: "?Signature=a" }), [row("?Signature=REDACTED", SSE_C)]],
    [
      "a version that was redacted",
      findingOf({ versionId: "sig=a" }),
      [row(CAT, SSE_C, { versionId: "sig=REDACTED" })],
    ],
    ["a violation", findingOf({ facts: pack(GET, HTTP, V4, 0, SSE_C) }), [row(CAT, SSE_KMS)]],
    ["a policy that has changed", findingOf({}, [{ ...TABLES, digest: "sha256:1" }]), [row(CAT, SSE_C)]],
    ["a policy that is gone", findingOf({}, [{ ...TABLES, id: "gone" }]), [row(CAT, SSE_C)]],
  ];

  test.each(CASES)("%s", (_, finding, rows, snapshot) => {
    expect(settle(finding, rows, snapshot)).toEqual({ outcome: "unchanged", finding });
  });
});

describe("asks for", () => {
  const LATER = { time: SNAPSHOT + 1 };
  const COPIED = { facts: openEncryption(COPY, HTTP, V4), operation: "REST.COPY.OBJECT" };
  const copySource = { bucket: "photos", key: "source", versionId: null };
  const CASES: [string, Partial<LogRecord>, string[]][] = [
    ["the object", {}, [CAT]],
    ["nothing after the snapshot", LATER, []],
    ["a version, whenever it was read", { ...LATER, versionId: "7" }, [CAT]],
    ["nothing of the version without an id after the snapshot", { ...LATER, versionId: "null" }, []],
    ["both objects of a copy", { ...COPIED, copySource }, [CAT, "source"]],
    ["the one object of a copy that the inventory lists", { ...COPIED, bucket: "films", copySource }, ["source"]],
    ["no part of an upload", { facts: openEncryption(5, HTTP, V4) }, []],
    ["nothing of other buckets", { bucket: "films" }, []],
    ["nothing of a settled finding", { facts: pack(PUT, HTTP, V4, 0, SSE_C) }, []],
  ];

  test.each(CASES)("%s", (_, record, keys) => {
    for (const finding of findingsOf(judged(record, POLICIES), LOG_OBJECT)) {
      expect(keysAsked(finding, [TABLES], PHOTOS)).toEqual(finding.compliance.control === "tables" ? keys : []);
    }
  });
});

describe("whatever the log and the inventory say", () => {
  const KEYS = fc.constantFrom(CAT, "b");
  const VERSIONS = fc.constantFrom("null", "v1", "v2");
  const TIMES = fc.integer({ min: -3, max: 3 }).map((hours) => SNAPSHOT + hours * 3_600_000);
  const RECORDS = fc.record({
    facts: fc
      .tuple(fc.constantFrom(PUT, GET, COPY), fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 7 }))
      .map((sets) => openEncryption(...sets)),
    key: KEYS,
    versionId: fc.option(VERSIONS),
    time: TIMES,
    status: fc.constantFrom(200, 304, 403, 404, null),
    copySource: fc.option(fc.record({ bucket: fc.constant("photos"), key: KEYS, versionId: fc.option(VERSIONS) })),
  });
  const ROWS = fc.array(
    fc
      .record({
        key: KEYS,
        encryption: fc.constantFrom(0, PLAIN, SSE_KMS, SSE_C),
        versionId: VERSIONS,
        isCurrent: fc.boolean(),
        isDeleteMarker: fc.boolean(),
        lastModified: TIMES,
      })
      .map(({ key, encryption, ...changes }) => row(key, encryption, changes)),
    { maxLength: 6 },
  );

  test("a settled finding has the verdict, and as a violation the text, of an audit with the inventory", () => {
    fc.assert(
      fc.property(RECORDS, ROWS, fc.constantFrom(TABLES, BASELINE, COPIES), (record, rows, policy) => {
        const [before] = findingsOf(judged(record, [policy]), LOG_OBJECT);
        fc.pre(before !== undefined);
        const audited = judge({ policies: [policy], resolvers: [evidence(rows)] }, { ...RECORD, ...record });
        const [after] = findingsOf(audited, LOG_OBJECT);
        const { finding, outcome } = settleFinding(before!, [policy], evidence(rows), SNAPSHOT);
        expect(finding.evidences[0].data.verdict).toBe(audited.verdict);
        if (outcome === "unchanged") expect(finding).toBe(before);
        else if (after) {
          expect({ ...finding, activity_id: 1, activity_name: "Create", type_uid: 200301 }).toEqual({
            ...after,
            type_name: "Compliance Finding: Update",
            finding_info: { ...after.finding_info, modified_time: SNAPSHOT },
          });
        } else expect(finding.status).toBe("Resolved");
      }),
      { numRuns: 1000 },
    );
  });

  test("settling again changes nothing, and neither does an inventory of objects that nobody asked for", () => {
    fc.assert(
      fc.property(RECORDS, ROWS, (record, rows) => {
        for (const finding of findingsOf(judged(record, POLICIES), LOG_OBJECT)) {
          const once = settle(finding, rows).finding;
          expect(settle(once, rows)).toEqual({ outcome: "unchanged", finding: once });
          const asked = keysAsked(finding, POLICIES, PHOTOS);
          const unasked = rows.filter(({ key }) => !asked.includes(key));
          expect(settle(finding, unasked).outcome).toBe("unchanged");
        }
      }),
    );
  });
});
