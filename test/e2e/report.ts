import { expectedOf, ROWS, truthOf } from "./expected.ts";
import { isServed, type Sent } from "./sent.ts";

/** How often one row of the tables was exercised. */
export interface Exercised {
  id: string;
  /** Requests that kept the row and that broke it, served or not. */
  kept: number;
  broken: number;
  served: number;
  /** Different ways: transport, signature, and where it is. */
  ways: number;
  /** Requests whose verdict no log of this gateway can decide. */
  open: number;
}

const WIDTH = 80;
const ID_WIDTH = 36;
const COUNT_WIDTH = 7;
const COUNTS = ["kept", "broken", "served", "ways", "open"] as const;

export function exercisedRows(sent: readonly Sent[]): Exercised[] {
  const rows = new Map(ROWS.map((id) => [id, { id, kept: 0, broken: 0, served: 0, ways: 0, open: 0 }]));
  const ways = new Map(ROWS.map((id) => [id, new Set<string>()]));
  for (const one of sent) {
    for (const { id, verdict } of truthOf(one).rules) {
      const row = rows.get(id)!;
      row.ways = ways.get(id)!.add(JSON.stringify(one.way)).size;
      if (verdict === "compliant") row.kept++;
      else row.broken++;
      if (isServed(one)) row.served++;
      if (expectedOf(one).verdict === "indeterminate") row.open++;
    }
  }
  return [...rows.values()];
}

/** The rows, with notes by their ids, and below what else is to be said; 80 columns wide. */
export function report(
  rows: readonly Exercised[],
  notes: ReadonlyMap<string, string>,
  sentences: readonly string[],
): string {
  const texts = [...new Set(notes.values())];
  const lines = rows.map((row) => {
    const note = notes.get(row.id);
    const mark = note === undefined ? "" : `  (${texts.indexOf(note) + 1})`;
    return `${row.id.padEnd(ID_WIDTH)}${COUNTS.map((name) => String(row[name]).padStart(COUNT_WIDTH)).join("")}${mark}`;
  });
  const head = `${"row".padEnd(ID_WIDTH)}${COUNTS.map((name) => name.padStart(COUNT_WIDTH)).join("")}`;
  return [
    "",
    head,
    ...lines,
    "",
    ...texts.flatMap((text, i) => wrap(`(${i + 1}) ${text}`, "    ")),
    ...sentences.flatMap((sentence) => wrap(sentence, "  ")),
    "",
  ].join("\n");
}

function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
