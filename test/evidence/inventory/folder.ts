import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll } from "vitest";

export const SNAPSHOT = Date.parse("2026-02-07T00:00:00Z");
export const COLUMNS = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, LastModifiedDate, EncryptionStatus";

/** A data file as S3 writes it: every field in quotes. */
export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((fields) => `${fields.map((field) => `"${field}"`).join(",")}\n`).join("");
}

/** One row in the columns above; the current version unless it is said otherwise. */
export function row(key: string, time: string, status: string, versionId = "", isLatest = "true"): string[] {
  return ["photos", key, versionId, isLatest, "false", `2026-02-${time}.000Z`, status];
}

export function digests(content: string | Buffer): { size: number; MD5checksum: string; sha256: string } {
  const hex = (name: string) => createHash(name).update(content).digest("hex");
  return { size: Buffer.byteLength(content), MD5checksum: hex("md5"), sha256: `sha256:${hex("sha256")}` };
}

interface Layout {
  /** Data files by name; text is gzipped where the name ends in `.gz`. */
  data?: Record<string, string | Buffer>;
  /** Members of the manifest that differ. */
  manifest?: object;
  /** Data files that are written as something else than what the manifest lists; `null` is not at all. */
  damage?: Record<string, string | Buffer | null>;
  /** Makes another text of the manifest. */
  text?: (json: string) => string;
  checksum?: string | null;
}

/** A folder that is gone after the file's tests. */
export function temporaryFolder(): string {
  const root = mkdtempSync(join(tmpdir(), "sealwatch-inventory-"));
  afterAll(() => rmSync(root, { recursive: true }));
  return root;
}

/** Writes an inventory into a folder as S3 does into a bucket; gives the path of the manifest and its digest. */
export function writeInventory(root: string, layout: Layout): { path: string; digest: string } {
  const files = Object.entries(layout.data ?? {}).map(([name, content]) => {
    const key = `inventories/photos/daily/data/${name}`;
    const bytes = name.endsWith(".gz") && typeof content === "string" ? gzipSync(content) : Buffer.from(content);
    const written = layout.damage && name in layout.damage ? layout.damage[name]! : bytes;
    if (written !== null) write(join(root, key), written);
    const { size, MD5checksum } = digests(bytes);
    return { key, size, MD5checksum };
  });
  const manifest = {
    sourceBucket: "photos",
    creationTimestamp: String(SNAPSHOT),
    fileFormat: "CSV",
    fileSchema: COLUMNS,
    files,
    ...layout.manifest,
  };
  const json = JSON.stringify(manifest);
  const text = layout.text ? layout.text(json) : json;
  const folder = join(root, "inventories/photos/daily/2026-02-07T00-00Z");
  const path = join(folder, "manifest.json");
  const { MD5checksum, sha256 } = digests(text);
  write(path, text);
  if (layout.checksum !== null) write(join(folder, "manifest.checksum"), layout.checksum ?? `${MD5checksum}\n`);
  return { path, digest: sha256 };
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
