import { createHash } from "node:crypto";
import { readDataFile } from "./data-file.ts";
import { lineReader } from "./line.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { type InventoryPlace, onDisk } from "./place.ts";
import type { InventoryRow } from "./row.ts";

/** The keys that evidence is wanted for, by bucket. */
export type AskedObjects = ReadonlyMap<string, ReadonlySet<string>>;

/** The rows of one inventory that were asked for; plain data, in an order that depends on nothing but the rows. */
export interface Listing {
  bucket: string;
  /** Ms since 1970. */
  snapshot: number;
  /** The manifest's `sha256:` digest, for receipts. */
  digest: string;
  rows: readonly InventoryRow[];
}

/** What became of one inventory. */
export interface InventoryReport {
  /** The manifest, as it was given. */
  manifest: string;
  /** `sha256:` and 64 hex digits of the manifest's bytes; `null` if they could not be read. */
  digest: string | null;
  /** Bucket and time of the snapshot; `null` if the manifest cannot be used. */
  bucket: string | null;
  snapshot: number | null;
  rowsRead: number;
  rowsKept: number;
  /** What could not be read or not be trusted, and was not used: sentences that name the file and what to do. */
  problems: string[];
  /** What is worth knowing and no fault. */
  notes: string[];
}

export interface Inventories {
  /** Buckets that a usable inventory lists. */
  buckets: readonly string[];
  /** Streams the data files of every inventory whose bucket is asked for, once, and keeps the rows of the asked keys. Never rejects. */
  fetch(asked: AskedObjects): Promise<{ listings: Listing[]; reports: InventoryReport[] }>;
}

interface Opened {
  place: InventoryPlace;
  manifest: Manifest | null;
  report: InventoryReport;
}

/** Reads the manifests at these paths. One that cannot be used is reported by `fetch` with its problems; nothing rejects. */
export async function openInventories(
  paths: readonly string[],
  placeOf: (path: string) => InventoryPlace = onDisk,
): Promise<Inventories> {
  const opened = await Promise.all(paths.map((path) => open(placeOf(path))));
  return {
    buckets: [...new Set(opened.flatMap(({ manifest }) => manifest?.bucket ?? []))].sort(),
    async fetch(asked) {
      const listings: Listing[] = [];
      const reports: InventoryReport[] = [];
      for (const { place, manifest, report } of opened) {
        const fetched = { ...report, problems: [...report.problems], notes: [...report.notes] };
        reports.push(fetched);
        if (manifest === null) continue;
        const keys = asked.get(manifest.bucket);
        if (!keys?.size)
          fetched.notes.push(`${place.name}: not read, because nothing in ${manifest.bucket} needs evidence`);
        else listings.push(await list(place, manifest, keys, fetched));
      }
      return { listings: listings.sort(bySnapshot), reports };
    },
  };
}

async function open(place: InventoryPlace): Promise<Opened> {
  const report: InventoryReport = {
    manifest: place.name,
    digest: null,
    bucket: null,
    snapshot: null,
    rowsRead: 0,
    rowsKept: 0,
    problems: [],
    notes: [],
  };
  const unusable = (...problems: string[]): Opened => {
    report.problems.push(...problems.map((problem) => `${place.name}: ${problem}`));
    return { place, manifest: null, report };
  };
  try {
    const bytes = await place.manifest();
    report.digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const checksum = (await place.checksum())?.toString("latin1").trim().toLowerCase();
    const md5 = createHash("md5").update(bytes).digest("hex");
    if (checksum === undefined)
      report.notes.push(`${place.name}: there is no manifest.checksum beside it to check it with`);
    else if (checksum !== md5)
      return unusable(
        `has the MD5 ${md5}, not the one in manifest.checksum; fetch both files again, the inventory is not used`,
      );
    // TextDecoder takes off a byte order mark.
    const { manifest, faults } = readManifest(new TextDecoder().decode(bytes));
    if (manifest === null) return unusable(...faults);
    report.bucket = manifest.bucket;
    report.snapshot = manifest.snapshot;
    return { place, manifest, report };
  } catch (error) {
    return unusable(`cannot be read (${(error as Error).message}); expected the path of an inventory's manifest.json`);
  }
}

async function list(
  place: InventoryPlace,
  manifest: Manifest,
  keys: ReadonlySet<string>,
  report: InventoryReport,
): Promise<Listing> {
  const readLine = lineReader(manifest.columns, manifest.bucket, keys);
  const rows: InventoryRow[] = [];
  for (const file of manifest.files) {
    const name = `${place.name}: data file ${file.key}`;
    try {
      const bytes = await place.dataFile(file.key);
      if (bytes === null) {
        report.problems.push(
          `${name} is in no folder above the manifest; keep the folders as they are in the inventory's bucket`,
        );
        continue;
      }
      const { kept, read, unreadable, firstUnreadable } = await readDataFile(bytes, file, readLine);
      for (const row of kept) rows.push(row);
      report.rowsRead += read;
      if (file.md5 === null) report.notes.push(`${name} has no MD5checksum in the manifest to check it with`);
      if (unreadable > 0)
        report.problems.push(
          `${name}: ${unreadable} of ${read} rows are not used, the first is row ${firstUnreadable}; expected the ` +
            `${manifest.columns.length} columns of fileSchema, bucket ${manifest.bucket}, an encoded key and a time like 2026-02-06T00:00:38.000Z`,
        );
    } catch (error) {
      report.problems.push(`${name}: ${(error as Error).message}; fetch it again, its rows are not used`);
    }
  }
  report.rowsKept = rows.length;
  return {
    bucket: manifest.bucket,
    snapshot: manifest.snapshot,
    digest: report.digest!,
    rows: rows.sort(byKeyAndTime),
  };
}

function bySnapshot(a: Listing, b: Listing): number {
  return compare(a.bucket, b.bucket) || a.snapshot - b.snapshot || compare(a.digest, b.digest);
}

/** An order of rows that depends on nothing but the rows. */
export function byKeyAndTime(a: InventoryRow, b: InventoryRow): number {
  return (
    compare(a.key, b.key) ||
    a.lastModified - b.lastModified ||
    compare(a.versionId ?? "", b.versionId ?? "") ||
    a.encryption - b.encryption
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
