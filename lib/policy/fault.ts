import { printable } from "../report/printable.ts";
import { columnsOf, type Expectation, type Shape } from "./columns.ts";

/** One thing wrong with a table. */
export interface Fault extends Expectation {
  /** As a spreadsheet numbers rows: the header is row 1, a cell of several lines is one row. */
  row: number;
  /** The column's name; its number from 1 where the header gives it none; `null` where the whole row is meant. */
  column: string | number | null;
  found: string;
}

/** A policy, or a table of exceptions, that cannot be used. The message lists every fault. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly faults: readonly string[];

  /** @param subject what is at fault: a file's path, `--policy x` */
  constructor(subject: string, faults: readonly string[]) {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    super([`${printable(subject)}: ${count}`, ...faults].join("\n  "));
    this.faults = faults;
  }
}

/** The fault of a cell; unless told otherwise, it does not hold what its column takes. */
export function cellFault<Name extends string>(
  { cells }: Shape<Name>,
  row: number,
  column: Name,
  found: string,
  instead?: Partial<Expectation>,
): Fault {
  return { row, column, found, ...cells[column], ...instead };
}

export function usedId(shape: Shape<"id">, row: number, id: string, same: number): Fault {
  return cellFault(shape, row, "id", `${quoted(id)}, as in row ${same}`, { expected: "an id of its own" });
}

/** @throws {PolicyError} where there are faults: all of them, in the order in which a person goes through the table */
export function refuseFaults<Name extends string>(where: string, faults: readonly Fault[], shape: Shape<Name>): void {
  if (faults.length === 0) return;
  const columns: string[] = columnsOf(shape);
  const place = ({ column }: Fault) => (typeof column === "string" ? columns.indexOf(column) : (column ?? 0));
  const inReadingOrder = faults.toSorted((a, b) => a.row - b.row || place(a) - place(b));
  throw new PolicyError(where, inReadingOrder.map(describe));
}

function describe({ row, column, found, expected, example }: Fault): string {
  const where = column === null ? `row ${row}` : `row ${row}, column ${column}`;
  return `${where}: found ${found}; expected ${expected}; for example ${example}`;
}

/** A value as a fault shows it: on one line, with nothing invisible in it, and not too long. */
export function quoted(value: string): string {
  const cut = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return value === "" ? "nothing" : `"${printable(cut)}"`;
}
