import type { Metrics } from "@aws-lambda-powertools/metrics";
import type { Measure } from "./audit-measures.ts";

/**
 * Prints measures in the embedded metric format: one line for all of the service's, with every object's value, so that
 * percentiles are true, and one line with the sum for each rule.
 */
export function emitMeasures(metrics: Metrics, measures: readonly Measure[]): void {
  for (const { name, unit, value, rule } of measures) if (!rule) metrics.addMetric(name, unit, value);
  // Of an empty store it warns.
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  for (const { name, unit, value, rule } of sums(measures)) {
    metrics.singleMetric().addDimensions(rule).addMetric(name, unit, value);
  }
}

type RuleMeasure = Measure & Required<Pick<Measure, "rule">>;

function sums(measures: readonly Measure[]): RuleMeasure[] {
  const ofRules = measures.filter((measure): measure is RuleMeasure => measure.rule !== undefined);
  const groups = Map.groupBy(ofRules, ({ name, rule }) => JSON.stringify([name, rule.rule, rule.severity]));
  return [...groups.values()].map((same) => ({ ...same[0]!, value: same.reduce((sum, { value }) => sum + value, 0) }));
}
