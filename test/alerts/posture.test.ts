import { expect, test } from "vitest";
import type { AlertFinding } from "../../lib/alerts/alertable.ts";
import { chatNotificationOf } from "../../lib/alerts/chat.ts";
import { emailOf } from "../../lib/alerts/email.ts";
import { groupFindings } from "../../lib/alerts/group-findings.ts";
import { mailOf } from "../../lib/alerts/messages.ts";
import { postureFinding } from "../../lib/posture/posture-finding.ts";

const ID = "0123456789abcdef0123456789abcdef";
const TIME = Date.UTC(2026, 1, 6, 5, 15);

function groupOf(status: "fail" | "unknown", detail: string) {
  const result = { status, detail };
  const change = { bucket: "photos", check: "tls-only", activity: "Create", result, created: TIME } as const;
  const finding: AlertFinding = postureFinding(change, TIME);
  return groupFindings([finding], Number.POSITIVE_INFINITY)[0]!;
}

const failed = groupOf("fail", "the bucket policy does not deny plain HTTP");

test("an alert on a bucket's settings speaks of no request", () => {
  expect(emailOf(failed, ID)).toEqual({
    subject: "[Sealwatch] HIGH: bucket photos breaks rule posture.tls-only",
    text: `\
HIGH: bucket photos breaks rule posture.tls-only.

Policy     posture
Rule       The bucket policy must deny plain HTTP.
Checked    2026-02-06 05:15:00 UTC

What to do
  Deny everybody s3:* on the bucket and its objects in the bucket policy where
  aws:SecureTransport is false.

Found
  s3://photos: the bucket policy does not deny plain HTTP

Alert ${ID}
`,
  });
});

test("nor does it in chat, nor an update of it", () => {
  const { title, description } = chatNotificationOf(failed, ID).content;
  expect([title, ...description.split("\n")]).toEqual([
    ":red_circle: HIGH: bucket photos breaks rule posture.tls-only",
    "The bucket policy must deny plain HTTP.",
    "Checked: 2026-02-06 05:15:00 UTC",
    "Found:",
    "• `s3://photos: the bucket policy does not deny plain HTTP`",
  ]);
  const update = mailOf({ kind: "findings", id: ID, group: failed, before: failed });
  expect(update.Message).toMatch(/^The window is over. The alert before told of 1 of these findings\.\n\nHIGH: bucket/);
});

test("a setting that is not known may break the rule", () => {
  const { subject } = emailOf(groupOf("unknown", "S3 does not tell: AccessDenied"), ID);
  expect(subject).toBe("[Sealwatch] HIGH: bucket photos may break rule posture.tls-only");
});
