import type { styleText } from "node:util";
import type { ScanResult } from "../cli/scan.ts";
import type { FactName } from "../facts.ts";
import { keyExposure } from "../findings/key-exposure.ts";
import { capitalised } from "../findings/words.ts";
import type { Policy } from "../policy/policy.ts";
import type { RuleOfPolicy } from "../stores/receipt.ts";
import { type TallyCounts, totals } from "../tally.ts";
import { liveNotes } from "./live-notes.ts";
import type { Offender } from "./offenders.ts";
import { printable } from "./printable.ts";
import { type Column, cut, table } from "./table.ts";
import { bytesText, countText, durationText, plural } from "./units.ts";

/** How many rules, requesters, buckets and lines are shown. */
const SHOWN = 8;

const MISSING: Record<FactName, string> = {
  transport: "transport",
  signature: "signature version",
  source: "encryption of a copy's source",
  target: "encryption of the object",
};

/** How many ways to get one fact are shown: they name buckets, so that there may be many. */
const SHOWN_ADVICE = 3;

type Style = Parameters<typeof styleText>[0];

/** What a scan found, for people: text of at most `width` columns, coloured if `paint` colours. */
export function summary(result: ScanResult, width: number, paint: (style: Style, text: string) => string): string {
  const all = totals(result.tally, result.policies);
  const exposures = exposedKeys(result.tally);
  const speed = result.seconds > 0 ? `, ${bytesText(result.bytes / result.seconds)}/s` : "";
  const sections = [
    [
      paint("bold", `${plural(all.records, "record")} in ${plural(result.objects, "log object")}`) +
        `, ${bytesText(result.bytes)} in ${durationText(result.seconds)}${speed}`,
    ],
    skipped(),
    digests(),
    verdicts(),
    exposures === 0
      ? []
      : wrap(
          `${plural(exposures, "request")} sent an SSE-C key over plain HTTP. The keys are exposed, also where the request was refused: rotate them, and re-encrypt what they protect.`,
        ).map((line) => paint(["red", "bold"], line)),
    rules(),
    offenders("Who", result.offenders.requesters),
    offenders("Which bucket", result.offenders.buckets),
    missing(),
    live(),
    excepted(),
    malformed(),
    unread(),
    next(),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;

  function skipped(): string[] {
    const { objects, records, verdicts, rules } = result.skipped;
    if (objects === 0) return [];
    const text = wrap(
      `Not read again, because the store has their receipts: ${plural(objects, "log object")} with ` +
        `${plural(records, "record")}, ${countText(verdicts.violation)} violation and ` +
        `${countText(verdicts.indeterminate)} indeterminate. The numbers below are without them.`,
    );
    return [...text, ...brokenRules("Rules broken there", rules)];
  }

  function digests(): string[] {
    return result.digests === 0 ? [] : wrap(`${plural(result.digests, "CloudTrail digest")} left out: no log.`);
  }

  function verdicts(): string[] {
    const lines = all.records + all.malformed;
    const rows: [string, number, Style][] = [
      ["violation", all.verdicts.violation, "red"],
      ["indeterminate", all.verdicts.indeterminate, "yellow"],
      ["compliant", all.verdicts.compliant, "green"],
      ["not-covered", all.verdicts.notCovered, "dim"],
      ["malformed", all.malformed, "magenta"],
    ];
    const bar = Math.max(width - 42, 8);
    return rows.map(([name, n, style]) => {
      const share = lines === 0 ? 0 : n / lines;
      const percent = n > 0 && share < 0.0005 ? "<0.1 %" : `${(share * 100).toFixed(1)} %`;
      const blocks = "█".repeat(n === 0 ? 0 : Math.max(1, Math.round(share * bar)));
      return `  ${paint(style, name.padEnd(13))} ${countText(n).padStart(14)} ${percent.padStart(8)}  ${paint(style, blocks)}`.trimEnd();
    });
  }

  function rules(): string[] {
    const found = all.policies.flatMap(({ id: policy, rules }) => rules.map((rule) => ({ ...rule, policy })));
    return brokenRules("Rules broken", found);
  }

  function brokenRules(title: string, rules: readonly RuleOfPolicy[]): string[] {
    const found = rules.filter(({ violation, indeterminate }) => violation + indeterminate > 0);
    found.sort((a, b) => b.violation - a.violation || b.indeterminate - a.indeterminate);
    const named = ({ policy, id }: RuleOfPolicy) => (result.policies.length > 1 ? `${policy}/${id}` : id);
    const severity = (rule: RuleOfPolicy) => severityOf(result.policies, rule);
    return counted(
      title,
      [{ title: "rule", align: "left" }, { title: "severity", align: "left" }, ...COUNTS],
      found.map((rule) => [named(rule), severity(rule), countText(rule.violation), countText(rule.indeterminate)]),
    );
  }

  function offenders(title: string, found: readonly Offender[]): string[] {
    return counted(
      title,
      [{ title: title === "Who" ? "requester" : "bucket", align: "left" }, ...COUNTS],
      found.map(({ name, violation, indeterminate }) => [name, countText(violation), countText(indeterminate)]),
    );
  }

  function counted(title: string, columns: Column[], rows: string[][]): string[] {
    if (rows.length === 0) return [];
    const [head, ...body] = table(columns, rows.slice(0, SHOWN), width);
    const more = rows.length > SHOWN ? [paint("dim", `  … and ${countText(rows.length - SHOWN)} more`)] : [];
    return [paint("bold", title), paint("dim", head!), ...body, ...more];
  }

  function missing(): string[] {
    const names = Object.keys(all.missing) as FactName[];
    if (names.length === 0) return [];
    return [
      paint("bold", "Missing evidence"),
      ...names.flatMap((name) => [
        `  ${MISSING[name]}: ${plural(all.missing[name]!, "record")}`,
        ...advice(name).flatMap((sentence) => wrap(sentence, 4).map((line) => paint("dim", line))),
      ]),
    ];
  }

  function advice(name: FactName): string[] {
    const found = result.advice.filter(({ fact }) => fact === name);
    const shown = found.slice(0, SHOWN_ADVICE);
    const rest = all.missing[name]! - shown.reduce((sum, { records }) => sum + records, 0);
    const counts = rest > 0 || shown.length > 1;
    return [
      ...shown.map(({ how, records }) => `${capitalised(how)}${counts ? ` (${plural(records, "record")})` : ""}.`),
      ...(rest > 0 ? [`… and likewise for ${plural(rest, "more record")}`] : []),
    ];
  }

  function live(): string[] {
    const notes = result.live === null ? [] : liveNotes(result.live);
    return notes.length === 0
      ? []
      : [paint("bold", "Asked live"), ...notes.slice(0, SHOWN).flatMap((note) => wrap(`${capitalised(note)}.`, 2))];
  }

  function excepted(): string[] {
    if (result.excepted === null) return [];
    const { exceptions, counts } = result.excepted;
    const all = exceptions.map(({ id, until }, i) => ({ id, until, findings: counts.byException[i]! }));
    const used = all.filter(({ findings }) => findings > 0).sort((a, b) => b.findings - a.findings);
    const unused = all.filter(({ findings }) => findings === 0).map(({ id, until }) => `${id} (until ${until})`);
    const more = unused.length > SHOWN ? `, and ${countText(unused.length - SHOWN)} more` : "";
    const title = `Excepted, and not counted for --fail-on: ${plural(counts.findings, "finding")}`;
    const rows = used.map(({ id, until, findings }) => [id, until, countText(findings)]);
    return [
      ...(rows.length > 0 ? counted(title, EXCEPTION_COLUMNS, rows) : [paint("bold", title)]),
      ...(unused.length > 0 ? wrap(`Covering nothing here: ${unused.slice(0, SHOWN).join(", ")}${more}.`, 2) : []),
    ];
  }

  function malformed(): string[] {
    if (all.malformed === 0) return [];
    return [
      paint("bold", "Malformed lines"),
      ...result.malformed
        .slice(0, 3)
        .flatMap(({ name, line, reason }) => [
          `  ${cut(printable(name), width - 12)}:${line}`,
          ...wrap(reason, 4).map((text) => paint("dim", text)),
        ]),
      ...(all.malformed > 3
        ? [paint("dim", `  … ${countText(all.malformed)} in all; --store DIR keeps each one`)]
        : []),
    ];
  }

  function unread(): string[] {
    if (result.problems.length === 0) return [];
    return [
      paint(["red", "bold"], `Not read: ${countText(result.problems.length)}`),
      ...result.problems
        .slice(0, SHOWN)
        .flatMap(({ name, message }) => [`  ${cut(printable(name), width - 2)}`, ...wrap(message, 4)]),
      ...(result.problems.length > SHOWN ? [`  … and ${countText(result.problems.length - SHOWN)} more`] : []),
    ];
  }

  function next(): string[] {
    if (all.verdicts.violation + all.verdicts.indeterminate === 0) return [];
    return wrap("Each finding: --output ndjson. Each record with its reasons: npx sealwatch explain.").map((line) =>
      paint("dim", line),
    );
  }

  function wrap(text: string, indent = 0): string[] {
    const room = width - indent;
    const lines: string[] = [];
    let line = "";
    for (const word of printable(text).split(" ")) {
      if (line !== "" && line.length + 1 + word.length > room) {
        lines.push(line);
        line = "";
      }
      line = line === "" ? cut(word, room) : `${line} ${word}`;
    }
    return [...lines, line].map((text) => " ".repeat(indent) + text);
  }
}

const COUNTS: Column[] = [
  { title: "violation", align: "right" },
  { title: "indeterminate", align: "right" },
];

const EXCEPTION_COLUMNS: Column[] = [
  { title: "exception", align: "left" },
  { title: "until", align: "left" },
  { title: "findings", align: "right" },
];

function severityOf(policies: readonly Policy[], { policy, id }: RuleOfPolicy): string {
  return policies.find((each) => each.id === policy)!.rules.find((rule) => rule.id === id)!.severity;
}

/** Requests that certainly sent an SSE-C key over plain HTTP. */
export function exposedKeys(tally: TallyCounts): number {
  return tally.facts.reduce((sum, [facts, n]) => sum + (keyExposure({ facts }) === "exposed" ? n : 0), 0);
}
