import { expect, test } from "vitest";
import type { Alert } from "../../lib/alerts/alert.ts";
import { chatNotificationOf } from "../../lib/alerts/chat.ts";
import { emailOf } from "../../lib/alerts/email.ts";
import { groupFindings } from "../../lib/alerts/group-findings.ts";
import { messageAttributes } from "../../lib/alerts/message-attributes.ts";
import { chatOf, mailOf } from "../../lib/alerts/messages.ts";
import { finding } from "./findings.ts";

const [ONE] = groupFindings([finding()], Number.POSITIVE_INFINITY);
const [TWO] = groupFindings([finding(), finding({ uid: "01" })], Number.POSITIVE_INFINITY);
const FIRST: Alert = { kind: "findings", id: "0a1b", group: ONE!, before: null };
const UPDATE: Alert = { kind: "findings", id: "0a1b", group: TWO!, before: ONE! };
const NOTE = "The window is over. The alert before told of 1 of these requests.";

test("the first of a window is the alert as it is", () => {
  const { subject, text } = emailOf(ONE!, "0a1b");
  expect(mailOf(FIRST)).toEqual({ Subject: subject, Message: text, MessageAttributes: messageAttributes(ONE!) });
  const { Message, MessageAttributes } = chatOf(FIRST);
  expect(JSON.parse(Message)).toEqual(chatNotificationOf(ONE!, "0a1b"));
  expect(MessageAttributes).toEqual(messageAttributes(ONE!));
});

test("an update says so, and from where it grew", () => {
  const { subject, text } = emailOf(TWO!, "0a1b");
  const mail = mailOf(UPDATE);
  expect(mail.Subject).toBe(subject.replace("[Sealwatch] HIGH", "[Sealwatch] Update, HIGH").slice(0, 99).trimEnd());
  expect(mail.Subject!.length).toBeLessThan(100);
  expect(mail.Message).toBe(`${NOTE}\n\n${text}`);

  const notification = chatNotificationOf(TWO!, "0a1b-2");
  const { description } = notification.content;
  expect(JSON.parse(chatOf(UPDATE).Message)).toEqual({
    ...notification,
    content: { ...notification.content, description: `${NOTE}\n${description}` },
  });
});
