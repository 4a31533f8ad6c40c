import { printable } from "./printable.ts";

/** A column: its title, and how its cells stand. The first column takes the room that is left. */
export interface Column {
  title: string;
  align: "left" | "right";
}

/** Rows as text of at most `width` columns; cells of the first column are cut in the middle to fit. */
export function table(columns: readonly Column[], rows: readonly string[][], width: number): string[] {
  const all = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const others = widths.slice(1).reduce((sum, w) => sum + w + GAP, 0);
  widths[0] = Math.min(widths[0]!, width - others - INDENT);
  return all.map((row) => {
    const cells = row.map((cell, i) =>
      columns[i]!.align === "right" ? cell.padStart(widths[i]!) : cut(cell, widths[i]!).padEnd(widths[i]!),
    );
    return `${" ".repeat(INDENT)}${cells.join(" ".repeat(GAP))}`.trimEnd();
  });
}

const INDENT = 2;
const GAP = 2;

/** Keeps both ends: of an ARN the account and the name, of a path the bucket and the file. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = Math.max(width - 1, 0);
  const start = Math.floor(kept / 3);
  return `${text.slice(0, start)}…${text.slice(text.length - (kept - start))}`;
}
