import { type Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { LogScanned } from "../gaps/scan-logs.ts";
import type { ReceiptTotals } from "./totals-from-receipts.ts";

export function emitScan(metrics: Metrics, { unaudited, age, gaps }: LogScanned): void {
  metrics.addMetric("Unaudited", MetricUnit.Count, unaudited);
  metrics.addMetric("UnauditedAge", MetricUnit.Milliseconds, age);
  metrics.addMetric("LogGaps", MetricUnit.Count, gaps);
  metrics.publishStoredMetrics();
}

/**
 * What a day's receipts add up to, as values of that day under names of their own. To be read by their maximum: a day is
 * told of several times, and each time it is at least as complete as before.
 * @param day YYYY-MM-DD
 */
export function emitDailyTotals(metrics: Metrics, day: string, totals: ReceiptTotals): void {
  metrics.setTimestamp(Date.parse(day));
  metrics.addMetric("DailyLogObjects", MetricUnit.Count, totals.objects);
  metrics.addMetric("DailyRecords", MetricUnit.Count, totals.records);
  metrics.addMetric("DailyMalformed", MetricUnit.Count, totals.malformed);
  metrics.addMetric("DailyViolatingRecords", MetricUnit.Count, totals.verdicts.violation);
  metrics.addMetric("DailyIndeterminate", MetricUnit.Count, totals.verdicts.indeterminate);
  metrics.addMetric("DailyKeyExposures", MetricUnit.Count, totals.keyExposures);
  metrics.addMetric("DailyBytes", MetricUnit.Bytes, totals.bytes);
  metrics.publishStoredMetrics();
}
