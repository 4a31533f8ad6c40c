import fc from "fast-check";
import { expect, test } from "vitest";
import { emailOf } from "../../lib/alerts/email.ts";
import { createAlertGroups, groupFindings } from "../../lib/alerts/group-findings.ts";
import { finding, HOUR, MORNING } from "./findings.ts";
import { hostileGroups } from "./hostile-texts.ts";

const ID = "0123456789abcdef0123456789abcdef";

test("an alert reads like this", () => {
  const findings = [
    finding({
      severity: 5,
      exposure: "exposed",
      remedy:
        "Treat the customer key as known to others: rotate it, and re-encrypt the object with the new key; have the client use HTTPS.",
    }),
    finding({ uid: "01", time: MORNING + 60_000, verdict: "indeterminate", exposure: "possible" }),
    finding({ uid: "02", time: MORNING + 120_000, title: `PutObject of s3://photos/${"long/".repeat(20)}` }),
  ];
  const groups = createAlertGroups({ windowMs: HOUR, maxSamples: 2 });
  for (const one of findings) groups.add(one);
  expect(emailOf(groups.groups()[0]!, ID)).toEqual({
    subject: "[Sealwatch] CRITICAL: 2 requests broke rule sse-c.put-object in bucket photos, and 1 more may have",
    text: `\
CRITICAL: 2 requests broke rule sse-c.put-object in bucket photos, and 1 more
may have.
1 request sent a customer key (SSE-C) over plain HTTP: the key is exposed.
1 request may have sent a customer key over plain HTTP.

Policy     obs-sse
Rule       SSE-C uploads use HTTPS.
Requester  arn:aws:iam::111122223333:user/ann
First      2026-02-06 08:30:15 UTC
Last       2026-02-06 08:32:15 UTC

What to do
  Treat the customer key as known to others: rotate it, and re-encrypt the
  object with the new key; have the client use HTTPS.
  Have the client use HTTPS.

Requests (2 of 3)
  2026-02-06 08:30:15 UTC, served, from 192.0.2.3, request 3E57427F3EXAMPLE
    PutObject of s3://photos/cat.jpg over HTTP with signature V4
    in s3://my-logs/2026-02-06-09-00-00-ABC line 7
  2026-02-06 08:31:15 UTC, served, from 192.0.2.3, request 3E57427F3EXAMPLE
    PutObject of s3://photos/cat.jpg over HTTP with signature V4
    in s3://my-logs/2026-02-06-09-00-00-ABC line 7

Alert ${ID}
`,
  });
});

test("findings without an alert of their own share one like this", () => {
  const groups = createAlertGroups({ windowMs: HOUR, maxGroups: 0 });
  groups.add({ ...finding({ verdict: "indeterminate" }), evidences: [] });
  expect(emailOf(groups.groups()[0]!, ID)).toEqual({
    subject: "[Sealwatch] HIGH: 1 request may have broken rules, in more groups than have an alert of their own",
    text: `\
HIGH: 1 request may have broken rules, in more groups than have an alert of
their own.

First      2026-02-06 08:30:15 UTC
Last       2026-02-06 08:30:15 UTC

What to do
  Have the client use HTTPS.

Requests
  2026-02-06 08:30:15 UTC, unknown
    PutObject of s3://photos/cat.jpg over HTTP with signature V4

Alert ${ID}
`,
  });
});

test("what the log does not say is said so", () => {
  const bare = { ...finding(), evidences: [], resources: [], compliance: { control: "account-posture", status_id: 3 } };
  const [group] = groupFindings([bare], HOUR);
  expect(emailOf(group!, ID).text.split("\n").slice(0, 5)).toEqual([
    "HIGH: 1 request broke rule account-posture outside any bucket.",
    "",
    "Policy     account-posture",
    "Rule       account-posture",
    "Requester  not in the log",
  ]);
});

test.each([
  { title: "a http://evil.example/x b", line: "    a http[:]//evil.example/x b" },
  { title: "a HTTPS://evil.example b", line: "    a HTTPS[:]//evil.example b" },
  { title: "a www.evil.example b", line: "    a www[.]evil.example b" },
  { title: `${"x".repeat(76)}www.evil.example`, line: "    www[.]evil.example" },
  { title: "a root@evil.example b", line: "    a root[@]evil.example b" },
  { title: "s3://logs/http://evil", line: "    s3://logs/http[:]//evil" },
  { title: "a\r\n\u202eb\u0000", line: "    a\\u{d}\\u{a}\\u{202e}b\\u{0}" },
  { title: `${"x".repeat(75)}😀y`, line: `    ${"x".repeat(75)}` },
])("$title stands as $line", ({ title, line }) => {
  const [group] = groupFindings([finding({ title })], HOUR);
  expect(emailOf(group!, ID).text.split("\n")).toContain(line);
});

test("hostile text changes neither lines nor links", () => {
  fc.assert(
    fc.property(hostileGroups, (groups) => {
      for (const group of groups) {
        const { subject, text } = emailOf(group, ID);
        expect(subject).toMatch(/^\[Sealwatch\] [ -~]{1,87}$/);
        expect(text).toMatch(/^(?:[^\n]{0,80}\n)+$/);
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(`${subject}\n${text}`).not.toMatch(/https?:\/\/|\bwww\.|@evil/i);
      }
    }),
  );
});
