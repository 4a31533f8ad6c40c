import type { Alert } from "./alert.ts";
import { type AlertGroup, countOf } from "./alert-group.ts";
import { chatNotificationOf } from "./chat.ts";
import { emailOf } from "./email.ts";
import { type AlertAttributes, messageAttributes } from "./message-attributes.ts";

/** A message to an SNS topic. */
export interface TopicMessage {
  Subject?: string;
  Message: string;
  MessageAttributes: AlertAttributes;
}

/** SNS asks for less than 100. */
const LONGEST_SUBJECT = 99;

/** An alert as a mail, for people and for whoever filters by its attributes. */
export function mailOf({ group, id, before }: Alert): TopicMessage {
  const { subject, text } = emailOf(group, id);
  const MessageAttributes = messageAttributes(group);
  if (before === null) return { Subject: subject, Message: text, MessageAttributes };
  const Subject = subject.replace("] ", "] Update, ").slice(0, LONGEST_SUBJECT).trimEnd();
  return { Subject, Message: `${updateOf(before)}\n\n${text}`, MessageAttributes };
}

/** An alert for the chat topic. */
export function chatOf({ group, id, before }: Alert): TopicMessage {
  const notification = chatNotificationOf(group, before === null ? id : `${id}-${countOf(group)}`);
  if (before !== null) {
    notification.content.description = `${updateOf(before)}\n${notification.content.description}`;
  }
  return { Message: JSON.stringify(notification), MessageAttributes: messageAttributes(group) };
}

function updateOf(before: AlertGroup): string {
  const what = before.of?.isSetting ? "findings" : "requests";
  return `The window is over. The alert before told of ${countOf(before).toLocaleString("en-US")} of these ${what}.`;
}
