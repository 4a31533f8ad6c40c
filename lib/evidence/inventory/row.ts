import { PLAIN, SSE_C, SSE_KMS, SSE_S3 } from "../../facts.ts";
import { decodeOnce } from "../percent.ts";

/** One object, or one version of it, as an inventory lists it. */
export interface InventoryRow {
  /** Decoded. */
  key: string;
  /** `"null"` for the version that a bucket without versioning writes; `null` where the inventory has no such column. */
  versionId: string | null;
  /** Whether it was the object's current version at the snapshot. */
  isCurrent: boolean;
  isDeleteMarker: boolean;
  isMultipart: boolean;
  /** Ms since 1970. */
  lastModified: number;
  /** One bit as in facts.ts; 0 where the status tells nothing. */
  encryption: number;
}

export const UNASKED = "unasked";
export const UNREADABLE = "unreadable";
export type RowReading = InventoryRow | typeof UNASKED | typeof UNREADABLE;

const STATUSES = new Map([
  ["NOT-SSE", PLAIN],
  ["SSE-S3", SSE_S3],
  ["SSE-KMS", SSE_KMS],
  ["DSSE-KMS", SSE_KMS],
  ["SSE-C", SSE_C],
]);

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;
/** The ETag of an object made of parts ends in their number. */
export const ETAG_OF_PARTS = /-\d+"?$/;

/**
 * Reads the fields of one line of an inventory of `bucket` with these columns. A line with another number of columns, of
 * another bucket, or with a key or time that cannot be read is `UNREADABLE`; a line of a key that nobody asked for is `UNASKED`.
 */
export function rowReader(
  columns: readonly string[],
  bucket: string,
  asked: ReadonlySet<string>,
): (fields: readonly string[]) => RowReading {
  const at = {
    bucket: columns.indexOf("Bucket"),
    key: columns.indexOf("Key"),
    versionId: columns.indexOf("VersionId"),
    isLatest: columns.indexOf("IsLatest"),
    isDeleteMarker: columns.indexOf("IsDeleteMarker"),
    lastModified: columns.indexOf("LastModifiedDate"),
    eTag: columns.indexOf("ETag"),
    isMultipart: columns.indexOf("IsMultipartUploaded"),
    encryption: columns.indexOf("EncryptionStatus"),
  };
  const listsOnlyCurrent = at.versionId < 0 && at.isLatest < 0;

  return (fields) => {
    if (fields.length !== columns.length || fields[at.bucket] !== bucket) return UNREADABLE;
    const key = decodeOnce(fields[at.key]!);
    if (key === null) return UNREADABLE;
    if (!asked.has(key)) return UNASKED;
    const time = fields[at.lastModified]!;
    const lastModified = TIME.test(time) ? Date.parse(time) : Number.NaN;
    if (Number.isNaN(lastModified)) return UNREADABLE;
    return {
      key,
      versionId: at.versionId < 0 ? null : fields[at.versionId] || "null",
      isCurrent: listsOnlyCurrent || isTrue(fields[at.isLatest]),
      isDeleteMarker: isTrue(fields[at.isDeleteMarker]),
      isMultipart: isTrue(fields[at.isMultipart]) || ETAG_OF_PARTS.test(fields[at.eTag] ?? ""),
      lastModified,
      encryption: STATUSES.get(fields[at.encryption]!) ?? 0,
    };
  };
}

function isTrue(field: string | undefined): boolean {
  return field?.toLowerCase() === "true";
}
