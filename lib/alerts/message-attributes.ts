import { printable } from "../report/printable.ts";
import type { AlertGroup } from "./alert-group.ts";

/** What an SNS subscription's filter policy can filter alerts by. */
export type AlertAttributes = Record<"severity" | "rule" | "bucket", { DataType: "String"; StringValue: string }>;

/** Longer than any bucket's name or rule's id; what a log calls a bucket may be longer. */
const LONGEST = 256;

/** `others` stands for the rule and bucket of what is no one group, `none` for a bucket that the log does not name. */
export function messageAttributes({ severity, of }: AlertGroup): AlertAttributes {
  return {
    severity: attribute(severity),
    rule: attribute(of === null ? "others" : of.rule),
    bucket: attribute(of === null ? "others" : (of.bucket ?? "none")),
  };
}

/** SNS takes no empty value. */
function attribute(text: string): AlertAttributes["severity"] {
  return { DataType: "String", StringValue: printable(text).slice(0, LONGEST).toWellFormed() || "none" };
}
