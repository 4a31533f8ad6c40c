import { createHash } from "node:crypto";
import { rulesOf } from "./check.ts";
import { describe, inReadingOrder, PolicyError } from "./fault.ts";
import type { Table } from "./policy.ts";
import { readRows } from "./rows.ts";

/**
 * Reads a decision table.
 * @param bytes a CSV file with the columns of columns.ts in any order, UTF-8
 * @param where what the table is called in an error: its path
 * @throws {PolicyError} with every fault of the table
 */
export function loadTable(id: string, bytes: Uint8Array, where: string): Table {
  const { text, rows, faults } = readRows(bytes);
  const rules = rulesOf(rows, faults);
  if (faults.length > 0) throw new PolicyError(where, inReadingOrder(faults).map(describe));
  return { id, digest: `sha256:${createHash("sha256").update(text).digest("hex")}`, rules };
}
