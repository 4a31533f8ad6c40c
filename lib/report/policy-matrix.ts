import {
  ANY_ENCRYPTION,
  ANY_SIGNATURE,
  ENCRYPTIONS,
  HTTPS,
  INTERFACES,
  members,
  SIGNATURES,
  TRANSPORTS,
  transportNames,
} from "../facts.ts";
import type { Rule, Table } from "../policy/policy.ts";
import { printable } from "./printable.ts";

const TITLES = ["interface", "encryption", "transport", "signature", "severity"];
/** The longest words of a row side by side. */
const NARROWEST = 80;
const INDENT = 2;
const GAP = 2;

/**
 * A decision table as text for people: one block for each document table that the rules cite, one row for each rule,
 * its id below. Lines fit `columns`, or 80 where that is less.
 */
export function policyMatrix(policy: Table, columns: number): string {
  const width = Math.max(columns, NARROWEST);
  const widths = fit([TITLES, ...policy.rules.map(cellsOf)], width - INDENT);
  const lines = [
    ...wrap(`${printable(policy.id)}: ${policy.rules.length === 1 ? "1 rule" : `${policy.rules.length} rules`}`, width),
    policy.digest,
  ];
  for (const [document, rules] of Map.groupBy(policy.rules, ({ cite }) => placeOf(cite).document)) {
    lines.push("", ...wrap(printable(document), width), ...beside(TITLES, widths));
    for (const rule of rules) {
      const { row } = placeOf(rule.cite);
      const caption = row === "" ? rule.id : `${rule.id} · ${printable(row)}`;
      lines.push(...beside(cellsOf(rule), widths), ...indented(wrap(caption, width - 2 * INDENT), 2 * INDENT));
    }
  }
  return `${lines.join("\n")}\n`;
}

/** `Handbook, Table 3, row 1 (a to b)` is `row 1 (a to b)` of `Handbook, Table 3`. */
function placeOf(cite: string): { document: string; row: string } {
  const at = cite.search(/, row \d/);
  return at < 0 ? { document: cite, row: "" } : { document: cite.slice(0, at), row: cite.slice(at + 2) };
}

function cellsOf(rule: Rule): string[] {
  const target = encryption(rule.target);
  return [
    rule.interfaces === (1 << INTERFACES.length) - 1 ? "any" : either(members(rule.interfaces, INTERFACES)),
    rule.source === null ? target : `${encryption(rule.source)} → ${target}`,
    transport(rule.transport),
    rule.signature === ANY_SIGNATURE ? "any" : either(members(rule.signature, SIGNATURES)),
    rule.severity,
  ];
}

function encryption(bits: number): string {
  return bits === ANY_ENCRYPTION ? "any" : either(members(bits, ENCRYPTIONS));
}

function transport(bits: number): string {
  const [lowest] = members(bits & HTTPS, TRANSPORTS);
  const since = lowest === undefined || lowest === "TLSv1.0" ? "" : ` from ${lowest.replace("v", " ")}`;
  return either(transportNames(bits)) + since;
}

function either(names: readonly string[]): string {
  return names.join(" or ");
}

/** Every column gets its longest word; what is left goes to those that need least to show their cells on one line. */
function fit(rows: readonly string[][], columns: number): number[] {
  const longest = (texts: string[]) => Math.max(...texts.map((text) => text.length));
  const widths = TITLES.map((_, i) => longest(rows.flatMap((row) => row[i]!.split(" "))));
  const needs = TITLES.map((_, i) => longest(rows.map((row) => row[i]!)) - widths[i]!);
  let spare = columns - widths.reduce((sum, width) => sum + width + GAP, -GAP);
  const frugalFirst = [...needs.keys()].toSorted((a, b) => needs[a]! - needs[b]!);
  for (const i of frugalFirst) {
    const more = Math.min(spare, needs[i]!);
    widths[i]! += more;
    spare -= more;
  }
  return widths;
}

/** Cells side by side, each wrapped within its column. */
function beside(cells: readonly string[], widths: readonly number[]): string[] {
  const wrapped = cells.map((cell, i) => wrap(cell, widths[i]!));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  const lines = Array.from({ length: height }, (_, n) =>
    wrapped
      .map((cell, i) => (cell[n] ?? "").padEnd(widths[i]! + GAP))
      .join("")
      .trimEnd(),
  );
  return indented(lines, INDENT);
}

function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => " ".repeat(by) + line);
}

/** Breaks text between words, and words that are longer than a line wherever the line ends. */
function wrap(text: string, width: number): string[] {
  const pieces = text.split(/\s+/).flatMap((word) => word.match(new RegExp(`.{1,${width}}`, "gu")) ?? []);
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + piece.length <= width) lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(piece);
  }
  return lines;
}
