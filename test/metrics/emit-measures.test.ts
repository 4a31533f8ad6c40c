import { Metrics } from "@aws-lambda-powertools/metrics";
import { expect, test, vi } from "vitest";
import type { Measure } from "../../lib/metrics/audit-measures.ts";
import { emitMeasures } from "../../lib/metrics/emit-measures.ts";

function emitted(measures: readonly Measure[]): unknown[] {
  vi.stubEnv("POWERTOOLS_DEV", "false");
  const written: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(`${text}`) > 0);
  vi.useFakeTimers({ now: 1770382806000 });
  try {
    emitMeasures(new Metrics({ namespace: "Sealwatch", serviceName: "sealwatch-dev" }), measures);
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
  return written.map((line) => JSON.parse(line));
}

function header(dimensions: string[], ...metrics: [string, string][]) {
  return {
    Timestamp: 1770382806000,
    CloudWatchMetrics: [
      {
        Namespace: "Sealwatch",
        Dimensions: [dimensions],
        Metrics: metrics.map(([Name, Unit]) => ({ Name, Unit })),
      },
    ],
  };
}

const GET_RULE = { rule: "sse-c.get-object", severity: "critical" } as const;
const PUT_RULE = { rule: "sse-kms.put-object", severity: "high" } as const;

test("one line with every object's values, and one with the sum for each rule", () => {
  const measures: Measure[] = [
    { name: "Records", unit: "Count", value: 5 },
    { name: "Lag", unit: "Milliseconds", value: 100 },
    { name: "Violations", unit: "Count", value: 3, rule: GET_RULE },
    { name: "Violations", unit: "Count", value: 1, rule: PUT_RULE },
    { name: "Records", unit: "Count", value: 7 },
    { name: "Violations", unit: "Count", value: 4, rule: GET_RULE },
  ];
  expect(emitted(measures)).toEqual([
    {
      _aws: header(["service"], ["Records", "Count"], ["Lag", "Milliseconds"]),
      service: "sealwatch-dev",
      Records: [5, 7],
      Lag: 100,
    },
    {
      _aws: header(["service", "rule", "severity"], ["Violations", "Count"]),
      service: "sealwatch-dev",
      ...GET_RULE,
      Violations: 7,
    },
    {
      _aws: header(["service", "rule", "severity"], ["Violations", "Count"]),
      service: "sealwatch-dev",
      ...PUT_RULE,
      Violations: 1,
    },
  ]);
});

test("nothing measured, nothing printed", () => {
  expect(emitted([])).toEqual([]);
});

test("no line has more than the 100 values that CloudWatch takes of a metric", () => {
  const lines = emitted(Array.from({ length: 250 }, (_, value) => ({ name: "Bytes", unit: "Bytes", value })));
  const values = lines.map((line) => (line as { Bytes: number[] }).Bytes);
  expect(values.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(values.flat()).toEqual(Array.from({ length: 250 }, (_, i) => i));
});
