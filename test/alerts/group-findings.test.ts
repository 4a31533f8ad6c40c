import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlertGroup, alertId, countOf, threadId, windowOf } from "../../lib/alerts/alert-group.ts";
import { type AlertFinding, isAlertable } from "../../lib/alerts/alertable.ts";
import { createAlertGroups, groupFindings } from "../../lib/alerts/group-findings.ts";
import { HTTP, PUT, pack, SSE_C, V4 } from "../../lib/facts.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { findingsOf } from "../../lib/findings/ocsf.ts";
import { judged, LOG_OBJECT } from "../findings/judged.ts";
import { finding, HOUR, MORNING } from "./findings.ts";

const SAMPLE = {
  uid: "00",
  severity: "high",
  time: MORNING,
  title: "PutObject of s3://photos/cat.jpg over HTTP with signature V4",
  requestId: "3E57427F3EXAMPLE",
  ip: "192.0.2.3",
  outcome: "served",
  place: "s3://my-logs/2026-02-06-09-00-00-ABC line 7",
  remedy: "Have the client use HTTPS.",
};

const GROUP = {
  of: {
    policy: "obs-sse",
    rule: "sse-c.put-object",
    title: "SSE-C uploads use HTTPS.",
    bucket: "photos",
    requester: "arn:aws:iam::111122223333:user/ann",
  },
  window: Date.UTC(2026, 1, 6, 8),
  severity: "high",
  violations: 1,
  indeterminate: 0,
  keysExposed: 0,
  keysPossiblyExposed: 0,
  first: MORNING,
  last: MORNING,
  samples: [SAMPLE],
};

test("findings of one rule, bucket, requester and window are one group", () => {
  const findings = [
    finding({ uid: "02", time: MORNING + 20 * 60_000, exposure: "exposed", severity: 5 }),
    finding({ uid: "01", time: MORNING + 60_000, verdict: "indeterminate", exposure: "possible" }),
    finding(),
  ];
  expect(groupFindings(findings, HOUR)).toEqual([
    {
      ...GROUP,
      severity: "critical",
      violations: 2,
      indeterminate: 1,
      keysExposed: 1,
      keysPossiblyExposed: 1,
      last: MORNING + 20 * 60_000,
      samples: [
        { ...SAMPLE, uid: "02", severity: "critical", time: MORNING + 20 * 60_000 },
        SAMPLE,
        { ...SAMPLE, uid: "01", time: MORNING + 60_000 },
      ],
    },
  ]);
});

test.each<{ other: Parameters<typeof finding>[0] }>([
  { other: { rule: "sse-c.get-object" } },
  { other: { bucket: "films" } },
  { other: { requester: "anonymous" } },
  { other: { time: MORNING + HOUR } },
])("a finding with $other is of another group", ({ other }) => {
  expect(groupFindings([finding(), finding({ uid: "01", ...other })], HOUR)).toHaveLength(2);
});

test("without windows, requests of all times are one group", () => {
  const groups = groupFindings(
    [finding(), finding({ uid: "01", time: MORNING + 999 * HOUR })],
    Number.POSITIVE_INFINITY,
  );
  expect(groups).toEqual([
    {
      ...GROUP,
      window: null,
      violations: 2,
      last: MORNING + 999 * HOUR,
      samples: [SAMPLE, { ...SAMPLE, uid: "01", time: MORNING + 999 * HOUR }],
    },
  ]);
});

test("a finding that says hardly anything has a group all the same", () => {
  const bare: AlertFinding = {
    time: MORNING,
    severity_id: 99,
    status_id: 1,
    finding_info: { uid: "00", title: "ListBuckets over HTTP" },
    compliance: { control: "account-posture", status_id: 3 },
  };
  expect(groupFindings([bare], HOUR)).toEqual([
    {
      ...GROUP,
      of: { policy: "account-posture", rule: "account-posture", title: "", bucket: null, requester: null },
      severity: "critical",
      samples: [
        {
          uid: "00",
          severity: "critical",
          time: MORNING,
          title: "ListBuckets over HTTP",
          requestId: null,
          ip: null,
          outcome: "unknown",
          place: null,
          remedy: null,
        },
      ],
    },
  ]);
});

test("the audit's own findings are read in full", () => {
  const judgement = judged({ facts: pack(PUT, HTTP, V4, 0, SSE_C), operation: "REST.PUT.OBJECT" });
  const [written] = findingsOf(judgement, LOG_OBJECT) satisfies AlertFinding[] as ComplianceFinding[];
  const [group] = groupFindings([JSON.parse(JSON.stringify(written))], HOUR);
  expect(group).toEqual({
    of: {
      policy: "tables",
      rule: "sse-c.object",
      title: "What sse-c.object demands.",
      bucket: "photos",
      requester: "arn:aws:iam::123456789012:user/ann",
    },
    window: Date.UTC(2026, 1, 6, 12),
    severity: "critical",
    violations: 1,
    indeterminate: 0,
    keysExposed: 1,
    keysPossiblyExposed: 0,
    first: judgement.record.time,
    last: judgement.record.time,
    samples: [
      {
        uid: written!.finding_info.uid,
        severity: "critical",
        time: judgement.record.time,
        title: "PutObject of s3://photos/2026/cat.jpg over HTTP with signature V4",
        requestId: "3E57427F3EXAMPLE",
        ip: "192.0.2.3",
        outcome: "served",
        place: "s3://my-logs/logs/2026-02-06-13-00-00-ABCDEF line 7",
        remedy: written!.remediation.desc,
      },
    ],
  });
});

test("endless texts of a log are cut", () => {
  const [group] = groupFindings(
    [finding({ requester: "r".repeat(70_000), title: `${"t".repeat(254)}😀`, remedy: "h".repeat(70_000) })],
    HOUR,
  );
  expect(group!.of!.requester).toBe(`${"r".repeat(255)}…`);
  expect(group!.samples[0]!.title).toBe(`${"t".repeat(254)}😀`);
  expect(group!.samples[0]!.remedy).toHaveLength(1024);
});

describe("more groups than there is room for", () => {
  const grouped = (findings: AlertFinding[]) => {
    const groups = createAlertGroups({ windowMs: HOUR, maxGroups: 2, maxSamples: 1 });
    for (const one of findings) groups.add(one);
    return groups.groups().map(({ of, severity, violations }) => [of?.bucket ?? null, severity, violations]);
  };

  test("share one", () => {
    expect(
      grouped([
        finding({ bucket: "a" }),
        finding({ bucket: "b" }),
        finding({ bucket: "c" }),
        finding({ bucket: "d" }),
        finding({ bucket: "b" }),
      ]),
    ).toEqual([
      ["b", "high", 2],
      ["a", "high", 1],
      [null, "high", 2],
    ]);
  });

  test("leave the gravest ones theirs", () => {
    expect(
      grouped([
        finding({ bucket: "a", severity: 2 }),
        finding({ bucket: "b", severity: 3 }),
        finding({ bucket: "c", severity: 5 }),
        finding({ bucket: "a", severity: 2 }),
      ]),
    ).toEqual([
      ["c", "critical", 1],
      ["b", "medium", 1],
      [null, "low", 2],
    ]);
  });

  test("make room smallest first", () => {
    expect(
      grouped([
        finding({ bucket: "a" }),
        finding({ bucket: "a" }),
        finding({ bucket: "b" }),
        finding({ bucket: "c", severity: 5 }),
      ]),
    ).toEqual([
      ["c", "critical", 1],
      ["a", "high", 2],
      [null, "high", 1],
    ]);
  });

  test("the shared one has the latest of its windows", () => {
    const groups = createAlertGroups({ windowMs: HOUR, maxGroups: 0 });
    for (const time of [MORNING, MORNING + 5 * HOUR, MORNING + HOUR]) groups.add(finding({ time }));
    expect(groups.groups().map(({ window }) => window)).toEqual([windowOf(MORNING + 5 * HOUR, HOUR)]);
  });
});

test.each([
  { status: 1, threshold: "high", alertable: true },
  { status: 2, threshold: "low", alertable: true },
  { status: 1, threshold: "critical", alertable: false },
  { status: 3, threshold: "low", alertable: false },
  { status: 4, threshold: "low", alertable: false },
  { status: 5, threshold: "low", alertable: false },
  { status: 6, threshold: "low", alertable: false },
] as const)(
  "a high finding of status $status, threshold $threshold: $alertable",
  ({ status, threshold, alertable }) => {
    expect(isAlertable(finding({ status }), threshold)).toBe(alertable);
  },
);

test("ids tell groups and windows apart, and nothing else", () => {
  const [a] = groupFindings([finding()], HOUR);
  const [again] = groupFindings([finding({ uid: "07", severity: 5, time: MORNING + 5 })], HOUR);
  const [b] = groupFindings([finding({ bucket: "films" })], HOUR);
  expect(alertId(a!, 0)).toMatch(/^[0-9a-f]{32}$/);
  expect(alertId(again!, 0)).toBe(alertId(a!, 0));
  expect(
    new Set([alertId(a!, 0), alertId(a!, HOUR), alertId(b!, 0), alertId({ of: null }, 0), threadId(a!), threadId(b!)])
      .size,
  ).toBe(6);
  expect(alertId(a!, 0)).toBe("6966a2d7caf4906424e14c6e6ae6f80b");
});

const anyFinding = fc
  .record({
    uid: fc.integer({ min: 0, max: 1e6 }).map((n) => n.toString(16).padStart(32, "0")),
    time: fc.integer({ min: MORNING, max: MORNING + 3 * HOUR }),
    severity: fc.constantFrom(2 as const, 3 as const, 4 as const, 5 as const),
    verdict: fc.constantFrom("violation" as const, "indeterminate" as const),
    bucket: fc.constantFrom("a", "b", "c"),
    requester: fc.constantFrom("x", "y"),
  })
  .map(finding);
const findings = fc.uniqueArray(anyFinding, { selector: ({ finding_info }) => finding_info.uid, maxLength: 60 });

test("no finding is lost, however little room there is", () => {
  fc.assert(
    fc.property(findings, fc.nat(8), fc.integer({ min: 1, max: 3 }), (all, maxGroups, maxSamples) => {
      const groups = createAlertGroups({ windowMs: HOUR, maxGroups, maxSamples });
      for (const one of all) groups.add(one);
      const result = groups.groups();
      expect(result.reduce((sum, group) => sum + countOf(group), 0)).toBe(all.length);
      expect(result.length).toBeLessThanOrEqual(maxGroups + 1);
      for (const { samples } of result) expect(samples.length).toBeLessThanOrEqual(maxSamples);
      const gravest = Math.max(...all.map(({ severity_id }) => severity_id));
      if (all.length > 0)
        expect(result.some(({ severity }) => severity === ["low", "medium", "high", "critical"][gravest - 2])).toBe(
          true,
        );
    }),
  );
});

test("neither order nor parts matter while there is room", () => {
  fc.assert(
    fc.property(findings, fc.nat(60), fc.func(fc.integer()), (all, split, key) => {
      const whole = groupFindings(all, HOUR);
      const shuffled = all.toSorted((a, b) => key(a.finding_info.uid) - key(b.finding_info.uid));
      expect(groupFindings(shuffled, HOUR)).toEqual(whole);
      const merged = createAlertGroups({ windowMs: HOUR });
      const parts = [all.slice(split), all.slice(0, split)].flatMap((part) => groupFindings(part, HOUR));
      for (const part of JSON.parse(JSON.stringify(parts)) as AlertGroup[]) merged.merge(part);
      expect(merged.groups()).toEqual(whole);
    }),
  );
});

test("a storm makes few groups", () => {
  function* storm() {
    for (let i = 0; i < 200_000; i++) yield finding({ uid: String(i), time: MORNING + i, requester: `r${i % 1000}` });
  }
  const groups = groupFindings(storm(), Number.POSITIVE_INFINITY);
  expect(groups.length).toBe(51);
  expect(groups.reduce((sum, group) => sum + countOf(group), 0)).toBe(200_000);
});
