const key = (n: number) => `arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890a${n}`;

/** Of log buckets and inventories. */
export const LOG_KEYS = [key(1), key(2)] as const;

/** `count` names of `length` characters. */
export function bucketNames(count: number, length: number): string {
  return Array.from({ length: count }, (_, i) => String(i).padStart(length, "logs-")).join(",");
}

export const LEAST = { LogBuckets: "my-logs" };

export const EVERYTHING = {
  LogBuckets: "my-logs, other-logs,acme-logs-*",
  OtherObjects: "my-logs/AWSLogs/*/elasticloadbalancing/*,other-logs/inventory/*",
  LogKeyArns: LOG_KEYS.join(","),
  LogTopicArns: "arn:aws:sns:eu-central-1:111122223333:log-objects,arn:aws:sns:eu-central-1:444455556666:their-logs",
  InventoryBuckets: "inventories,their-inventories",
  Policies: "obs-sse,policies/ours.csv",
  Exceptions: "policies/exceptions.csv",
  AlertEmail: "security@example.com",
  SeverityThreshold: "low",
  AlertWindowMinutes: "60",
  RetentionDays: "400",
  LogRetentionDays: "365",
  KmsKeyArn: key(3),
  AuditConcurrency: "40",
  BulkConcurrency: "20",
  ReservedConcurrency: "60",
};
