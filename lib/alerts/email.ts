import { type AlertGroup, type AlertSample, countOf } from "./alert-group.ts";
import { defang } from "./defang.ts";
import { exposures, headline, sampleCount, utc, whatToDo } from "./wording.ts";

const COLUMNS = 80;
/** SNS asks for less than 100. */
const LONGEST_SUBJECT = 99;

export interface Email {
  /** Printable ASCII, at most 99 characters. */
  subject: string;
  /** Lines of at most 80 characters. */
  text: string;
}

/** An alert as a mail. Text of logs is made printable, and no link. */
export function emailOf(group: AlertGroup, id: string): Email {
  const subject = `[Sealwatch] ${group.severity.toUpperCase()}: ${headline(group)}`;
  return {
    subject: defang(subject)
      .replace(/[^\x20-\x7e]/g, "?")
      .slice(0, LONGEST_SUBJECT)
      .trimEnd(),
    text: `${[...summary(group), ...remedies(group), ...samples(group), "", `Alert ${id}`].join("\n")}\n`,
  };
}

function summary(group: AlertGroup): string[] {
  const { of } = group;
  return [
    ...wrap(`${group.severity.toUpperCase()}: ${headline(group)}.`),
    ...exposures(group).flatMap((sentence) => wrap(sentence)),
    "",
    ...(of === null
      ? []
      : [
          ...row("Policy", of.policy),
          ...row("Rule", of.title === "" ? of.rule : of.title),
          ...(of.isSetting ? [] : row("Requester", of.requester ?? "not in the log")),
        ]),
    ...(of?.isSetting
      ? row("Checked", utc(group.last))
      : [...row("First", utc(group.first)), ...row("Last", utc(group.last))]),
  ];
}

function remedies(group: AlertGroup): string[] {
  return section(
    "What to do",
    whatToDo(group).flatMap((remedy) => wrap(remedy, "  ")),
  );
}

function samples(group: AlertGroup): string[] {
  if (group.of?.isSetting)
    return section(
      "Found",
      group.samples.flatMap(({ title }) => wrap(title, "  ")),
    );
  const title = group.samples.length < countOf(group) ? `Requests (${sampleCount(group)})` : "Requests";
  return section(title, group.samples.flatMap(sampleLines));
}

function sampleLines({ time, outcome, ip, requestId, title, place }: AlertSample): string[] {
  const how = [utc(time), outcome, ...(ip ? [`from ${ip}`] : []), ...(requestId ? [`request ${requestId}`] : [])];
  return [
    ...wrap(how.join(", "), "  "),
    ...wrap(title, "    "),
    ...(place === null ? [] : wrap(`in ${place}`, "    ")),
  ];
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

const LABEL = 11;

function row(label: string, text: string): string[] {
  const [first = "", ...more] = wrap(text, " ".repeat(LABEL));
  return [`${label.padEnd(LABEL)}${first.slice(LABEL)}`, ...more];
}

/** Breaks between words, and within a word that is longer than a line. */
function wrap(text: string, indent = ""): string[] {
  const width = COLUMNS - indent.length;
  const lines: string[] = [];
  let line = "";
  for (const word of defang(text).split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (line.length > width) {
      const end = isHighSurrogate(line, width - 1) ? width - 1 : width;
      lines.push(line.slice(0, end));
      line = line.slice(end);
    }
  }
  return [...lines, line].filter((part) => part !== "").map((part) => indent + part);
}

function isHighSurrogate(text: string, i: number): boolean {
  return (text.charCodeAt(i) & 0xfc00) === 0xd800;
}
