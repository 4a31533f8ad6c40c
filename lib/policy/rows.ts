import { isUtf8 } from "node:buffer";
import { type CsvError, parse } from "csv-parse/sync";
import { COLUMNS, type Column, EXAMPLE_ROW, HEADER } from "./columns.ts";
import { cellFault, type Fault, quoted } from "./fault.ts";
import { didYouMean } from "./nearest.ts";

/** One row of a table below its header. A cell is missing where a fault was already reported for it. */
export interface Row {
  number: number;
  cells: ReadonlyMap<Column, string>;
}

/** What a table's bytes hold, so far as they can be read. */
export interface Rows {
  /** Without BOM, lines ended by LF. */
  text: string;
  rows: Row[];
  faults: Fault[];
}

/** Stands in decoded text for every byte that is not UTF-8. */
const REPLACEMENT = "\ufffd";

const EMPTY = { row: 1, column: null, found: "nothing", expected: "the column names", example: HEADER };
const UTF_8 = "UTF-8 (save the table as CSV UTF-8)";
const UTF_16 = { ...EMPTY, found: "UTF-16", expected: UTF_8 };

/** What spreadsheets write instead of commas in many countries. */
const SEPARATORS = [
  { character: ";", name: "semicolons" },
  { character: "\t", name: "tabs" },
];

/** Reads a table's rows. Spaces around cells and rows of nothing but empty cells, as spreadsheets leave them, are passed over. */
export function readRows(bytes: Uint8Array): Rows {
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, "\n");
  if (isUtf16(bytes)) return { text, rows: [], faults: [UTF_16] };
  const { records, broken } = split(text);
  const [header = [], ...body] = records;
  const faults = broken === null ? [] : [brokenQuotes(broken, records.length + 1, header)];
  if (header.every(isEmpty)) return { text, rows: [], faults: broken === null ? [EMPTY] : faults };
  const separator = SEPARATORS.find(({ character }) => header[0]!.includes(character));
  if (separator) return { text, rows: [], faults: [notCommas(separator.name)] };

  const damaged = !isUtf8(bytes);
  const columns = readHeader(header, faults);
  const rows: Row[] = [];
  for (const [i, cells] of body.entries()) {
    if (cells.every(isEmpty)) continue;
    const number = i + 2;
    if (cells.length !== header.length) faults.push(ragged(number, cells.length, header.length));
    else rows.push({ number, cells: readCells(number, columns, cells, damaged, faults) });
  }
  if (body.every((cells) => cells.every(isEmpty)) && broken === null) {
    faults.push({ ...EMPTY, row: 2, expected: "at least one rule", example: EXAMPLE_ROW });
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

function brokenQuotes({ code, column }: CsvError, row: number, header: readonly string[]): Fault {
  const index = Number(column);
  const kind = code === "CSV_QUOTE_NOT_CLOSED" ? "a quote that is never closed" : "a quote inside a cell";
  return {
    row,
    column: COLUMNS.find((name) => name === header[index]) ?? index + 1,
    found: `${kind} (no later row could be read)`,
    expected: "cells that hold a quote, a comma or a line end to stand in quotes, with their own quotes doubled",
    example: '"Uploads, also ""small"" ones, must use HTTPS."',
  };
}

/** The column of each cell; `null` where the header's cell names none. */
function readHeader(header: readonly string[], faults: Fault[]): (Column | null)[] {
  const report = (column: number | null, found: string, expected: string) =>
    faults.push({ row: 1, column, found, expected, example: HEADER });
  const columns = header.map((cell) => COLUMNS.find((name) => name === cell) ?? null);
  for (const [i, column] of columns.entries()) {
    const cell = header[i]!;
    if (column === null) report(i + 1, quoted(cell) + didYouMean(cell, COLUMNS), "one of the ten columns");
    else if (columns.indexOf(column) !== i) report(i + 1, `column ${column} again`, "each column once");
  }
  const missing = COLUMNS.filter((column) => !columns.includes(column));
  if (missing.length > 0) report(null, `no column ${missing.join(", ")}`, "all ten columns");
  return columns;
}

function readCells(
  number: number,
  columns: readonly (Column | null)[],
  cells: readonly string[],
  damaged: boolean,
  faults: Fault[],
): Map<Column, string> {
  const read = new Map<Column, string>();
  for (const [i, column] of columns.entries()) {
    const cell = cells[i]!;
    if (column === null) continue;
    if (damaged && cell.includes(REPLACEMENT)) {
      faults.push(cellFault(number, column, `${quoted(cell)}, which is not UTF-8`, { expected: UTF_8 }));
    } else read.set(column, cell);
  }
  return read;
}

function ragged(row: number, found: number, expected: number): Fault {
  const cells = found === 1 ? "1 cell" : `${found} cells`;
  return { row, column: null, found: cells, expected: `${expected}, as in row 1`, example: EXAMPLE_ROW };
}

function notCommas(name: string): Fault {
  return { ...EMPTY, found: `columns separated by ${name}`, expected: "columns separated by commas" };
}

function isUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function isEmpty(cell: string): boolean {
  return cell === "";
}
