import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Judgement, judge } from "../../../lib/audit.ts";
import { createEvidence, type Evidence, evidenceFrom } from "../../../lib/evidence/create-evidence.ts";
import type { Narrowing } from "../../../lib/evidence/evidence.ts";
import type { Live, LiveHead, LiveReport, WantedObject } from "../../../lib/evidence/live/live.ts";
import { ASKED_FOR_NOTHING } from "../../../lib/evidence/stated.ts";
import {
  FACT_NAMES,
  type FactName,
  get,
  INTERFACES,
  type Interface,
  PLAIN,
  SSE_C,
  SSE_KMS,
  SSE_S3,
  set,
} from "../../../lib/facts.ts";
import type { LogRecord, ObjectVersion } from "../../../lib/record.ts";
import { recordOf, T, UNDECIDED } from "../records.ts";

const NOW = Date.parse("2026-02-07T00:00:00Z");
const BEFORE = Date.parse("2026-02-06T10:00:00Z");
const SOURCE = "s3-access-log";
const NO_REPORT: LiveReport = { asked: 0, notAsked: 0, unproved: [], problem: null };

const object = (key = "a/cat.jpg", versionId: string | null = null, bucket = "photos"): ObjectVersion => ({
  bucket,
  key,
  versionId,
});
const described = (object: ObjectVersion, encryption: number, lastModified = BEFORE): LiveHead => ({
  object,
  at: NOW,
  answer: {
    kind: "described",
    row: {
      key: object.key,
      versionId: object.versionId ?? "null",
      isCurrent: object.versionId === null,
      isDeleteMarker: false,
      isMultipart: false,
      lastModified,
      encryption,
    },
  },
});
const silent = (object: ObjectVersion, isFinal: boolean): LiveHead => ({
  object,
  at: NOW,
  answer: { kind: "silent", reason: "as told", isFinal },
});

/** A store that answers so, and notes what it is asked. */
function storeOf(answers: LiveHead[], report: Partial<LiveReport> = {}): Live & { wanted: WantedObject[][] } {
  const wanted: WantedObject[][] = [];
  return {
    wanted,
    async fetch(objects) {
      wanted.push(structuredClone([...objects]));
      const isWanted = ({ object }: LiveHead) => objects.some((one) => isSame(one.object, object));
      return { heads: answers.filter(isWanted), report: { ...NO_REPORT, ...report } };
    },
  };
}
const isSame = (a: ObjectVersion, b: ObjectVersion) =>
  a.bucket === b.bucket && a.key === b.key && a.versionId === b.versionId;

/** What is open in a record, for all that is known of it. */
function openIn(record: LogRecord, missing: FactName[]): Judgement {
  return { ...judge({ policies: [UNDECIDED], resolvers: [] }, record), missing };
}

interface Half {
  key: string;
  requestId?: string;
}

/** Goes through the steps of live evidence for one record. */
async function askAbout(record: LogRecord, missing: FactName[], answers: LiveHead[] = [], halves: Half[] = []) {
  const store = storeOf(answers);
  const evidence = createEvidence(undefined, null, false, store);
  askLive(evidence, record, missing);
  const wantsRelated = evidence.wantsRelated();
  for (const half of halves)
    evidence.offerHalf({ requestId: record.requestId, time: T, bucket: "originals", versionId: null, ...half });
  await evidence.fetchLive();
  return { found: resolve(evidence, record), wanted: store.wanted[0], wantsRelated };
}

function askLive(evidence: Evidence, record: LogRecord, missing: FactName[] = ["target"]): void {
  const asker = evidence.liveAsker();
  asker.ask(openIn(record, missing));
  evidence.add(asker.asked());
}

function resolve(evidence: Evidence, record: LogRecord): Narrowing[] {
  return evidence.on(SOURCE).resolvers.flatMap((resolver) => resolver.resolve(record, record.facts));
}

const known = (found: Narrowing[]) => Object.fromEntries(found.map(({ fact, values }) => [fact, values]));
const wants = (...objects: ObjectVersion[]) => objects.map((object) => ({ object, records: 1 }));

describe("what is asked of the store about the target", () => {
  it.each<[Interface, Partial<LogRecord>, ObjectVersion[]]>([
    ["GetObject", {}, [object()]],
    ["HeadObject", { status: 403 }, [object()]],
    ["GetObject", { versionId: "v1" }, [object("a/cat.jpg", "v1")]],
    ["GetObject", { status: 404 }, []],
    ["GetObject", { key: null }, []],
    ["PutObject", {}, [object()]],
    ["PostObject", {}, [object()]],
    ["CopyObject", {}, [object()]],
    ["PutObject", { status: 403 }, []],
    ["PutObject", { status: null }, []],
    ["InitiateMultipartUpload", {}, []],
    ["UploadPart", {}, []],
    ["UploadPartCopy", {}, []],
    ["CompleteMultipartUpload", {}, []],
    ["Other", {}, []],
  ])("%s %j", async (name, fields, objects) => {
    expect(await askAbout(recordOf(name, fields), ["target"])).toEqual({
      found: [],
      wanted: wants(...objects),
      wantsRelated: false,
    });
  });

  it.each<[string, Partial<LogRecord>]>([
    ["no bucket", { bucket: "-" }],
    ["an access point", { bucket: "arn:aws:s3:eu-central-1:111122223333:accesspoint/x" }],
    ["a path", { bucket: "photos/a" }],
    ["a directory bucket", { bucket: "photos--use1-az4--x-s3" }],
    ["an empty key", { key: "" }],
    ["a key that leads elsewhere", { key: "a/../../other/k" }],
    ["a key that is a dot", { key: "." }],
  ])("nothing of %s", async (_, fields) => {
    expect(await askAbout(recordOf("GetObject", fields), ["target"])).toMatchObject({ wanted: [] });
  });

  it.each(["a/..b/c", "...", "a.b", ".hidden"])("something of the key %s", async (key) => {
    expect(await askAbout(recordOf("GetObject", { key }), ["target"])).toMatchObject({ wanted: wants(object(key)) });
  });

  it("nothing where the verdict does not hang on it", async () => {
    expect(await askAbout(recordOf("GetObject"), ["transport", "signature"])).toMatchObject({ wanted: [] });
  });
});

describe("what is asked of the store about a copy's source", () => {
  const copySource = object("cat.raw", null, "originals");
  it.each<[string, Partial<LogRecord>, Half[], ObjectVersion[], wantsRelated: boolean]>([
    ["named by the record", { copySource }, [], [copySource], false],
    [
      "named by its version",
      { copySource: { ...copySource, versionId: "v1" } },
      [],
      [{ ...copySource, versionId: "v1" }],
      false,
    ],
    ["named by the read half", {}, [{ key: "cat.raw" }], [copySource], true],
    ["not named", {}, [], [], true],
    ["named by contradictory halves", {}, [{ key: "cat.raw" }, { key: "dog.raw" }], [], true],
    ["named by the half of another request", {}, [{ key: "cat.raw", requestId: "OTHER" }], [], true],
    ["that the copy itself replaced", { copySource: object() }, [], [], false],
    ["of a refused copy", { copySource, status: 403 }, [], [], false],
    ["not named, of a refused copy", { status: 403 }, [{ key: "cat.raw" }], [], false],
    ["of a copy without a status", { copySource, status: null }, [], [copySource], false],
  ])("%s", async (_, fields, halves, objects, wantsRelated) => {
    for (const name of ["CopyObject", "UploadPartCopy"] as const) {
      const asked = await askAbout(recordOf(name, fields), ["source"], [], halves);
      expect(asked).toEqual({ found: [], wanted: wants(...objects), wantsRelated });
    }
  });

  it("nothing where the verdict does not hang on it", async () => {
    const asked = await askAbout(recordOf("CopyObject", { copySource }), ["target"]);
    expect(asked).toMatchObject({ wanted: wants(object()), wantsRelated: false });
  });
});

describe("what the store's answer tells", () => {
  it("of the target, with its provenance", async () => {
    const { found } = await askAbout(recordOf("GetObject"), ["target"], [described(object(), SSE_KMS)]);
    expect(found).toEqual([
      {
        fact: "target",
        values: SSE_KMS,
        by: "live-head",
        detail:
          "live HEAD of s3://photos/a/cat.jpg at 2026-02-07T00:00:00.000Z says SSE-KMS, last modified 2026-02-06T10:00:00.000Z",
      },
    ]);
  });

  it("of a version that is refused without its key", async () => {
    const v1 = object("a/cat.jpg", "v1");
    const answers: LiveHead[] = [{ object: v1, at: NOW, answer: { kind: "locked" } }];
    const { found } = await askAbout(recordOf("GetObject", { versionId: "v1" }), ["target"], answers);
    expect(found).toEqual([
      {
        fact: "target",
        values: SSE_C,
        by: "live-head",
        detail:
          "live HEAD of s3://photos/a/cat.jpg version v1 at 2026-02-07T00:00:00.000Z is refused without the customer's key: SSE-C",
      },
    ]);
  });

  it("of a copy's source and of what it made", async () => {
    const source = object("cat.raw", null, "originals");
    const answers = [described(source, SSE_S3), described(object(), SSE_KMS, T)];
    const { found } = await askAbout(recordOf("CopyObject"), ["source", "target"], answers, [{ key: "cat.raw" }]);
    expect(found).toEqual([
      expect.objectContaining({ fact: "target", values: SSE_KMS }),
      {
        fact: "source",
        values: SSE_S3,
        by: "live-head",
        detail:
          "read half of request 7B4A0FABBEXAMPLE names s3://originals/cat.raw; live HEAD of it at 2026-02-07T00:00:00.000Z says SSE-S3, last modified 2026-02-06T10:00:00.000Z",
      },
    ]);
  });

  it("is nothing of the source where the copy replaced it", async () => {
    const record = recordOf("CopyObject", { copySource: object() });
    const { found } = await askAbout(record, ["source", "target"], [described(object(), SSE_KMS, T)]);
    expect(known(found)).toEqual({ target: SSE_KMS });
  });

  it.each<[string, LiveHead[]]>([
    ["no answer", []],
    ["an answer that proves nothing", [silent(object(), true)]],
    ["an object that was replaced since", [described(object(), SSE_KMS, T + 60_000)]],
  ])("is nothing by %s", async (_, answers) => {
    expect((await askAbout(recordOf("GetObject"), ["target"], answers)).found).toEqual([]);
  });

  it("is nothing of a refused write, whatever stands there now", async () => {
    const store = storeOf([described(object(), SSE_KMS, T)]);
    const evidence = createEvidence(undefined, null, false, store);
    askLive(evidence, recordOf("PutObject"));
    await evidence.fetchLive();
    expect(resolve(evidence, recordOf("PutObject", { status: 403 }))).toEqual([]);
    expect(known(resolve(evidence, recordOf("PutObject")))).toEqual({ target: SSE_KMS });
  });
});

it("each object is asked once, with the number of records that hang on it", async () => {
  const store = storeOf([]);
  const evidence = createEvidence(undefined, null, false, store);
  const records = [
    recordOf("GetObject"),
    recordOf("HeadObject"),
    recordOf("GetObject", { versionId: "v1" }),
    recordOf("CopyObject", { requestId: "R1", key: "c" }),
    recordOf("CopyObject", { requestId: "R1", key: "c" }),
  ];
  // As two threads do, and one after them.
  for (const part of [records.slice(0, 2), records.slice(2), records]) {
    const asker = evidence.liveAsker();
    for (const record of part) asker.ask(openIn(record, ["source", "target"]));
    evidence.add(structuredClone(asker.asked()));
  }
  evidence.offerHalf({ requestId: "R1", time: T, bucket: "photos", key: "a/cat.jpg", versionId: null });
  // Threads that judge need not carry what is wanted.
  expect(evidence.snapshot().asked.live).toEqual({ objects: [], copies: new Map() });
  await evidence.fetchLive();
  expect(store.wanted).toEqual([
    [
      { object: object(), records: 4 + 4 },
      { object: object("a/cat.jpg", "v1"), records: 2 },
      { object: object("c"), records: 4 },
    ],
  ]);
});

describe("its place among the evidence", () => {
  const ids = (evidence: Evidence) => evidence.on(SOURCE).resolvers.map(({ id }) => id);
  const cheap = ["presigned-query", "s3-inventory"];

  it("is after what is cheap, and before what is stated", () => {
    const store = storeOf([]);
    const evidence = createEvidence(undefined, "SSE-S3", true, store);
    expect(ids(evidence)).toEqual(["cloudtrail-twin", ...cheap, "live-head", "stated-default-encryption"]);
    expect(ids(evidenceFrom(evidence.snapshot()))).toEqual(ids(evidence));
    expect(evidence.on(SOURCE).cheap.map(({ id }) => id)).toEqual(["cloudtrail-twin", ...cheap]);
  });

  it("is none where the store is not to be asked", async () => {
    const evidence = createEvidence();
    expect(ids(evidence)).toEqual(cheap);
    expect(await evidence.fetchLive()).toBeNull();
    expect(evidence.on(SOURCE).digests()).toEqual([]);
  });

  it("lets the store's answer go before what is stated", async () => {
    const evidence = [{ fact: "target" as const, values: PLAIN | SSE_S3, by: ASKED_FOR_NOTHING, detail: "as told" }];
    const record = recordOf("GetObject", { evidence });
    const store = storeOf([described(object(), PLAIN)]);
    const all = createEvidence(undefined, "SSE-S3", false, store);
    askLive(all, record);
    await all.fetchLive();
    const judged = judge({ policies: [UNDECIDED], resolvers: all.on(SOURCE).resolvers }, record);
    expect(judged.evidence.map(({ by }) => by)).toEqual([ASKED_FOR_NOTHING, "live-head"]);
    expect(judged.contradictions.map(({ by }) => by)).toEqual(["stated-default-encryption"]);
  });
});

describe("what receipts tell", () => {
  const [cat, dog] = [object(), object("dog.jpg")];
  const read = recordOf("GetObject");
  const readDog = recordOf("GetObject", { key: "dog.jpg" });
  const digest = expect.stringMatching(/^live:sha256:[0-9a-f]{64}$/);

  async function digestsOf(records: LogRecord[], answers: LiveHead[], report: Partial<LiveReport> = {}) {
    const evidence = createEvidence(undefined, null, false, storeOf(answers, report));
    for (const record of [read, readDog]) askLive(evidence, record);
    await evidence.fetchLive();
    const { resolvers, digests } = evidenceFrom(structuredClone(evidence.snapshot())).on(SOURCE);
    for (const record of records) for (const { resolve } of resolvers) resolve(record, record.facts);
    return digests();
  }

  it.each<[string, LogRecord[], LiveHead[], Partial<LiveReport>, unknown[]]>([
    ["nothing was open", [], [], {}, ["live"]],
    ["all was answered", [read], [described(cat, SSE_C), described(dog, PLAIN)], {}, ["live", digest]],
    ["an answer would be the same again", [read], [silent(cat, true)], {}, ["live"]],
    ["an answer might be another", [read], [silent(cat, false)], {}, ["live-in-part"]],
    ["that is another object's", [readDog], [silent(cat, false), silent(dog, true)], {}, ["live"]],
    ["something was not asked about", [read], [], { notAsked: 1 }, ["live-in-part"]],
    ["that is another object's", [read], [described(cat, SSE_C)], { notAsked: 1 }, ["live", digest]],
    ["a write was refused", [recordOf("PutObject", { status: 403 })], [], { notAsked: 1 }, ["live"]],
    ["nothing was to be asked", [recordOf("UploadPart")], [], { notAsked: 1 }, ["live"]],
    ["part of it", [read, readDog], [described(cat, SSE_C)], { notAsked: 1 }, ["live-in-part", digest]],
  ])("%s", async (_, records, answers, report, expected) => {
    expect(await digestsOf(records, answers, report)).toEqual(expected);
  });

  it("depends on the answers that were used, not on when they came", async () => {
    const both = [described(cat, SSE_C), described(dog, PLAIN)];
    const told = await digestsOf([read], both);
    expect(await digestsOf([read, read], both.map((head) => ({ ...head, at: NOW + 1 })).toReversed())).toEqual(told);
    expect(await digestsOf([read], [both[0]!, described(dog, SSE_C)])).toEqual(told);
    expect(await digestsOf([read], [described(cat, SSE_KMS)])).not.toEqual(told);
    expect(await digestsOf([read], [described(cat, SSE_C, BEFORE + 1000)])).not.toEqual(told);
    expect(await digestsOf([read, readDog], both)).not.toEqual(told);
    expect(await digestsOf([readDog, read], both)).toEqual(await digestsOf([read, readDog], both));
  });
});

describe("laws", () => {
  const encryption = fc.constantFrom(PLAIN, SSE_S3, SSE_KMS, SSE_C);
  const answer = fc
    .record({
      key: fc.constantFrom("a/cat.jpg", "b"),
      versionId: fc.constantFrom("v1", "null", null),
      lastModified: fc.integer({ min: T - 6_000, max: T + 6_000 }),
      encryption,
      kind: fc.constantFrom("described", "locked", "silent"),
    })
    .map(({ key, versionId, lastModified, encryption, kind }): LiveHead => {
      const one = object(key, versionId);
      if (kind === "locked") return { object: one, at: NOW, answer: { kind } };
      return kind === "silent" ? silent(one, true) : described(one, encryption, lastModified);
    });
  const record = fc
    .record({
      name: fc.constantFrom(...INTERFACES),
      target: fc.integer({ min: 0, max: 15 }),
      source: fc.integer({ min: 0, max: 15 }),
      status: fc.constantFrom(200, 304, 400, 403, 404, null),
      versionId: fc.constantFrom("v1", "null", null),
      copySource: fc.constantFrom(null, object("b")),
    })
    .map(({ name, target, source, ...fields }) => {
      const { facts } = recordOf(name);
      return recordOf(name, { ...fields, facts: set(set(facts, "target", target), "source", source) });
    });

  it("facts are only ever narrowed, and to something", async () => {
    await fc.assert(
      fc.asyncProperty(record, fc.array(answer), async (record, answers) => {
        const evidence = createEvidence(undefined, null, false, storeOf(answers));
        askLive(evidence, record, ["source", "target"]);
        await evidence.fetchLive();
        const { facts } = judge({ policies: [UNDECIDED], resolvers: evidence.on(SOURCE).resolvers }, record);
        for (const fact of FACT_NAMES) {
          expect(get(facts, fact) & ~get(record.facts, fact)).toBe(0);
          expect(get(facts, fact) === 0).toBe(get(record.facts, fact) === 0);
        }
      }),
    );
  });

  it("no client-written byte moves a fact, or makes the store be asked about another object", async () => {
    await fc.assert(
      fc.asyncProperty(record, fc.array(answer), fc.string({ unit: "binary" }), async (record, answers, text) => {
        const one = { ...record, authType: "AuthHeader" };
        const hostile = { uri: `PUT /b?${text} HTTP/1.1`, referer: text, userAgent: text, host: text };
        const all: FactName[] = ["source", "target"];
        expect(await askAbout({ ...one, ...hostile }, all, answers)).toEqual(await askAbout(one, all, answers));
      }),
    );
  });
});
