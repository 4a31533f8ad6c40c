import { hash } from "node:crypto";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import type { InventoryPlace } from "../../lib/evidence/inventory/place.ts";
import type { InventoryRow } from "../../lib/evidence/inventory/row.ts";
import { ENCRYPTIONS, members } from "../../lib/facts.ts";

export const COLUMNS = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, LastModifiedDate, EncryptionStatus";
export const SNAPSHOT = Date.parse("2026-02-07T00:00:00Z");

/** The current version of `key`, written in time for the requests of the tests, unless told otherwise. */
export function row(key: string, encryption: number, changes: Partial<InventoryRow> = {}): InventoryRow {
  return {
    key,
    versionId: "null",
    isCurrent: true,
    isDeleteMarker: false,
    isMultipart: false,
    lastModified: Date.parse("2026-02-01T00:00:00Z"),
    encryption,
    ...changes,
  };
}

/** The objects of an inventory of `bucket`, by key: a data file for each list of rows. `changes` are to its manifest. */
export function inventoryObjects(
  files: readonly (readonly InventoryRow[])[],
  changes: object = {},
  bucket = "photos",
): Record<string, Buffer> {
  const data = files.map((rows, i) => ({ key: `photos/daily/data/${i}.csv.gz`, bytes: gzipSync(csv(rows, bucket)) }));
  const manifest = Buffer.from(
    JSON.stringify({
      sourceBucket: bucket,
      creationTimestamp: String(SNAPSHOT),
      fileFormat: "CSV",
      fileSchema: COLUMNS,
      files: data.map(({ key, bytes }) => ({ key, size: bytes.length, MD5checksum: hash("md5", bytes) })),
      ...changes,
    }),
  );
  return {
    ...Object.fromEntries(data.map(({ key, bytes }) => [key, bytes])),
    [MANIFEST]: manifest,
    "photos/daily/2026-02-07T00-00Z/manifest.checksum": Buffer.from(`${hash("md5", manifest)}\n`),
  };
}

export const MANIFEST = "photos/daily/2026-02-07T00-00Z/manifest.json";

/** A place over such objects. */
export function placeOf(objects: Record<string, Buffer>): (uri: string) => InventoryPlace {
  return (uri) => ({
    name: uri,
    manifest: async () => objects[MANIFEST]!,
    checksum: async () => objects[MANIFEST.replace(".json", ".checksum")] ?? null,
    dataFile: async (key) => (objects[key] ? Readable.from([objects[key]]) : null),
  });
}

const STATUSES: Record<string, string> = { none: "NOT-SSE" };

function csv(rows: readonly InventoryRow[], bucket: string): string {
  return rows
    .map(({ key, versionId, isCurrent, isDeleteMarker, lastModified, encryption }) => {
      const [name] = members(encryption, ENCRYPTIONS);
      const version = versionId === "null" ? "" : versionId;
      const time = new Date(lastModified).toISOString();
      const fields = [
        bucket,
        encodeURIComponent(key),
        version,
        isCurrent,
        isDeleteMarker,
        time,
        name ? (STATUSES[name] ?? name) : "",
      ];
      return `${fields.map((field) => `"${field}"`).join(",")}\n`;
    })
    .join("");
}
