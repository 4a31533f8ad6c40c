import { isUtf8 } from "node:buffer";
import { type CsvError, parse } from "csv-parse/sync";
import { columnsOf, type Shape } from "./columns.ts";
import { cellFault, type Fault, quoted } from "./fault.ts";
import { didYouMean } from "./nearest.ts";

/** One row of a table below its header. A cell is missing where a fault was already reported for it. */
export interface Row<Name extends string> {
  number: number;
  cells: ReadonlyMap<Name, string>;
}

/** What a table's bytes hold, so far as they can be read. */
export interface Rows<Name extends string> {
  /** Without BOM, lines ended by LF. */
  text: string;
  rows: Row<Name>[];
  faults: Fault[];
}

/** Stands in decoded text for every byte that is not UTF-8. */
const REPLACEMENT = "\ufffd";

const UTF_8 = "UTF-8 (save the table as CSV UTF-8)";

/** What spreadsheets write instead of commas in many countries. */
const SEPARATORS = [
  { character: ";", name: "semicolons" },
  { character: "\t", name: "tabs" },
];

/** Reads a table's rows. Spaces around cells and rows of nothing but empty cells, as spreadsheets leave them, are passed over. */
export function readRows<Name extends string>(bytes: Uint8Array, shape: Shape<Name>): Rows<Name> {
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, "\n");
  const nothing = { row: 1, column: null, found: "nothing", expected: "the column names", example: headerOf(shape) };
  if (isUtf16(bytes)) return { text, rows: [], faults: [{ ...nothing, found: "UTF-16", expected: UTF_8 }] };
  const { records, broken } = split(text);
  const [header = [], ...body] = records;
  const faults = broken === null ? [] : [brokenQuotes(broken, records.length + 1, header, shape)];
  if (header.every(isEmpty)) return { text, rows: [], faults: broken === null ? [nothing] : faults };
  const separator = SEPARATORS.find(({ character }) => header[0]!.includes(character));
  if (separator) {
    const found = `columns separated by ${separator.name}`;
    return { text, rows: [], faults: [{ ...nothing, found, expected: "columns separated by commas" }] };
  }

  const damaged = !isUtf8(bytes);
  const columns = readHeader(header, shape, faults);
  const rows: Row<Name>[] = [];
  for (const [i, cells] of body.entries()) {
    if (cells.every(isEmpty)) continue;
    const number = i + 2;
    if (cells.length !== header.length) faults.push(ragged(number, cells.length, header.length, shape));
    else rows.push({ number, cells: readCells(number, columns, cells, shape, damaged, faults) });
  }
  const { needs, exampleRow } = shape;
  if (needs !== null && body.every((cells) => cells.every(isEmpty)) && broken === null) {
    faults.push({ ...nothing, row: 2, expected: `at least one ${needs}`, example: exampleRow });
  }
  return { text, rows, faults };
}

/** The cells of every row up to the first one whose quotes are broken: after it nothing is sure. */
function split(text: string): { records: string[][]; broken: CsvError | null } {
  const records: string[][] = [];
  try {
    parse(text, {
      record_delimiter: "\n",
      relax_column_count: true,
      trim: true,
      on_record(record: string[]) {
        records.push(record);
        return null;
      },
    });
  } catch (error) {
    return { records, broken: error as CsvError };
  }
  return { records, broken: null };
}

function brokenQuotes<Name extends string>(
  { code, column }: CsvError,
  row: number,
  header: readonly string[],
  shape: Shape<Name>,
): Fault {
  const index = Number(column);
  const kind = code === "CSV_QUOTE_NOT_CLOSED" ? "a quote that is never closed" : "a quote inside a cell";
  return {
    row,
    column: columnsOf(shape).find((name) => name === header[index]) ?? index + 1,
    found: `${kind} (no later row could be read)`,
    expected: "cells that hold a quote, a comma or a line end to stand in quotes, with their own quotes doubled",
    example: '"Uploads, also ""small"" ones, must use HTTPS."',
  };
}

/** The column of each cell; `null` where the header's cell names none. */
function readHeader<Name extends string>(
  header: readonly string[],
  shape: Shape<Name>,
  faults: Fault[],
): (Name | null)[] {
  const report = (column: number | null, found: string, expected: string) =>
    faults.push({ row: 1, column, found, expected, example: headerOf(shape) });
  const names = columnsOf(shape);
  const columns = header.map((cell) => names.find((name) => name === cell) ?? null);
  for (const [i, column] of columns.entries()) {
    const cell = header[i]!;
    if (column === null) report(i + 1, quoted(cell) + didYouMean(cell, names), `one of the ${shape.count} columns`);
    else if (columns.indexOf(column) !== i) report(i + 1, `column ${column} again`, "each column once");
  }
  const missing = names.filter((column) => !columns.includes(column));
  if (missing.length > 0) report(null, `no column ${missing.join(", ")}`, `all ${shape.count} columns`);
  return columns;
}

function readCells<Name extends string>(
  number: number,
  columns: readonly (Name | null)[],
  cells: readonly string[],
  shape: Shape<Name>,
  damaged: boolean,
  faults: Fault[],
): Map<Name, string> {
  const read = new Map<Name, string>();
  for (const [i, column] of columns.entries()) {
    const cell = cells[i]!;
    if (column === null) continue;
    if (damaged && cell.includes(REPLACEMENT)) {
      faults.push(cellFault(shape, number, column, `${quoted(cell)}, which is not UTF-8`, { expected: UTF_8 }));
    } else read.set(column, cell);
  }
  return read;
}

function ragged(row: number, found: number, expected: number, { exampleRow }: { exampleRow: string }): Fault {
  const cells = found === 1 ? "1 cell" : `${found} cells`;
  return { row, column: null, found: cells, expected: `${expected}, as in row 1`, example: exampleRow };
}

function headerOf<Name extends string>(shape: Shape<Name>): string {
  return columnsOf(shape).join(",");
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function isEmpty(cell: string): boolean {
  return cell === "";
}
