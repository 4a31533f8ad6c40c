import { printable } from "../report/printable.ts";
import { type AlertGroup, threadId } from "./alert-group.ts";
import { exposures, headline, sampleCount, utc, whatToDo } from "./wording.ts";

/**
 * A custom notification of Amazon Q Developer in chat applications, as far as it is filled in here.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export interface ChatNotification {
  version: "1.0";
  source: "custom";
  id: string;
  content: {
    textType: "client-markdown";
    title: string;
    description: string;
    nextSteps: string[];
    keywords: string[];
  };
  metadata: {
    /** Notifications with the same one make a thread. */
    threadId: string;
    summary: string;
    eventType: "sealwatch-alert";
    relatedResources: string[];
    additionalContext: Record<string, string>;
  };
}

/** The documentation names no limits; Slack cuts a block of text at 3000 characters. */
const LONGEST = { title: 200, text: 2500, step: 500, word: 100 };
const MAX_STEPS = 5;

const SIGN: Record<AlertGroup["severity"], string> = {
  critical: ":rotating_light:",
  high: ":red_circle:",
  medium: ":large_orange_circle:",
  low: ":large_yellow_circle:",
};

/** An alert for chat. Text of logs cannot format, link or mention anything. */
export function chatNotificationOf(group: AlertGroup, id: string): ChatNotification {
  const { of, severity } = group;
  const summary = fit(`${severity.toUpperCase()}: ${inert(headline(group))}`, LONGEST.title);
  return {
    version: "1.0",
    source: "custom",
    id,
    content: {
      textType: "client-markdown",
      title: `${SIGN[severity]} ${summary}`,
      description: fitLines(lines(group), LONGEST.text),
      nextSteps: whatToDo(group)
        .slice(0, MAX_STEPS)
        .map((step) => fit(inert(step), LONGEST.step)),
      keywords: [severity, ...(of === null ? [] : [of.rule, ...(of.bucket === null ? [] : [of.bucket])])].map((word) =>
        fit(inert(word), LONGEST.word),
      ),
    },
    metadata: {
      threadId: threadId(group),
      summary,
      eventType: "sealwatch-alert",
      relatedResources: of?.bucket == null ? [] : [fit(inert(of.bucket), LONGEST.word)],
      additionalContext: { severity, alert: id },
    },
  };
}

function lines(group: AlertGroup): string[] {
  const { of } = group;
  return [
    ...(of?.title ? [inert(of.title)] : []),
    ...exposures(group),
    ...(of?.isSetting
      ? [`Checked: ${utc(group.last)}`, "Found:", ...group.samples.map(({ title }) => `• ${code(title)}`)]
      : aboutRequests(group)),
  ];
}

function aboutRequests(group: AlertGroup): string[] {
  const { of } = group;
  return [
    ...(of === null ? [] : [`Requester: ${of.requester === null ? "not in the log" : code(of.requester)}`]),
    `First: ${utc(group.first)}, last: ${utc(group.last)}`,
    `Requests (${sampleCount(group)}):`,
    ...group.samples.map(({ time, title, ip }) => `• ${utc(time)}${ip ? ` from ${code(ip)}` : ""}: ${code(title)}`),
  ];
}

/** As many lines as there is room for: half a line could leave a code span open. */
function fitLines(all: readonly string[], longest: number): string {
  let text = "";
  for (const line of all) {
    if (text.length + 1 + line.length > longest) return `${text}\n…`;
    text = text === "" ? line : `${text}\n${line}`;
  }
  return text;
}

/** What chat programs give a meaning to in a sentence: markdown, entities, mentions, links, emoji. */
const ACTIVE = /[<>&*~`|[\]@]|:(?=\/\/|[\w+-]+:)|(?<!\w)_|_(?!\w)|\bwww\./gi;

/** A sentence that stands as it is: what would mean something to the program stands as `\u{…}`. */
function inert(text: string): string {
  return escaped(text, ACTIVE);
}

/** What has a meaning in a code span. */
const ENDS_CODE = /[<>&`]/g;

function code(text: string): string {
  return `\`${escaped(text, ENDS_CODE) || "-"}\``;
}

function escaped(text: string, marks: RegExp): string {
  const asNumber = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;
  return printable(text).replace(marks, (mark) => [...mark].map(asNumber).join(""));
}

function fit(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}
