import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type InventoryReport, openInventories } from "../../../lib/evidence/inventory/inventories.ts";
import type { InventoryPlace } from "../../../lib/evidence/inventory/place.ts";
import type { InventoryRow } from "../../../lib/evidence/inventory/row.ts";
import { SSE_C, SSE_KMS } from "../../../lib/facts.ts";
import { csv, digests, row, SNAPSHOT, temporaryFolder, writeInventory } from "./folder.ts";

const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, "x-"));

const ASKED = new Map([["photos", new Set(["a/cat.jpg", "a b.jpg", "two"])]]);
const FIRST = csv([row("a/cat.jpg", "06T10:00:00", "SSE-C"), row("unasked", "06T10:00:00", "SSE-C")]);
const SECOND = csv([
  row("two", "06T12:00:00", "SSE-KMS", "v2"),
  row("two", "06T11:00:00", "SSE-C", "v1", "false"),
  row("a+b.jpg", "06T10:00:00", "SSE-C"),
]);
const kept = (key: string, time: string, encryption: number, versionId = "null", isCurrent = true): InventoryRow => ({
  key,
  versionId,
  isCurrent,
  isDeleteMarker: false,
  isMultipart: false,
  lastModified: Date.parse(`2026-02-${time}Z`),
  encryption,
});
const CAT = kept("a/cat.jpg", "06T10:00:00", SSE_C);
const SECOND_ROWS = [kept("two", "06T11:00:00", SSE_C, "v1", false), kept("two", "06T12:00:00", SSE_KMS, "v2")];
const A_B = kept("a b.jpg", "06T10:00:00", SSE_C);
const ALL = [A_B, CAT, ...SECOND_ROWS];

function report(path: string, fields: Partial<InventoryReport>): InventoryReport {
  return {
    manifest: path,
    digest: null,
    bucket: null,
    snapshot: null,
    rowsRead: 0,
    rowsKept: 0,
    problems: [],
    notes: [],
    ...fields,
  };
}
const usable = { bucket: "photos", snapshot: SNAPSHOT };

async function fetchAll(path: string, asked = ASKED) {
  return (await openInventories([path])).fetch(asked);
}

describe("an inventory without a fault", () => {
  it.each<[string, Parameters<typeof writeInventory>[1]]>([
    ["gzip", { data: { "1.csv.gz": FIRST, "2.csv.gz": SECOND } }],
    ["plain", { data: { "1.csv": FIRST, "2.csv": SECOND } }],
    ["one of each, in the other order", { data: { "2.csv": SECOND, "1.csv.gz": FIRST } }],
    ["gzip by another name", { data: { "1.csv": gzipSync(FIRST), "2.csv": SECOND } }],
    ["plain by another name", { data: { "1.csv.gz": Buffer.from(FIRST), "2.csv": SECOND } }],
    ["several gzip members", { data: { "1.csv": Buffer.concat([gzipSync(FIRST), gzipSync(SECOND)]) } }],
    ["no quotes, CRLF", { data: { "1.csv": (FIRST + SECOND).replaceAll('"', "").replaceAll("\n", "\r\n") } }],
    ["no line end at the end", { data: { "1.csv": (FIRST + SECOND).trimEnd() } }],
    ["an empty data file", { data: { "0.csv": "", "1.csv": FIRST + SECOND } }],
    ["trailing comma", { data: { "1.csv": FIRST + SECOND }, text: (json) => `${json.slice(0, -1)},\n}\n` }],
    ["byte order mark", { data: { "1.csv": FIRST + SECOND }, text: (json) => `\uFEFF${json}` }],
  ])("%s", async (_, layout) => {
    const { path, digest } = writeInventory(newFolder(), layout);
    expect(await fetchAll(path)).toEqual({
      listings: [{ bucket: "photos", snapshot: SNAPSHOT, digest, rows: ALL }],
      reports: [report(path, { ...usable, digest, rowsRead: 5, rowsKept: 4 })],
    });
  });

  it("may lack checksums, which is noted", async () => {
    const folder = newFolder();
    const data = { key: "inventories/photos/daily/data/1.csv" };
    const { path, digest } = writeInventory(folder, {
      data: { "1.csv": FIRST },
      manifest: { files: [data] },
      checksum: null,
    });
    const { reports } = await fetchAll(path);
    expect(reports).toEqual([
      report(path, {
        ...usable,
        digest,
        rowsRead: 2,
        rowsKept: 1,
        notes: [
          `${path}: there is no manifest.checksum beside it to check it with`,
          `${path}: data file ${data.key} has no MD5checksum in the manifest to check it with`,
        ],
      }),
    ]);
  });

  it("may have a checksum in capitals", async () => {
    const folder = newFolder();
    const { path, digest } = writeInventory(folder, {});
    const MD5 = digests(readFileSync(path)).MD5checksum.toUpperCase();
    writeInventory(folder, { checksum: MD5 });
    expect((await fetchAll(path)).reports).toEqual([report(path, { ...usable, digest })]);
  });

  it("is found under any folder above the manifest, the nearest first", async () => {
    const outer = newFolder();
    const { path } = writeInventory(join(outer, "copy/of/bucket"), { data: { "1.csv": FIRST } });
    writeInventory(outer, { data: { "1.csv": SECOND } });
    // A folder of a data file's name is none.
    mkdirSync(join(path, "../inventories/photos/daily/data/1.csv"), { recursive: true });
    expect((await fetchAll(path)).listings[0]?.rows).toEqual([CAT]);
  });
});

describe("an inventory is not read", () => {
  it.each([
    ["nothing is asked", new Map()],
    ["no key is asked", new Map([["photos", new Set<string>()]])],
    ["another bucket is asked", new Map([["other", new Set(["a/cat.jpg"])]])],
  ])("when %s", async (_, asked) => {
    const { path, digest } = writeInventory(newFolder(), { data: { "1.csv": FIRST }, damage: { "1.csv": null } });
    expect(await fetchAll(path, asked)).toEqual({
      listings: [],
      reports: [
        report(path, { ...usable, digest, notes: [`${path}: not read, because nothing in photos needs evidence`] }),
      ],
    });
  });
});

describe("a manifest with a fault is not used", () => {
  it("bad checksum", async () => {
    const { path, digest } = writeInventory(newFolder(), { data: { "1.csv": FIRST }, checksum: "0".repeat(32) });
    const md5 = digests(readFileSync(path)).MD5checksum;
    const inventories = await openInventories([path]);
    expect(inventories.buckets).toEqual([]);
    expect(await inventories.fetch(ASKED)).toEqual({
      listings: [],
      reports: [
        report(path, {
          digest,
          problems: [
            `${path}: has the MD5 ${md5}, not the one in manifest.checksum; fetch both files again, the inventory is not used`,
          ],
        }),
      ],
    });
  });

  it("every fault is named", async () => {
    const manifest = { fileFormat: "ORC", sourceBucket: "" };
    const { path, digest } = writeInventory(newFolder(), { data: { "1.csv": FIRST }, manifest });
    expect(await fetchAll(path)).toEqual({
      listings: [],
      reports: [
        report(path, {
          digest,
          problems: [
            expect.stringMatching(`^${path}: sourceBucket is missing; `),
            expect.stringMatching(`^${path}: fileFormat is "ORC"; only "CSV" can be read`),
          ],
        }),
      ],
    });
  });

  it("a key that climbs opens no file", async () => {
    const files = [{ key: "../../../../../../../../../../../../etc/passwd" }];
    const { path, digest } = writeInventory(newFolder(), { manifest: { files } });
    expect(await fetchAll(path)).toEqual({
      listings: [],
      reports: [
        report(path, { digest, problems: [expect.stringContaining("is refused: it leads out of its folder")] }),
      ],
    });
  });

  it.each([["nothing there"], ["."]])("no such file: %s", async (name) => {
    const path = join(root, name);
    expect(await fetchAll(path)).toEqual({
      listings: [],
      reports: [
        report(path, {
          problems: [
            expect.stringMatching(
              `^${path}: cannot be read \\(E.+\\); expected the path of an inventory's manifest.json$`,
            ),
          ],
        }),
      ],
    });
  });

  it("a checksum that cannot be read", async () => {
    const folder = newFolder();
    const { path, digest } = writeInventory(folder, { checksum: null });
    mkdirSync(join(path, "../manifest.checksum"));
    expect((await fetchAll(path)).reports).toEqual([
      report(path, { digest, problems: [expect.stringMatching(`^${path}: cannot be read \\(EISDIR`)] }),
    ]);
  });
});

describe("a data file with a fault is not used, and the others are", () => {
  const key = "inventories/photos/daily/data/2.csv";
  const longer = `${SECOND}\n`;
  const other = SECOND.replace("v2", "v3");
  const gz = gzipSync(SECOND);
  const again = "fetch it again, its rows are not used";
  it.each<[string, content: string | Buffer, damage: string | Buffer | null, problem: string]>([
    [
      "missing",
      SECOND,
      null,
      " is in no folder above the manifest; keep the folders as they are in the inventory's bucket",
    ],
    [
      "short",
      SECOND,
      SECOND.slice(0, -9),
      `: has ${SECOND.length - 9} bytes; the manifest says ${SECOND.length}; ${again}`,
    ],
    ["long", SECOND, longer, `: has ${longer.length} bytes; the manifest says ${SECOND.length}; ${again}`],
    ["empty", SECOND, "", `: has 0 bytes; the manifest says ${SECOND.length}; ${again}`],
    [
      "changed",
      SECOND,
      other,
      `: has the MD5 ${digests(other).MD5checksum}; the manifest says ${digests(SECOND).MD5checksum}; ${again}`,
    ],
    ["gzip cut short", gz, gz.subarray(0, -12), `: unexpected end of file; ${again}`],
  ])("%s", async (_, content, damage, problem) => {
    const { path, digest } = writeInventory(newFolder(), {
      data: { "1.csv": FIRST, "2.csv": content, "3.csv": csv([row("a+b.jpg", "06T10:00:00", "SSE-C")]) },
      damage: { "2.csv": damage },
    });
    expect(await fetchAll(path)).toEqual({
      listings: [{ bucket: "photos", snapshot: SNAPSHOT, digest, rows: [A_B, CAT] }],
      reports: [
        report(path, {
          ...usable,
          digest,
          rowsRead: 3,
          rowsKept: 2,
          problems: [`${path}: data file ${key}${problem}`],
        }),
      ],
    });
  });

  it("a row without an end", async () => {
    const { path } = writeInventory(newFolder(), { data: { "1.csv": FIRST + "x".repeat(1 << 21), "2.csv": SECOND } });
    const { listings, reports } = await fetchAll(path);
    expect(listings[0]?.rows).toEqual([A_B, ...SECOND_ROWS]);
    expect(reports[0]?.problems).toEqual([
      `${path}: data file inventories/photos/daily/data/1.csv: has a row longer than 1048576 bytes; ${again}`,
    ]);
  });

  it("a name that no file system takes", async () => {
    const { path } = writeInventory(newFolder(), { manifest: { files: [{ key: "x".repeat(300) }] } });
    expect((await fetchAll(path)).reports[0]?.problems).toEqual([expect.stringContaining("ENAMETOOLONG")]);
  });
});

it("rows that cannot be read are counted, and the others are used", async () => {
  const short = '"photos","a/cat.jpg"\n';
  const foreign = FIRST.replaceAll("photos", "other");
  const { path, digest } = writeInventory(newFolder(), { data: { "1.csv": FIRST + short + foreign + SECOND } });
  expect(await fetchAll(path)).toEqual({
    listings: [{ bucket: "photos", snapshot: SNAPSHOT, digest, rows: ALL }],
    reports: [
      report(path, {
        ...usable,
        digest,
        rowsRead: 8,
        rowsKept: 4,
        problems: [
          `${path}: data file inventories/photos/daily/data/1.csv: 3 of 8 rows are not used, the first is row 3; expected ` +
            "the 7 columns of fileSchema, bucket photos, an encoded key and a time like 2026-02-06T00:00:38.000Z",
        ],
      }),
    ],
  });
});

it("rows come in one order, whatever that of the file", async () => {
  const rows = [
    row("two", "06T10:00:00", "SSE-C", "v1"),
    row("two", "06T10:00:00", "SSE-KMS", "v1"),
    row("two", "06T10:00:00", "SSE-C", "v2"),
    row("a/cat.jpg", "06T10:00:00", "SSE-C"),
  ];
  const rowsOf = async (some: string[][]) => {
    const { path } = writeInventory(newFolder(), { data: { "1.csv": csv(some) } });
    return (await fetchAll(path)).listings[0]?.rows;
  };
  const found = await rowsOf(rows);
  expect(found?.map(({ key, versionId, encryption }) => [key, versionId, encryption])).toEqual([
    ["a/cat.jpg", "null", SSE_C],
    ["two", "v1", SSE_KMS],
    ["two", "v1", SSE_C],
    ["two", "v2", SSE_C],
  ]);
  expect(await rowsOf(rows.toReversed())).toEqual(found);
});

it("rows without version ids come in the order of their times", async () => {
  const manifest = { fileSchema: "Bucket, Key, LastModifiedDate, EncryptionStatus" };
  const line = (time: string, status: string) => ["photos", "two", `2026-02-06T${time}Z`, status];
  const data = { "1.csv": csv([line("10:00:01", "SSE-C"), line("10:00:00", "SSE-KMS"), line("10:00:00", "NOT-SSE")]) };
  const { path } = writeInventory(newFolder(), { data, manifest });
  const { listings } = await fetchAll(path);
  expect(listings[0]?.rows.map(({ encryption }) => encryption)).toEqual([1, SSE_KMS, SSE_C]);
});

it("inventories are listed by bucket and time, and reported as they were given", async () => {
  const [a, b, c, d] = [
    { sourceBucket: "photos", creationTimestamp: SNAPSHOT + 1 },
    { sourceBucket: "photos" },
    { sourceBucket: "archive" },
    { sourceBucket: "photos", version: "2" },
  ].map((manifest) => writeInventory(newFolder(), { manifest }));
  const paths = [a, b, c, d].map((inventory) => inventory!.path);
  const asked = new Map([...ASKED, ["archive", new Set(["k"])]]);
  const inventories = await openInventories(paths);
  expect(inventories.buckets).toEqual(["archive", "photos"]);
  const { listings, reports } = await inventories.fetch(asked);
  expect(listings.map(({ digest }) => digest)).toEqual([c!.digest, ...[b!.digest, d!.digest].sort(), a!.digest]);
  expect(reports.map(({ manifest }) => manifest)).toEqual(paths);
  expect(await inventories.fetch(asked)).toEqual({ listings, reports });
});

it("an inventory may lie elsewhere than on disk, and come byte by byte", async () => {
  const folder = newFolder();
  const { path, digest } = writeInventory(folder, { data: { "1.csv.gz": FIRST, "2.csv": SECOND } });
  const inBucket = (name: string): InventoryPlace => ({
    name,
    manifest: async () => readFileSync(path),
    checksum: async () => null,
    dataFile: async (key) => Readable.from([...readFileSync(join(folder, key))].map((byte) => Buffer.of(byte))),
  });
  const inventories = await openInventories(["s3://inventories/manifest.json"], inBucket);
  const { listings } = await inventories.fetch(ASKED);
  expect(listings).toEqual([{ bucket: "photos", snapshot: SNAPSHOT, digest, rows: ALL }]);
});
