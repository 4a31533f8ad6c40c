import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge } from "../../lib/audit.ts";
import { createEvidence, type Evidence, evidenceFrom } from "../../lib/evidence/create-evidence.ts";
import type { Narrowing } from "../../lib/evidence/evidence.ts";
import type { AskedObjects, Inventories, Listing } from "../../lib/evidence/inventory/inventories.ts";
import { openInventories } from "../../lib/evidence/inventory/inventories.ts";
import type { InventoryRow } from "../../lib/evidence/inventory/row.ts";
import {
  ENCRYPTIONS,
  FACT_NAMES,
  get,
  INTERFACES,
  type Interface,
  PLAIN,
  SSE_C,
  SSE_KMS,
  SSE_S3,
  set,
} from "../../lib/facts.ts";
import type { LogRecord } from "../../lib/record.ts";
import { csv, row as line, temporaryFolder, writeInventory } from "./inventory/folder.ts";
import { recordOf, T, UNDECIDED } from "./records.ts";

const SNAPSHOT = Date.parse("2026-02-07T00:00:00Z");
const BEFORE = Date.parse("2026-02-06T10:00:00Z");
const PRESIGNED_SOURCE = "PUT /photos/a/cat.jpg?x-amz-copy-source=originals%2Fcat.raw HTTP/1.1";

const row = (key: string, encryption: number, fields: Partial<InventoryRow> = {}): InventoryRow => ({
  key,
  versionId: "null",
  isCurrent: true,
  isDeleteMarker: false,
  isMultipart: false,
  lastModified: BEFORE,
  encryption,
  ...fields,
});
const listing = (bucket: string, rows: InventoryRow[], snapshot = SNAPSHOT): Listing => ({
  bucket,
  snapshot,
  digest: "sha256:1",
  rows,
});

/** Inventories that hold these listings, and note what they were asked for. */
function inventoriesOf(listings: Listing[]): Inventories & { asked: AskedObjects[] } {
  const asked: AskedObjects[] = [];
  return {
    asked,
    buckets: [...new Set(listings.map(({ bucket }) => bucket))],
    async fetch(objects) {
      asked.push(structuredClone(objects));
      const rowsOf = ({ bucket, rows }: Listing) => rows.filter(({ key }) => objects.get(bucket)?.has(key));
      return { listings: listings.map((one) => ({ ...one, rows: rowsOf(one) })), reports: [] };
    },
  };
}

interface Half {
  bucket: string;
  key: string;
  versionId?: string;
  requestId?: string;
}

/** Goes through all steps for one record. */
async function evidenceOn(record: LogRecord, listings: Listing[], halves: Half[] = []) {
  const inventories = inventoriesOf(listings);
  const evidence = createEvidence(inventories);
  ask(evidence, record);
  const wantsHalves = evidence.wantsRelated();
  for (const half of halves) evidence.offerHalf({ requestId: record.requestId, time: T, versionId: null, ...half });
  await evidence.fetch();
  return { found: resolve(evidence, record), wantsHalves, asked: inventories.asked };
}

function ask(evidence: Evidence, record: LogRecord): void {
  for (const resolver of evidence.resolvers) resolver.ask?.(record, record.facts);
}

function resolve(evidence: Evidence, record: LogRecord): Narrowing[] {
  return evidence.resolvers.flatMap((resolver) => resolver.resolve(record, record.facts));
}

const known = (found: Narrowing[]) => Object.fromEntries(found.map(({ fact, values }) => [fact, values]));
const everyRow = (lastModified: number) => [listing("photos", [row("a/cat.jpg", SSE_C, { lastModified })])];

describe("what an inventory tells of the target", () => {
  it.each<[Interface, readOfBefore: object, writeOfNow: object]>([
    ["GetObject", { target: SSE_C }, { target: SSE_C }],
    ["HeadObject", { target: SSE_C }, { target: SSE_C }],
    ["PutObject", {}, { target: SSE_C }],
    ["PostObject", {}, { target: SSE_C }],
    ["CopyObject", {}, { target: SSE_C }],
    ["InitiateMultipartUpload", {}, {}],
    ["UploadPart", {}, {}],
    ["UploadPartCopy", {}, {}],
    ["CompleteMultipartUpload", {}, {}],
    ["Other", {}, {}],
  ])("%s", async (name, readOfBefore, writeOfNow) => {
    expect(known((await evidenceOn(recordOf(name), everyRow(BEFORE))).found)).toEqual(readOfBefore);
    expect(known((await evidenceOn(recordOf(name), everyRow(T))).found)).toEqual(writeOfNow);
  });

  it("says where it comes from", async () => {
    const { found } = await evidenceOn(recordOf("GetObject"), everyRow(BEFORE));
    expect(found).toEqual([
      {
        fact: "target",
        values: SSE_C,
        by: "s3-inventory",
        detail:
          "inventory of photos (snapshot 2026-02-07T00:00:00.000Z) lists s3://photos/a/cat.jpg as SSE-C, last modified 2026-02-06T10:00:00.000Z",
      },
    ]);
  });

  it("names the version", async () => {
    const rows = [row("a/cat.jpg", SSE_KMS, { versionId: "v1", isCurrent: false }), row("a/cat.jpg", SSE_C)];
    const { found } = await evidenceOn(recordOf("GetObject", { versionId: "v1" }), [listing("photos", rows)]);
    expect(found).toMatchObject([
      { values: SSE_KMS, detail: expect.stringContaining(" lists s3://photos/a/cat.jpg version v1 as SSE-KMS, ") },
    ]);
  });

  it.each(ENCRYPTIONS.map((name, i) => [name, 1 << i] as const))("knows %s", async (name, encryption) => {
    const { found } = await evidenceOn(recordOf("GetObject"), [listing("photos", [row("a/cat.jpg", encryption)])]);
    expect(found).toMatchObject([{ values: encryption, detail: expect.stringContaining(` as ${name}, `) }]);
  });
});

describe("several inventories of a bucket", () => {
  const other = (encryption: number, fields = {}, snapshot = SNAPSHOT + 1) =>
    listing("photos", [row("a/cat.jpg", encryption, fields)], snapshot);
  it.each<[string, Listing[], object]>([
    ["alike", [other(SSE_C), other(SSE_C)], { target: SSE_C }],
    ["that disagree", [other(SSE_C), other(SSE_S3)], {}],
    ["one too old", [other(SSE_S3, {}, BEFORE), other(SSE_C)], { target: SSE_C }],
    ["one too new", [other(SSE_C), other(SSE_S3, { lastModified: T + 1 })], { target: SSE_C }],
    ["one that does not list it", [listing("photos", []), other(SSE_C)], { target: SSE_C }],
    ["of another bucket", [listing("other", [row("a/cat.jpg", SSE_S3)]), other(SSE_C)], { target: SSE_C }],
    ["none", [], {}],
  ])("%s", async (_, listings, expected) => {
    const { found } = await evidenceOn(recordOf("GetObject"), listings);
    expect(known(found)).toEqual(expected);
  });
});

describe("the source of a copy", () => {
  const originals = listing("originals", [
    row("cat.raw", SSE_C),
    row("cat.raw", PLAIN, { versionId: "v1", isCurrent: false }),
  ]);
  const half: Half = { bucket: "originals", key: "cat.raw" };
  const object = { bucket: "originals", key: "cat.raw", versionId: null };
  const listed =
    "inventory of originals (snapshot 2026-02-07T00:00:00.000Z) lists it as SSE-C, last modified 2026-02-06T10:00:00.000Z";

  it.each<[string, Partial<LogRecord>, Half[], namedBy: string, wantsHalves: boolean]>([
    ["the record", { copySource: object }, [], "the record", false],
    ["the presigned query", { uri: PRESIGNED_SOURCE, authType: "QueryString" }, [], "the presigned query", false],
    ["the read half", {}, [half], "read half of request 7B4A0FABBEXAMPLE", true],
    ["the read half, twice", {}, [half, half], "read half of request 7B4A0FABBEXAMPLE", true],
  ])("is named by %s", async (_, fields, halves, namedBy, wantsHalves) => {
    for (const name of ["CopyObject", "UploadPartCopy"] as const) {
      expect(await evidenceOn(recordOf(name, fields), [originals], halves)).toEqual({
        found: [
          {
            fact: "source",
            values: SSE_C,
            by: "s3-inventory",
            detail: `${namedBy} names s3://originals/cat.raw; ${listed}`,
          },
        ],
        wantsHalves,
        asked: [new Map([["originals", new Set(["cat.raw"])]])],
      });
    }
  });

  it("may be an old version", async () => {
    const { found } = await evidenceOn(recordOf("CopyObject"), [originals], [{ ...half, versionId: "v1" }]);
    expect(found).toMatchObject([
      {
        fact: "source",
        values: PLAIN,
        detail: expect.stringMatching(
          "^read half of request 7B4A0FABBEXAMPLE names s3://originals/cat.raw version v1; ",
        ),
      },
    ]);
  });

  it.each<[string, Partial<LogRecord>, Half[]]>([
    ["no half", {}, []],
    ["the half of another request", {}, [{ ...half, requestId: "OTHER" }]],
    ["contradictory halves", {}, [{ ...half, versionId: "v1" }, half]],
    ["a client-written query", { uri: PRESIGNED_SOURCE, authType: "AuthHeader" }, []],
    ["not found", { status: 404 }, [{ ...half, versionId: "v1" }]],
  ])("is not known by %s", async (_, fields, halves) => {
    const { found, wantsHalves } = await evidenceOn(recordOf("CopyObject", fields), [originals], halves);
    expect(found).toEqual([]);
    expect(wantsHalves).toBe(true);
  });

  it("is asked for only where it is open", async () => {
    const record = recordOf("CopyObject");
    const facts = set(record.facts, "source", SSE_S3);
    const { found, wantsHalves } = await evidenceOn({ ...record, facts }, [originals], [{ ...half, versionId: "v1" }]);
    expect({ found, wantsHalves }).toEqual({ found: [], wantsHalves: false });
  });

  it("is not what the copy itself made", async () => {
    const target = { bucket: "photos", key: "a/cat.jpg", versionId: null };
    const rows = [listing("photos", [row("a/cat.jpg", SSE_KMS, { lastModified: T })])];
    const sourceOf = async (fields: Partial<LogRecord>) =>
      known((await evidenceOn(recordOf("CopyObject", fields), rows)).found);
    expect(await sourceOf({ copySource: target })).toEqual({ target: SSE_KMS });
    expect(await sourceOf({ copySource: { ...target, versionId: "null" } })).toEqual({ target: SSE_KMS });
    expect(await sourceOf({ copySource: target, status: null })).toEqual({});
    // Refused, it replaced nothing.
    expect(await sourceOf({ copySource: target, status: 403 })).toEqual({ source: SSE_KMS });
  });

  it("may be another version of the target, another key, or a key of another bucket", async () => {
    const rows = [
      listing("photos", [row("a/cat.jpg", SSE_KMS, { versionId: "v1", isCurrent: false }), row("a/dog.jpg", SSE_S3)]),
      listing("originals", [row("a/cat.jpg", SSE_C)]),
    ];
    const sourceOf = async (bucket: string, key: string, versionId: string | null) =>
      known((await evidenceOn(recordOf("CopyObject", { copySource: { bucket, key, versionId } }), rows)).found);
    expect(await sourceOf("photos", "a/cat.jpg", "v1")).toEqual({ source: SSE_KMS });
    expect(await sourceOf("photos", "a/dog.jpg", null)).toEqual({ source: SSE_S3 });
    expect(await sourceOf("originals", "a/cat.jpg", null)).toEqual({ source: SSE_C });
  });
});

describe("what is asked for", () => {
  const photos = [listing("photos", [])];
  const target = new Map([["photos", new Set(["a/cat.jpg"])]]);
  it.each<[string, LogRecord, Listing[], AskedObjects, wantsHalves: boolean]>([
    ["a read", recordOf("GetObject"), photos, target, false],
    ["a part", recordOf("UploadPart"), photos, new Map(), false],
    ["no key", recordOf("GetObject", { key: null }), photos, new Map(), false],
    ["a bucket that no inventory lists", recordOf("GetObject", { bucket: "other" }), photos, new Map(), false],
    [
      "a known target",
      recordOf("GetObject", { facts: set(recordOf("GetObject").facts, "target", SSE_C) }),
      photos,
      new Map(),
      false,
    ],
    ["a copy", recordOf("CopyObject"), photos, target, true],
    ["a part copy", recordOf("UploadPartCopy"), photos, new Map(), true],
    ["a copy, without inventories", recordOf("CopyObject"), [], new Map(), false],
  ])("%s", async (_, record, listings, asked, wantsHalves) => {
    expect(await evidenceOn(record, listings)).toEqual({ found: [], asked: [asked], wantsHalves });
  });

  it("is nothing without inventories, but presigned queries still tell", async () => {
    const evidence = createEvidence();
    const uri = "PUT /photos/a/cat.jpg?x-amz-server-side-encryption=aws:kms HTTP/1.1";
    const record = recordOf("PutObject", { uri, authType: "QueryString" });
    ask(evidence, record);
    ask(evidence, recordOf("CopyObject"));
    expect(evidence.asked()).toEqual({
      objects: new Map(),
      requestIds: new Set(),
      halves: [],
      twins: { wanted: new Map(), found: [] },
      live: { objects: [], copies: new Map() },
    });
    expect(await evidence.fetch()).toEqual([]);
    expect(known(resolve(evidence, record))).toEqual({ target: SSE_KMS });
  });
});

describe("across threads", () => {
  const records = [
    recordOf("GetObject"),
    recordOf("GetObject", { key: "b" }),
    recordOf("CopyObject", { requestId: "R1", key: "c", time: T }),
    recordOf("CopyObject", { requestId: "R2", key: "c", time: T }),
  ];
  const halves = [
    { requestId: "R1", time: T, bucket: "photos", key: "b", versionId: null },
    { requestId: "R2", time: T, bucket: "photos", key: "a/cat.jpg", versionId: null },
  ];
  const listings = [
    listing("photos", [row("a/cat.jpg", SSE_C), row("b", SSE_KMS), row("c", SSE_S3, { lastModified: T })]),
  ];

  it("the same is known as in one thread", async () => {
    const alone = createEvidence(inventoriesOf(listings));
    for (const record of records) ask(alone, record);
    for (const half of halves) alone.offerHalf(half);
    await alone.fetch();

    const main = createEvidence(inventoriesOf(listings));
    const step = (work: (worker: Evidence, i: number) => void) => {
      const workers = [0, 1].map(() => evidenceFrom(structuredClone(main.snapshot())));
      workers.forEach(work);
      for (const worker of workers.toReversed()) main.add(structuredClone(worker.asked()));
      return workers;
    };
    step((worker, i) => {
      for (const record of records.filter((_, n) => n % 2 === i)) ask(worker, record);
    });
    expect(main.wantsRelated()).toBe(true);
    // Each half is in a file of the other thread.
    step((worker, i) => worker.offerHalf(halves[1 - i]!));
    await main.fetch();
    const [worker] = step(() => {});

    const expected = [
      { target: SSE_C },
      { target: SSE_KMS },
      { target: SSE_S3, source: SSE_KMS },
      { target: SSE_S3, source: SSE_C },
    ];
    for (const evidence of [alone, main, worker!]) {
      expect(records.map((record) => known(resolve(evidence, record)))).toEqual(expected);
    }
    expect(records.map((record) => resolve(worker!, record))).toEqual(records.map((record) => resolve(alone, record)));
  });
});

it("reads real inventories", async () => {
  const root = temporaryFolder();
  const data = { "1.csv.gz": csv([line("a/cat.jpg", "06T10:00:00", "SSE-C"), line("b", "06T10:00:00", "SSE-C")]) };
  const { path, digest } = writeInventory(root, { data });
  const evidence = createEvidence(await openInventories([path]));
  ask(evidence, recordOf("GetObject"));
  expect(await evidence.fetch()).toEqual([
    { manifest: path, digest, bucket: "photos", snapshot: SNAPSHOT, rowsRead: 2, rowsKept: 1, problems: [], notes: [] },
  ]);
  expect(known(resolve(evidence, recordOf("GetObject")))).toEqual({ target: SSE_C });
});

describe("laws", () => {
  const encryption = fc.constantFrom(0, PLAIN, SSE_S3, SSE_KMS, SSE_C);
  const rows = fc.array(
    fc.record({
      key: fc.constantFrom("a/cat.jpg", "b"),
      versionId: fc.constantFrom("v1", "null"),
      isCurrent: fc.boolean(),
      isDeleteMarker: fc.boolean(),
      isMultipart: fc.boolean(),
      lastModified: fc.integer({ min: T - 6_000, max: T + 6_000 }),
      encryption,
    }),
  );
  const record = fc
    .record({
      name: fc.constantFrom(...INTERFACES),
      target: fc.integer({ min: 0, max: 15 }),
      source: fc.integer({ min: 0, max: 15 }),
      status: fc.constantFrom(200, 304, 403, 404, null),
      versionId: fc.constantFrom("v1", "null", null),
      copySource: fc.constantFrom(null, { bucket: "photos", key: "b", versionId: null }),
    })
    .map(({ name, target, source, ...fields }) => {
      const { facts } = recordOf(name);
      return recordOf(name, { ...fields, facts: set(set(facts, "target", target), "source", source) });
    });

  it("facts are only ever narrowed, and to something", async () => {
    await fc.assert(
      fc.asyncProperty(record, rows, async (record, rows) => {
        const evidence = createEvidence(inventoriesOf([listing("photos", rows)]));
        ask(evidence, record);
        await evidence.fetch();
        const { facts } = judge({ policies: [UNDECIDED], resolvers: evidence.resolvers }, record);
        for (const fact of FACT_NAMES) {
          expect(get(facts, fact) & ~get(record.facts, fact)).toBe(0);
          expect(get(facts, fact) === 0).toBe(get(record.facts, fact) === 0);
        }
      }),
    );
  });

  it("no client-written byte moves a fact", async () => {
    await fc.assert(
      fc.asyncProperty(record, rows, fc.string({ unit: "binary" }), async (record, rows, text) => {
        const foundOn = async (hostile: Partial<LogRecord>) => {
          const one = { ...record, authType: "AuthHeader", ...hostile };
          return (await evidenceOn(one, [listing("photos", rows)])).found;
        };
        const hostile = { uri: `PUT /b?${text} HTTP/1.1`, referer: text, userAgent: text, host: text };
        const found = await foundOn({});
        expect(await foundOn(hostile)).toEqual(found);
        expect(await foundOn({ ...hostile, uri: PRESIGNED_SOURCE })).toEqual(found);
      }),
    );
  });
});
