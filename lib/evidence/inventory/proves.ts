import type { InventoryRow } from "./row.ts";

/** What a request did to one object, and when. */
export interface Touch {
  how: "read" | "write";
  /** The version that the request named or made; `"null"` is the version without an id, `null` that none was named. */
  versionId: string | null;
  /** Ms since 1970, often whole seconds. */
  time: number;
  status: number | null;
}

/**
 * How far the last-modified time of what a write made may lie from the logged time of that write. Both are cut to
 * whole seconds, are taken by different servers, and one at the start and one at the end of a request of some seconds.
 */
export const WRITE_WINDOW = 5_000;

/**
 * The row that proves how the touched object was encrypted, out of the rows of that object's key in one inventory whose
 * snapshot was taken at `snapshot`; `null` if none does, or if rows that would do differ in their encryption.
 */
export function proves(touch: Touch, rows: readonly InventoryRow[], snapshot: number): InventoryRow | null {
  if (!hadObject(touch)) return null;
  const isProof = touch.how === "read" ? wasRead : wasWritten;
  const [proof, ...others] = rows.filter((row) => !row.isDeleteMarker && isProof(row, touch, snapshot));
  if (!proof || proof.encryption === 0 || others.some((row) => row.encryption !== proof.encryption)) return null;
  return proof;
}

/** Whether the server read or made an object at all, for all that its status says. */
export function hadObject({ how, status }: Pick<Touch, "how" | "status">): boolean {
  return how === "read" ? status !== 404 : status !== null && status >= 200 && status <= 299;
}

function wasRead(row: InventoryRow, { versionId, time }: Touch, snapshot: number): boolean {
  // Known hole: S3 dates an object made of parts by the initiate (S3 user guide, system-defined object metadata), so that
  // another object may have stood there until the upload was completed.
  const stoodThen = row.lastModified <= time && time <= snapshot;
  if (versionId === null) return row.isCurrent && stoodThen;
  if (versionId !== row.versionId) return false;
  // A version with an id never changes; the one without is overwritten.
  return versionId !== "null" || stoodThen;
}

function wasWritten(row: InventoryRow, { versionId, time }: Touch, snapshot: number): boolean {
  if (versionId !== null && versionId !== row.versionId) return false;
  // No Put, Post or Copy makes an object of parts.
  return time <= snapshot && Math.abs(row.lastModified - time) <= WRITE_WINDOW && !row.isMultipart;
}
