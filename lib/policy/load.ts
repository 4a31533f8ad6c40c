import { createHash } from "node:crypto";
import { rulesOf } from "./check.ts";
import { DECISION_TABLE } from "./columns.ts";
import { refuseFaults } from "./fault.ts";
import type { Table } from "./policy.ts";
import { readRows } from "./rows.ts";

/**
 * Reads a decision table.
 * @param bytes a CSV file with the columns of columns.ts in any order, UTF-8
 * @param where what the table is called in an error: its path
 * @throws {PolicyError} with every fault of the table
 */
export function loadTable(id: string, bytes: Uint8Array, where: string): Table {
  const { text, rows, faults } = readRows(bytes, DECISION_TABLE);
  const rules = rulesOf(rows, faults);
  refuseFaults(where, faults, DECISION_TABLE);
  return { id, digest: `sha256:${createHash("sha256").update(text).digest("hex")}`, rules };
}
