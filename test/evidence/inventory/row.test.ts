import { describe, expect, it } from "vitest";
import { type InventoryRow, rowReader, UNASKED, UNREADABLE } from "../../../lib/evidence/inventory/row.ts";
import { PLAIN, SSE_C, SSE_KMS, SSE_S3 } from "../../../lib/facts.ts";

const COLUMNS = [
  "Bucket",
  "Key",
  "VersionId",
  "IsLatest",
  "IsDeleteMarker",
  "Size",
  "LastModifiedDate",
  "ETag",
  "IsMultipartUploaded",
  "EncryptionStatus",
];
const FIELDS = {
  Bucket: "photos",
  Key: "a/cat.jpg",
  VersionId: "v1",
  IsLatest: "true",
  IsDeleteMarker: "false",
  Size: "12",
  LastModifiedDate: "2026-02-06T10:00:38.000Z",
  ETag: "d41d8cd98f00b204e9800998ecf8427e",
  IsMultipartUploaded: "false",
  EncryptionStatus: "SSE-C",
};
const ROW: InventoryRow = {
  key: "a/cat.jpg",
  versionId: "v1",
  isCurrent: true,
  isDeleteMarker: false,
  isMultipart: false,
  lastModified: Date.parse("2026-02-06T10:00:38Z"),
  encryption: SSE_C,
};
const ASKED = new Set(["a/cat.jpg", "a b+ü/é", "a,b"]);

type Fields = Partial<typeof FIELDS>;
function readRow(fields: Fields, columns = COLUMNS) {
  const all: Record<string, string> = { ...FIELDS, ...fields };
  return rowReader(columns, "photos", ASKED)(columns.map((name) => all[name]!));
}

describe("a row of every column", () => {
  it.each<[Fields, Partial<InventoryRow>]>([
    [{}, {}],
    [{ Key: "a+b%2B%C3%BC%2F%C3%A9" }, { key: "a b+ü/é" }],
    [{ VersionId: "" }, { versionId: "null" }],
    [{ VersionId: "null" }, { versionId: "null" }],
    [{ IsLatest: "false" }, { isCurrent: false }],
    [{ IsLatest: "" }, { isCurrent: false }],
    [{ IsLatest: "TRUE" }, {}],
    [{ IsDeleteMarker: "true" }, { isDeleteMarker: true }],
    [{ IsMultipartUploaded: "true" }, { isMultipart: true }],
    [{ ETag: "d41d8cd98f00b204e9800998ecf8427e-2" }, { isMultipart: true }],
    [{ ETag: '"d41d8cd98f00b204e9800998ecf8427e-2"' }, { isMultipart: true }],
    [{ LastModifiedDate: "2026-02-06T10:00:38.5Z" }, { lastModified: ROW.lastModified + 500 }],
    [{ LastModifiedDate: "2026-02-06T10:00:38Z" }, {}],
    [{ EncryptionStatus: "NOT-SSE" }, { encryption: PLAIN }],
    [{ EncryptionStatus: "SSE-S3" }, { encryption: SSE_S3 }],
    [{ EncryptionStatus: "SSE-KMS" }, { encryption: SSE_KMS }],
    [{ EncryptionStatus: "DSSE-KMS" }, { encryption: SSE_KMS }],
    [{ EncryptionStatus: "" }, { encryption: 0 }],
    [{ EncryptionStatus: "sse-c" }, { encryption: 0 }],
    [{ EncryptionStatus: "SSE-FSX" }, { encryption: 0 }],
  ])("%j", (fields, expected) => {
    expect(readRow(fields)).toEqual({ ...ROW, ...expected });
  });
});

describe("a row of fewer columns", () => {
  const least = ["Bucket", "Key", "LastModifiedDate", "EncryptionStatus"];
  it.each<[string[], Partial<InventoryRow>]>([
    [least, { versionId: null, isCurrent: true }],
    [["VersionId", ...least], { versionId: "v1", isCurrent: false }],
    [["IsLatest", ...least], { versionId: null, isCurrent: true }],
  ])("%j", (columns, expected) => {
    expect(readRow({}, columns)).toEqual({ ...ROW, ...expected });
  });
});

describe("a row that nobody asked for", () => {
  it.each<[Fields]>([[{ Key: "b" }], [{ Key: "b", LastModifiedDate: "?" }], [{ Key: "a%252Fcat.jpg" }]])(
    "%j",
    (fields) => {
      expect(readRow(fields)).toBe(UNASKED);
    },
  );
});

describe("a row that cannot be read for certain", () => {
  it.each<[Fields]>([
    [{ Bucket: "other" }],
    [{ Key: "%zz" }],
    [{ Key: "%ff" }],
    [{ LastModifiedDate: "" }],
    [{ LastModifiedDate: "2026-02-06" }],
    [{ LastModifiedDate: "2026-02-06T10:00:38" }],
    [{ LastModifiedDate: "2026-13-06T10:00:38Z" }],
  ])("%j", (fields) => {
    expect(readRow(fields)).toBe(UNREADABLE);
  });

  it.each([[[]], [["photos", "a/cat.jpg"]], [[...Object.values(FIELDS), "more"]]])("%j", (fields) => {
    expect(rowReader(COLUMNS, "photos", ASKED)(fields)).toBe(UNREADABLE);
  });
});
