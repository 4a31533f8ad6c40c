import type { AlertFinding } from "../../lib/alerts/alertable.ts";

export const MORNING = Date.UTC(2026, 1, 6, 8, 30, 15);
export const HOUR = 3_600_000;

interface Changes {
  uid?: string;
  time?: number;
  severity?: 2 | 3 | 4 | 5;
  verdict?: "violation" | "indeterminate";
  rule?: string;
  bucket?: string;
  requester?: string;
  exposure?: "exposed" | "possible";
  title?: string;
  remedy?: string;
  status?: number;
}

/** A finding as a log object's audit writes it, as far as alerts read it. */
export function finding(changes: Changes = {}): AlertFinding {
  const { uid = "00", time = MORNING, severity = 4, verdict = "violation", rule = "sse-c.put-object" } = changes;
  const { bucket = "photos", requester = "arn:aws:iam::111122223333:user/ann" } = changes;
  return {
    time,
    severity_id: severity,
    status_id: changes.status ?? 1,
    finding_info: { uid, title: changes.title ?? `PutObject of s3://${bucket}/cat.jpg over HTTP with signature V4` },
    compliance: {
      control: "obs-sse",
      status_id: verdict === "violation" ? 3 : 2,
      checks: [{ uid: rule, name: "SSE-C uploads use HTTPS." }],
    },
    remediation: { desc: changes.remedy ?? "Have the client use HTTPS." },
    resources: [
      { type: "Object", name: "cat.jpg", role: "Target" },
      { type: "Bucket", name: bucket, role: "Target" },
    ],
    evidences: [
      {
        api: { request: { uid: "3E57427F3EXAMPLE" } },
        src_endpoint: { ip: "192.0.2.3" },
        actor: { user: { uid: requester } },
        data: {
          outcome: "served",
          ...(changes.exposure && { key_exposure: changes.exposure }),
          log: { bucket: "my-logs", key: "2026-02-06-09-00-00-ABC", line: 7 },
        },
      },
    ],
  };
}
