import { ID as RULE_ID } from "../policy/check.ts";
import type { Shape } from "../policy/columns.ts";
import { cellFault, type Fault, quoted, refuseFaults, usedId } from "../policy/fault.ts";
import { type Row, readRows } from "../policy/rows.ts";
import { type Exception, endOf } from "./exception.ts";

const PATTERN = "an exact text, a beginning that ends in *, or * alone for any";

const TABLE = {
  cells: {
    id: { expected: "letters and digits joined by -, . or _, at most 80 characters", example: "legacy-importer" },
    rule: { expected: "ids of rules (several joined by |), or * alone for any", example: "sse-c.put-object" },
    bucket: { expected: PATTERN, example: "my-bucket" },
    key: { expected: PATTERN, example: "imports/*" },
    requester: { expected: PATTERN, example: "arn:aws:iam::111122223333:user/importer" },
    until: { expected: "the last day, as YYYY-MM-DD: no exception is without end", example: "2027-06-30" },
    reason: { expected: "why it is accepted, and by whom", example: "Approved by the risk board on 2027-01-12" },
  },
  count: "seven",
  exampleRow:
    "legacy-importer,sse-c.put-object,my-bucket,imports/*,*,2027-06-30,Approved by the risk board on 2027-01-12",
  // The last exception may have been taken out.
  needs: null,
} satisfies Shape<string>;
type Column = keyof typeof TABLE.cells;
const SHAPE: Shape<Column> = TABLE;

const IS_SOUND: Record<Column, (cell: string) => boolean> = {
  id: (cell) => /^(?=.{1,80}$)[a-z0-9]+([._-][a-z0-9]+)*$/i.test(cell),
  rule: (cell) => cell === "*" || rulesIn(cell).every((rule) => RULE_ID.test(rule)),
  bucket: isPattern,
  key: isPattern,
  requester: isPattern,
  until: (cell) => !Number.isNaN(endOf(cell)),
  reason: (cell) => cell !== "",
};

/**
 * Reads a table of exceptions.
 * @param bytes a CSV file with the columns of TABLE in any order, UTF-8
 * @param where what the table is called in an error: its path
 * @throws {PolicyError} with every fault of the table
 */
export function loadExceptions(bytes: Uint8Array, where: string): Exception[] {
  const { rows, faults } = readRows(bytes, SHAPE);
  for (const row of rows) faults.push(...faultsIn(row));
  const rowOf = new Map<string, number>();
  for (const { number, cells } of rows) {
    const id = cells.get("id") ?? "";
    const same = rowOf.get(id);
    if (id === "" || same === undefined) rowOf.set(id, number);
    else faults.push(usedId(SHAPE, number, id, same));
  }
  refuseFaults(where, faults, SHAPE);
  return rows.map(exceptionOf);
}

function faultsIn({ number, cells }: Row<Column>): Fault[] {
  return [...cells]
    .filter(([column, cell]) => !IS_SOUND[column](cell))
    .map(([column, cell]) => cellFault(SHAPE, number, column, quoted(cell)));
}

/** Of a row without a fault. */
function exceptionOf({ cells }: Row<Column>): Exception {
  const cell = (column: Column) => cells.get(column)!;
  return {
    id: cell("id"),
    rules: cell("rule") === "*" ? null : rulesIn(cell("rule")),
    bucket: cell("bucket"),
    key: cell("key"),
    requester: cell("requester"),
    until: cell("until"),
    reason: cell("reason"),
  };
}

function rulesIn(cell: string): string[] {
  return cell.split("|").map((rule) => rule.trim());
}

function isPattern(cell: string): boolean {
  return cell !== "" && /^[^*]*\*?$/.test(cell);
}
