import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { encoded } from "./requests.ts";
import type { StoredVersion } from "./stored-objects.ts";

export interface InventoryConfig {
  sourceBucket: string;
  configId: string;
  /** When the listing began, ms since 1970. */
  createdAt: number;
  /** Of the data file's name. */
  uuid: string;
  /** All versions of a versioned bucket by key and newest first, or else the objects. */
  rows: readonly StoredVersion[];
  versioned: boolean;
}

const DESTINATION_BUCKET = "kestrel-compliance";
const DESTINATION_PREFIX = "inventory";
const VERSION_COLUMNS = ["VersionId", "IsLatest", "IsDeleteMarker"];

/** The files of one S3 Inventory listing by path, as S3 lays them out below the destination bucket. */
export function inventoryFiles(config: InventoryConfig): Map<string, Buffer> {
  const base = `${DESTINATION_PREFIX}/${config.sourceBucket}/${config.configId}`;
  const rows = config.rows.map((row, i) => cells(config, row, i));
  const columns = Object.keys(rows[0]!).filter((name) => config.versioned || !VERSION_COLUMNS.includes(name));
  const csv = rows.map((row) => columns.map((name) => `"${row[name]}"`).join(",")).join("\n");
  const data = gzip(Buffer.from(`${csv}\n`));
  const dataKey = `${base}/data/${config.uuid}.csv.gz`;
  const manifest = {
    sourceBucket: config.sourceBucket,
    destinationBucket: `arn:aws:s3:::${DESTINATION_BUCKET}`,
    version: "2016-11-30",
    creationTimestamp: String(config.createdAt),
    fileFormat: "CSV",
    fileSchema: columns.join(", "),
    files: [{ key: dataKey, size: data.length, MD5checksum: md5(data) }],
  };
  const json = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  const minute = new Date(config.createdAt).toISOString().slice(0, 16).replace(":", "-");
  return new Map([
    [dataKey, data],
    [`${base}/${minute}Z/manifest.json`, json],
    [`${base}/${minute}Z/manifest.checksum`, Buffer.from(md5(json))],
  ]);
}

function cells({ sourceBucket, rows }: InventoryConfig, row: StoredVersion, index: number): Record<string, string> {
  return {
    Bucket: sourceBucket,
    Key: encoded(row.key),
    VersionId: row.versionId ?? "",
    IsLatest: String(rows[index - 1]?.key !== row.key),
    IsDeleteMarker: String(row.encryption === null),
    Size: String(row.size ?? ""),
    LastModifiedDate: new Date(row.lastModified).toISOString(),
    ETag: row.etag ?? "",
    EncryptionStatus: row.encryption ?? "",
  };
}

/** gzip without a trace of the machine: zlib writes no time, and the byte for the operating system is set to "unknown". */
export function gzip(content: Buffer): Buffer {
  const packed = gzipSync(content, { level: 9 });
  packed[9] = 0xff;
  return packed;
}

export function md5(content: Buffer): string {
  return createHash("md5").update(content).digest("hex");
}
