import { accessLogLine, OVER_HTTP } from "../support/access-log.ts";
import { opsLine } from "./ceph-ops-log/ops-line.ts";
import { logOf, otherEvent, s3Event } from "./cloudtrail/events.ts";
import { obsLine } from "./obs-access-log/written.ts";

/** A small log of each format that is recognised, with how many records it holds. */
export const EVERY_FORMAT: readonly { id: string; text: string; records: number }[] = [
  { id: "s3-access-log", text: `${accessLogLine()}\n${accessLogLine(OVER_HTTP)}\n`, records: 2 },
  { id: "obs-access-log", text: `${obsLine()}\n${obsLine({ requester: "Anonymous" })}\n${obsLine()}\n`, records: 3 },
  { id: "cloudtrail", text: logOf(s3Event(), otherEvent(), s3Event({ eventName: "PutObject" })), records: 2 },
  { id: "ceph-ops-log", text: `${opsLine()}\n`, records: 1 },
];

/** What CloudTrail lays beside its logs, shortened. */
export const DIGEST = JSON.stringify({
  awsAccountId: "111122223333",
  digestStartTime: "2026-02-06T09:00:00Z",
  digestEndTime: "2026-02-06T10:00:00Z",
  digestS3Bucket: "trail",
  digestS3Object: "AWSLogs/111122223333/CloudTrail-Digest/eu-central-1/2026/02/06/111122223333_d.json.gz",
  newestEventTime: "2026-02-06T09:59:00Z",
  logFiles: [{ s3Bucket: "trail", s3Object: "AWSLogs/111122223333/CloudTrail/x.json.gz", hashAlgorithm: "SHA-256" }],
});
