import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askInto, judge } from "../../lib/audit.ts";
import { createEvidence, type Evidence, evidenceFrom, type Finder } from "../../lib/evidence/create-evidence.ts";
import type { Inventories } from "../../lib/evidence/inventory/inventories.ts";
import { createTwins } from "../../lib/evidence/twins.ts";
import {
  ANY_ENCRYPTION,
  ANY_SIGNATURE,
  ANY_TRANSPORT,
  COPY,
  FACT_NAMES,
  GET,
  get,
  HTTP,
  HTTPS,
  OFF_NETWORK,
  PLAIN,
  PUT,
  pack,
  SSE_C,
  SSE_KMS,
  SSE_S3,
  UNSIGNED,
  V2,
  V4,
} from "../../lib/facts.ts";
import { openPolicy } from "../../lib/policy/shipped.ts";
import type { LogRecord } from "../../lib/record.ts";
import { recordOf, T, UNDECIDED } from "./records.ts";

const TLS12 = 0b01000;
const TLS13 = 0b10000;
const S3 = "s3-access-log";
const TRAIL = "cloudtrail";

const one = (facts: number, fields: Partial<LogRecord> = {}) => recordOf("PutObject", { facts, ...fields });
/** What an access log may say of a write, and CloudTrail. */
const LOGGED = pack(PUT, HTTP, V4, 0, ANY_ENCRYPTION);
const EVENT = pack(PUT, HTTP, V4, 0, SSE_C);

/** Lets the resolvers hear of a record, reads the records of other log objects, and judges. */
function judged(
  sourceId: string,
  record: LogRecord,
  others: [sourceId: string, record: LogRecord][],
  joins = true,
  policy = UNDECIDED,
) {
  const evidence = createEvidence(undefined, null, joins);
  ask(evidence, sourceId, record, policy);
  for (const [id, other] of others) take(evidence, id, other);
  const { resolvers, digests } = evidence.on(sourceId);
  const { facts, evidence: used, contradictions } = judge({ policies: [policy], resolvers }, record);
  return { facts, used, contradictions, digests: digests() };
}

function ask(evidence: Evidence, sourceId: string, record: LogRecord, policy = UNDECIDED): void {
  const recipient = askInto({ policies: [policy], resolvers: evidence.on(sourceId).resolvers });
  if (recipient.see(record.facts)) recipient.judge(record);
}

function take(evidence: Finder, sourceId: string, record: LogRecord): void {
  const recipient = evidence.twinTaker(sourceId);
  recipient.malformed({ line: 1, offset: 0, bytes: 0, reason: "", text: "" });
  if (recipient.see(record.facts)) recipient.judge(record);
}

describe("a record of an S3 access log and its twin in CloudTrail", () => {
  const OPEN = pack(PUT, ANY_TRANSPORT, V2 | V4, 0, ANY_ENCRYPTION);
  it.each<[string, own: number, twin: number, facts: number, used: string[], contradictions: string[]]>([
    ["encryption", LOGGED, EVENT, EVENT, ["target"], []],
    [
      "TLS version",
      pack(PUT, HTTPS, V4, 0, 15),
      pack(PUT, TLS12, V4, 0, 15),
      pack(PUT, TLS12, V4, 0, 15),
      ["transport"],
      [],
    ],
    ["signature", OPEN, pack(PUT, ANY_TRANSPORT, V2, 0, 15), pack(PUT, ANY_TRANSPORT, V2, 0, 15), ["signature"], []],
    ["everything", OPEN, EVENT, EVENT, ["transport", "signature", "target"], []],
    ["nothing", EVENT, OPEN, EVENT, [], []],
    ["the same", EVENT, EVENT, EVENT, [], []],
    ["another transport", LOGGED, pack(PUT, TLS13, V4, 0, SSE_C), EVENT, ["target"], ["transport"]],
    ["another signature", LOGGED, pack(PUT, HTTP, UNSIGNED, 0, 15), LOGGED, [], ["signature"]],
    ["another encryption", pack(PUT, HTTP, V4, 0, SSE_S3), EVENT, pack(PUT, HTTP, V4, 0, SSE_S3), [], ["target"]],
    [
      "both halves of a copy",
      pack(COPY, HTTP, V4, 15, 15),
      pack(COPY, HTTP, V4, SSE_C, PLAIN),
      pack(COPY, HTTP, V4, SSE_C, PLAIN),
      ["source", "target"],
      [],
    ],
  ])("%s", (_, own, twin, facts, used, contradictions) => {
    for (const [mine, theirs, by] of [
      [S3, TRAIL, "cloudtrail-twin"],
      [TRAIL, S3, "access-log-twin"],
    ] as const) {
      const found = judged(mine, one(own), [[theirs, one(twin)]]);
      const told = (narrowings: { fact: string; by: string }[]) => narrowings.map((one) => [one.fact, one.by]);
      expect({ facts: found.facts, used: told(found.used), contradictions: told(found.contradictions) }).toEqual({
        facts,
        used: used.map((fact) => [fact, by]),
        contradictions: contradictions.map((fact) => [fact, by]),
      });
      expect(found.digests).toHaveLength(used.length + contradictions.length > 0 ? 1 : 0);
    }
  });

  it("says where it comes from", () => {
    const twin = one(pack(PUT, TLS12 | TLS13, V4, 0, SSE_C), { operation: "PutObject" });
    const { used, contradictions, digests } = judged(S3, one(LOGGED), [[TRAIL, twin]]);
    const head = "CloudTrail's event PutObject of request 7B4A0FABBEXAMPLE, 2026-02-06T10:00:38.000Z, says";
    expect({ used, contradictions, digests }).toEqual({
      used: [{ fact: "target", values: SSE_C, by: "cloudtrail-twin", detail: `${head} SSE-C` }],
      contradictions: [
        { fact: "transport", values: TLS12 | TLS13, by: "cloudtrail-twin", detail: `${head} TLSv1.2 or TLSv1.3` },
      ],
      digests: [expect.stringMatching(/^twins:sha256:[0-9a-f]{64}$/)],
    });
    const [back] = judged(TRAIL, one(pack(PUT, ANY_TRANSPORT, V4, 0, SSE_C)), [[S3, one(LOGGED)]]).used;
    expect(back!.detail).toBe(
      "the S3 access log's record REST.X.OBJECT of request 7B4A0FABBEXAMPLE, 2026-02-06T10:00:38.000Z, says HTTP",
    );
  });

  it("are told before a presigned query can settle the record", () => {
    const uri = "PUT /a?x-amz-server-side-encryption=AES256 HTTP/1.1";
    const { facts, contradictions } = judged(S3, one(LOGGED, { uri, authType: "QueryString" }), [[TRAIL, one(EVENT)]]);
    expect(facts).toBe(EVENT);
    expect(contradictions).toMatchObject([{ fact: "target", by: "presigned-query" }]);
  });
});

describe("under a policy that decides", () => {
  const obs = openPolicy("obs-sse");
  const SECURE = pack(PUT, TLS13, V4, 0, SSE_C);
  const told = (sourceId: string, own: number, twin: number) => {
    const other = sourceId === S3 ? TRAIL : S3;
    const { facts, contradictions } = judged(sourceId, one(own), [[other, one(twin)]], true, obs);
    return { facts, contradictions: contradictions.map(({ fact, by }) => `${fact} ${by}`) };
  };

  it.each<[string, sourceId: string, own: number, twin: number, facts: number, contradictions: string[]]>([
    ["a violation hears what its twin contradicts", TRAIL, EVENT, SECURE, EVENT, ["transport access-log-twin"]],
    ["and what it tells besides", S3, pack(PUT, HTTP, V4, 0, SSE_C | SSE_KMS), EVENT, EVENT, []],
    ["a compliant record hears nothing", S3, SECURE, EVENT, SECURE, []],
    ["an open record hears all", S3, LOGGED, SECURE, EVENT, ["transport cloudtrail-twin"]],
  ])("%s", (_, sourceId, own, twin, facts, contradictions) => {
    expect(told(sourceId, own, twin)).toEqual({ facts, contradictions });
  });
});

describe("the source of a copy", () => {
  const copy = (fields: Partial<LogRecord> = {}) => one(pack(COPY, HTTP, V4, ANY_ENCRYPTION, PLAIN), fields);
  const named = { bucket: "originals", key: "cat.raw", versionId: null };
  const row = {
    key: "cat.raw",
    versionId: "null",
    isCurrent: true,
    isDeleteMarker: false,
    isMultipart: false,
    lastModified: T - 60_000,
    encryption: SSE_C,
  };
  const inventories: Inventories = {
    buckets: ["originals"],
    fetch: async (objects) => ({
      listings: objects.has("originals")
        ? [{ bucket: "originals", snapshot: T + 60_000, digest: "sha256:1", rows: [row] }]
        : [],
      reports: [],
    }),
  };

  it.each<[string, own: Partial<LogRecord>, events: Partial<LogRecord>[], found: string | null]>([
    ["is named by its event", {}, [{ copySource: named }], "CloudTrail's event of request 7B4A0FABBEXAMPLE"],
    [
      "is named by two events alike",
      {},
      [{ copySource: named }, { copySource: { ...named } }],
      "CloudTrail's event of request 7B4A0FABBEXAMPLE",
    ],
    ["is named by the record itself first", { copySource: named }, [{ copySource: named }], "the record"],
    ["is not known by an event that names none", {}, [{ copySource: null }], null],
    [
      "is not known by two events that differ",
      {},
      [{ copySource: named }, { copySource: { ...named, versionId: "v1" } }, { copySource: named }],
      null,
    ],
    ["is not known by the event of another request", {}, [{ copySource: named, requestId: "OTHER" }], null],
    ["is not known without a request id", { requestId: "-" }, [{ copySource: named, requestId: "-" }], null],
    ["is not known without an event", {}, [], null],
  ])("%s", async (_, own, events, found) => {
    const evidence = createEvidence(inventories, null, true);
    ask(evidence, S3, copy(own));
    for (const event of events) take(evidence, TRAIL, copy(event));
    await evidence.fetch();
    const { resolvers } = evidenceFrom(structuredClone(evidence.snapshot())).on(S3);
    const { evidence: used } = judge({ policies: [UNDECIDED], resolvers }, copy(own));
    expect(used.map(({ fact, values, detail }) => [fact, values, detail.split(" names ")[0]])).toEqual(
      found === null ? [] : [["source", SSE_C, found]],
    );
  });
});

describe("no twin is", () => {
  it.each<[string, own: Partial<LogRecord>, twin: Partial<LogRecord>]>([
    ["another request", {}, { requestId: "OTHER" }],
    ["a request to another bucket", {}, { bucket: "other" }],
    ["one of another interface", {}, { facts: pack(GET, HTTP, V4, 0, SSE_C) }],
    ["one that crossed no network", {}, { facts: pack(OFF_NETWORK, 0, 0, 0, SSE_C) }],
    ["one without an id", { requestId: "-" }, { requestId: "-" }],
    ["one with an empty id", { requestId: "" }, { requestId: "" }],
  ])("%s", (_, own, twin) => {
    const found = judged(S3, one(LOGGED, own), [[TRAIL, one(EVENT, twin)]]);
    expect(found).toEqual({ facts: LOGGED, used: [], contradictions: [], digests: [] });
  });

  it.each<[string, sourceId: string, twinIn: string, joins: boolean]>([
    ["one of the same log", S3, S3, true],
    ["of a store behind a proxy", "s3-access-log-proxied", TRAIL, true],
    ["of OBS", "obs-access-log", TRAIL, true],
    ["of Ceph", "ceph-ops-log", TRAIL, true],
    ["asked for where one format is read", S3, TRAIL, false],
  ])("%s", (_, sourceId, twinIn, joins) => {
    const found = judged(sourceId, one(LOGGED), [[twinIn, one(EVENT)]], joins);
    expect(found).toEqual({ facts: LOGGED, used: [], contradictions: [], digests: [] });
  });

  it("kept unless its request is wanted", () => {
    const evidence = createEvidence(undefined, null, true);
    expect(evidence.wantsRelated()).toBe(false);
    take(evidence, TRAIL, one(EVENT));
    ask(evidence, S3, one(LOGGED, { requestId: "R1" }));
    expect(evidence.wantsRelated()).toBe(true);
    take(evidence, TRAIL, one(EVENT, { requestId: "R2" }));
    take(evidence, TRAIL, one(EVENT, { requestId: "-" }));
    take(evidence, TRAIL, one(EVENT, { requestId: "R1" }));
    expect(evidence.asked().twins).toEqual({
      wanted: new Map([[TRAIL, { names: new Set([`${PUT} R1 photos`]), interfaces: new Set([PUT]) }]]),
      found: [
        {
          sourceId: TRAIL,
          name: `${PUT} R1 photos`,
          facts: EVENT,
          time: T,
          operation: "REST.X.OBJECT",
          copySource: null,
        },
      ],
    });
  });
});

describe("several twins of one record", () => {
  it("prove what they agree on", () => {
    const others = [SSE_C, SSE_KMS].map((target) => one(pack(PUT, HTTP, V4, 0, target)));
    const { facts, used } = judged(
      S3,
      one(pack(PUT, ANY_TRANSPORT, V4, 0, 15)),
      others.map((other) => [TRAIL, other]),
    );
    expect(facts).toBe(pack(PUT, HTTP, V4, 0, SSE_C | SSE_KMS));
    expect(used.map(({ values, detail }) => [values, detail.slice(detail.lastIndexOf("says"))])).toEqual([
      [HTTP, "says HTTP"],
      [SSE_C | SSE_KMS, "says SSE-KMS or SSE-C"],
    ]);
  });
});

describe("laws", () => {
  const facts = fc
    .record({
      transport: fc.integer({ min: 1, max: ANY_TRANSPORT }),
      signature: fc.integer({ min: 1, max: ANY_SIGNATURE }),
      source: fc.integer({ min: 1, max: 15 }),
      target: fc.integer({ min: 1, max: 15 }),
      code: fc.constantFrom(PUT, GET, COPY),
    })
    .map(({ code, transport, signature, source, target }) => pack(code, transport, signature, source, target));
  const record = fc
    .record({
      facts,
      requestId: fc.constantFrom("R1", "R2"),
      time: fc.integer({ min: T, max: T + 3 }),
      operation: fc.constantFrom("A", "B"),
    })
    .map(({ facts, ...fields }) => one(facts, fields));
  const logged = fc.tuple(fc.constantFrom(S3, TRAIL), record);

  it("a twin never widens a fact, and never leaves none", () => {
    fc.assert(
      fc.property(logged, fc.array(logged), ([sourceId, own], others) => {
        const found = judged(sourceId, own, others);
        for (const fact of FACT_NAMES) {
          expect(get(found.facts, fact) & ~get(own.facts, fact)).toBe(0);
          expect(get(found.facts, fact) === 0).toBe(get(own.facts, fact) === 0);
        }
      }),
    );
  });

  it("neither the order of the logs matters nor which thread reads them", () => {
    fc.assert(
      fc.property(logged, fc.array(logged), fc.nat(), ([sourceId, own], others, cut) => {
        const expected = judged(sourceId, own, others);
        expect(judged(sourceId, own, others.toReversed())).toEqual(expected);
        expect(judged(sourceId, own, [...others, ...others])).toEqual(expected);

        const main = createEvidence(undefined, null, true);
        const elsewhere = () => evidenceFrom(structuredClone(main.snapshot()));
        const asking = elsewhere();
        ask(asking, sourceId, own);
        main.add(structuredClone(asking.asked()));
        const at = cut % (others.length + 1);
        const takers = [others.slice(at), others.slice(0, at)].map((part) => {
          const taking = elsewhere().finder();
          for (const [id, other] of part) take(taking, id, other);
          return taking;
        });
        for (const taking of takers) main.add(structuredClone(taking.found()));
        const { resolvers, digests } = elsewhere().on(sourceId);
        const { facts, evidence, contradictions } = judge({ policies: [UNDECIDED], resolvers }, own);
        expect({ facts, used: evidence, contradictions, digests: digests() }).toEqual(expected);
      }),
    );
  });

  it("an object's digest does not depend on the order of its records", () => {
    const twins = createTwins();
    const records = ["R1", "R2"].map((requestId) => one(LOGGED, { requestId }));
    const digestOf = (some: LogRecord[]) => {
      const resolver = twins.resolverFor(S3)!;
      for (const record of some) resolver.ask!(record, record.facts);
      for (const record of some) twins.recipientFor(TRAIL).judge({ ...record, facts: EVENT });
      for (const record of some) resolver.resolve(record, record.facts);
      return resolver.digest();
    };
    expect(createTwins().resolverFor(S3)!.digest()).toBeNull();
    expect(digestOf(records)).toBe(digestOf(records.toReversed()));
    expect(digestOf(records)).not.toBe(digestOf(records.slice(1)));
  });
});
