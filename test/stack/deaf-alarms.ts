import { asList, at, type Json } from "../infra/template.ts";
import { type Deployed, deployed, type Stack } from "./deploy.ts";

/**
 * The alarms on metrics of ours that none of these would set off: another name, namespace or service.
 * @param metrics what functions printed, in the embedded metric format:
 *   https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function deafAlarms(stack: Stack, metrics: readonly Record<string, unknown>[]): string[] {
  return deployed(stack, "AWS::CloudWatch::Alarm")
    .filter(({ properties }) => properties["Namespace"] === "Sealwatch")
    .filter((alarm) => !metrics.some((metric) => hears(alarm, metric as Record<string, Json>)))
    .map(({ id }) => id);
}

function hears({ properties }: Deployed, metric: Record<string, Json>): boolean {
  const { Namespace, MetricName, Dimensions } = properties;
  const values = Object.fromEntries(asList(Dimensions).map((each) => [at(each, "Name"), at(each, "Value")]));
  const names = Object.keys(values);
  return asList(at(metric, "_aws", "CloudWatchMetrics")).some((directive) => {
    const isNamed = asList(at(directive, "Metrics")).some((each) => at(each, "Name") === MetricName);
    const sets = asList(at(directive, "Dimensions")).map((set) => asList(set).map(String));
    const isMeant = sets.some(
      (set) => set.length === names.length && set.every((name) => values[name] === metric[name]),
    );
    return at(directive, "Namespace") === Namespace && isNamed && isMeant;
  });
}
