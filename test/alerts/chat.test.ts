import fc from "fast-check";
import { expect, test } from "vitest";
import { threadId } from "../../lib/alerts/alert-group.ts";
import { chatNotificationOf } from "../../lib/alerts/chat.ts";
import { createAlertGroups, groupFindings } from "../../lib/alerts/group-findings.ts";
import { finding, HOUR } from "./findings.ts";
import { hostileGroups } from "./hostile-texts.ts";

const ID = "0123456789abcdef0123456789abcdef";

test("an alert is a custom notification", () => {
  const [group] = groupFindings([finding({ severity: 5, exposure: "exposed" })], HOUR);
  expect(chatNotificationOf(group!, ID)).toEqual({
    version: "1.0",
    source: "custom",
    id: ID,
    content: {
      textType: "client-markdown",
      title: ":rotating_light: CRITICAL: 1 request broke rule sse-c.put-object in bucket photos",
      description: `\
SSE-C uploads use HTTPS.
1 request sent a customer key (SSE-C) over plain HTTP: the key is exposed.
Requester: \`arn:aws:iam::111122223333:user/ann\`
First: 2026-02-06 08:30:15 UTC, last: 2026-02-06 08:30:15 UTC
Requests (1 of 1):
• 2026-02-06 08:30:15 UTC from \`192.0.2.3\`: \`PutObject of s3://photos/cat.jpg over HTTP with signature V4\``,
      nextSteps: ["Have the client use HTTPS."],
      keywords: ["critical", "sse-c.put-object", "photos"],
    },
    metadata: {
      threadId: threadId(group!),
      summary: "CRITICAL: 1 request broke rule sse-c.put-object in bucket photos",
      eventType: "sealwatch-alert",
      relatedResources: ["photos"],
      additionalContext: { severity: "critical", alert: ID },
    },
  });
});

test("what is no one group names neither rule nor bucket", () => {
  const groups = createAlertGroups({ windowMs: HOUR, maxGroups: 0 });
  groups.add({ ...finding({ severity: 2 }), evidences: [] });
  const [group] = groups.groups();
  const { content, metadata } = chatNotificationOf(group!, ID);
  expect(content.keywords).toEqual(["low"]);
  expect(content.description).toBe(`\
First: 2026-02-06 08:30:15 UTC, last: 2026-02-06 08:30:15 UTC
Requests (1 of 1):
• 2026-02-06 08:30:15 UTC: \`PutObject of s3://photos/cat.jpg over HTTP with signature V4\``);
  expect(metadata.relatedResources).toEqual([]);
});

test("a request without a bucket or a requester says so", () => {
  const [group] = groupFindings([{ ...finding(), evidences: [], resources: [] }], HOUR);
  const { content } = chatNotificationOf(group!, ID);
  expect(content.title).toBe(":red_circle: HIGH: 1 request broke rule sse-c.put-object outside any bucket");
  expect(content.description.split("\n")[1]).toBe("Requester: not in the log");
});

test.each([
  {
    text: "<!channel> & <@U1>",
    sentence: "\\u{3c}!channel\\u{3e} \\u{26} \\u{3c}\\u{40}U1\\u{3e}",
    code: "\\u{3c}!channel\\u{3e} \\u{26} \\u{3c}@U1\\u{3e}",
  },
  {
    text: "`*a*` ~b~ [c](d)|",
    sentence: "\\u{60}\\u{2a}a\\u{2a}\\u{60} \\u{7e}b\\u{7e} \\u{5b}c\\u{5d}(d)\\u{7c}",
    code: "\\u{60}*a*\\u{60} ~b~ [c](d)|",
  },
  {
    text: "_a_ b_c_d :tada: at 8:30",
    sentence: "\\u{5f}a\\u{5f} b_c_d \\u{3a}tada: at 8:30",
    code: "_a_ b_c_d :tada: at 8:30",
  },
  { text: "http://e www.e", sentence: "http\\u{3a}//e \\u{77}\\u{77}\\u{77}\\u{2e}e", code: "http://e www.e" },
  { text: "a\r\n\u202eb", sentence: "a\\u{d}\\u{a}\\u{202e}b", code: "a\\u{d}\\u{a}\\u{202e}b" },
  { text: "", sentence: "", code: "-" },
])("$text stands as $sentence in a sentence, as $code in code", ({ text, sentence, code }) => {
  const [group] = groupFindings([finding({ remedy: text, requester: text })], HOUR);
  const { content } = chatNotificationOf(group!, ID);
  expect(content.nextSteps).toEqual([sentence]);
  expect(content.description.split("\n")[1]).toBe(`Requester: \`${code}\``);
});

test("long texts are cut where nothing is left open", () => {
  const samples = Array.from({ length: 5 }, (_, i) =>
    finding({ uid: String(i), title: "`".repeat(250), remedy: `${i}${"r".repeat(900)}` }),
  );
  const [group] = groupFindings(samples, HOUR);
  const { content } = chatNotificationOf(group!, ID);
  expect(content.description.length).toBeLessThanOrEqual(2500);
  expect(content.description.split("\n").at(-1)).toBe("…");
  expect(content.nextSteps.map((step) => step.length)).toEqual([500, 500, 500, 500, 500]);
});

test("hostile text neither formats, links nor mentions", () => {
  fc.assert(
    fc.property(hostileGroups, (groups) => {
      for (const group of groups) {
        const { content, metadata } = chatNotificationOf(group, ID);
        const texts = [
          content.title,
          content.description,
          ...content.nextSteps,
          ...content.keywords,
          metadata.summary,
          ...metadata.relatedResources,
        ];
        for (const text of texts) expect(text).not.toMatch(/[<>&]/);
        for (const line of content.description.split("\n")) expect(line.split("`").length % 2).toBe(1);
        const prose = texts.map((text) => text.replace(/`[^`]*`/g, "")).join("\n");
        expect(prose).not.toMatch(/[*~`|[\]@]|:\/\/|\bwww\./);
        expect(prose.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }
    }),
  );
});
