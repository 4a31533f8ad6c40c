import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { inBucket } from "../../../lib/evidence/inventory/in-bucket.ts";
import { openInventories } from "../../../lib/evidence/inventory/inventories.ts";
import { s3Client } from "../../../lib/s3/client.ts";
import { CREDENTIALS, startS3 } from "../../support/s3-server.ts";
import { csv, row, temporaryFolder, writeInventory } from "./folder.ts";

beforeEach(() => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
});

const root = temporaryFolder();
const { path, digest } = writeInventory(root, {
  data: { "1.csv.gz": csv([row("a/cat.jpg", "06T10:00:00", "SSE-C")]) },
});
const FILES = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name));
const MANIFEST = `s3://inventories/${path.slice(root.length + 1)}`;
const DATA = "inventories/photos/daily/data/1.csv.gz";
const CHECKSUM = MANIFEST.slice("s3://inventories/".length).replace(".json", ".checksum");
const ASKED = new Map([["photos", new Set(["a/cat.jpg"])]]);

async function start() {
  const s3 = await startS3("inventories");
  for (const file of FILES) s3.put("inventories", file.slice(root.length + 1), readFileSync(file));
  const client = s3Client({ endpoint: s3.endpoint, maxAttempts: 1 });
  const report = async (uri = MANIFEST) => {
    const inventories = await openInventories([uri], (name) => inBucket(client, name));
    return (await inventories.fetch(ASKED)).reports[0]!;
  };
  return { s3, report };
}

const READ = {
  manifest: MANIFEST,
  digest,
  bucket: "photos",
  snapshot: Date.parse("2026-02-07T00:00:00Z"),
  rowsRead: 1,
  rowsKept: 1,
  problems: [],
  notes: [],
};

describe("an inventory in a bucket", () => {
  it("is read by its manifest, its data files from the same bucket", async () => {
    const { s3, report } = await start();
    expect(await report()).toEqual(READ);
    expect(s3.count("ListObjectsV2")).toBe(0);
  });

  it("is read on where a stream breaks off", async () => {
    const { s3, report } = await start();
    s3.faultOf = ({ headers }) => (headers.range ? null : { cut: 5 });
    expect(await report()).toEqual(READ);
  });

  it("needs no checksum", async () => {
    const { s3, report } = await start();
    s3.buckets.get("inventories")!.delete(CHECKSUM);
    const notes = [`${MANIFEST}: there is no manifest.checksum beside it to check it with`];
    expect(await report()).toEqual({ ...READ, notes });
  });

  it("says which data file is missing", async () => {
    const { s3, report } = await start();
    s3.buckets.get("inventories")!.delete(DATA);
    const { rowsRead, problems } = await report();
    expect([rowsRead, problems]).toEqual([0, [expect.stringContaining(DATA)]]);
  });

  const NOTHING = { digest: null, bucket: null, snapshot: null, rowsRead: 0, rowsKept: 0, notes: [] };
  it.each([
    ["s3://inventories/manifest.json", "there is no such object"],
    ["s3://nowhere/manifest.json", "NoSuchBucket as told (HTTP 404); check the bucket's name, and --endpoint"],
  ])("says why it can't be read: %s", async (uri, reason) => {
    const { report } = await start();
    const problem = `${uri}: cannot be read (${reason}); expected the path of an inventory's manifest.json`;
    expect(await report(uri)).toEqual({ ...NOTHING, manifest: uri, problems: [problem] });
  });
});
