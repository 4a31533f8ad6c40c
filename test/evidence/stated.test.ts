import { describe, expect, it } from "vitest";
import { judge } from "../../lib/audit.ts";
import { createEvidence, type Evidence, evidenceFrom } from "../../lib/evidence/create-evidence.ts";
import type { Resolver } from "../../lib/evidence/evidence.ts";
import { ASKED_FOR_NOTHING, type DefaultEncryption, statedDefault } from "../../lib/evidence/stated.ts";
import {
  ANY_ENCRYPTION,
  COMPLETE,
  COPY,
  type FactName,
  GET,
  HEAD,
  HTTP,
  INITIATE,
  INTERFACES,
  type Interface,
  OTHER,
  PART,
  PART_COPY,
  PLAIN,
  POST,
  PUT,
  pack,
  SSE_C,
  SSE_KMS,
  SSE_S3,
  V2,
  V4,
} from "../../lib/facts.ts";
import { recordOf, UNDECIDED, unknownFacts } from "./records.ts";

/** What a write asked for nothing leaves possible. */
const NOTHING_ASKED = PLAIN | SSE_S3 | SSE_KMS;

function statedOf(stated: DefaultEncryption, code: number, target: number) {
  const facts = pack(code, HTTP, V4, ANY_ENCRYPTION, target);
  return statedDefault(stated).resolve(recordOf("PutObject", { facts }), facts);
}

describe("of a write that asked for nothing, the operator's statement settles the target", () => {
  it.each([PUT, POST, INITIATE, COPY].map((code) => [INTERFACES[code], code] as const))("%s", (_, code) => {
    expect(statedOf("SSE-KMS", code, NOTHING_ASKED)).toEqual([
      {
        fact: "target",
        values: SSE_KMS,
        by: "stated-default-encryption",
        detail: "the operator states that the store encrypts with SSE-KMS what a write asks no encryption for",
      },
    ]);
  });

  it.each([
    ["none", PLAIN, "does not encrypt"],
    ["SSE-S3", SSE_S3, "encrypts with SSE-S3"],
  ] as const)("as %s", (stated, values, does) => {
    expect(statedOf(stated, PUT, NOTHING_ASKED)).toEqual([
      {
        fact: "target",
        values,
        by: "stated-default-encryption",
        detail: `the operator states that the store ${does} what a write asks no encryption for`,
      },
    ]);
  });
});

describe("of what the record itself says to be unasked, it settles the same", () => {
  it.each<[Interface, FactName[]]>([
    ["PutObject", ["target"]],
    ["GetObject", ["target"]],
    ["CopyObject", ["target", "source"]],
  ])("%s, the %j", (name, unasked) => {
    const facts = unknownFacts(name);
    const detail = "the operator states that the store encrypts with SSE-KMS what a write asks no encryption for";
    expect(statedDefault("SSE-KMS").resolve(recordOf(name, { facts, unasked }), facts)).toEqual(
      unasked.map((fact) => ({ fact, values: SSE_KMS, by: "stated-default-encryption", detail })),
    );
  });
});

describe("of what such a write made, as the log shows, it settles the same", () => {
  const said = { values: NOTHING_ASKED, by: ASKED_FOR_NOTHING, detail: "request tx1 made the object" };
  it.each<[Interface, FactName[]]>([
    ["GetObject", ["target"]],
    ["UploadPart", ["target"]],
    ["CompleteMultipartUpload", ["target"]],
    ["UploadPartCopy", ["target", "source"]],
    ["CopyObject", ["source"]],
  ])("%s, the %j", (name, open) => {
    const facts = unknownFacts(name);
    const record = recordOf(name, { facts, evidence: open.map((fact) => ({ ...said, fact })) });
    const detail = "the operator states that the store does not encrypt what a write asks no encryption for";
    expect(statedDefault("none").resolve(record, facts)).toEqual(
      open.map((fact) => ({ fact, values: PLAIN, by: "stated-default-encryption", detail })),
    );
  });

  it("and the target of a copy that asks for nothing itself", () => {
    const facts = pack(COPY, HTTP, V4, NOTHING_ASKED, NOTHING_ASKED);
    const record = recordOf("CopyObject", { facts, evidence: [{ ...said, fact: "source" }] });
    const settled = statedDefault("SSE-S3").resolve(record, facts);
    expect(settled.map(({ fact, values }) => [fact, values])).toEqual([
      ["target", SSE_S3],
      ["source", SSE_S3],
    ]);
  });
});

describe("it says nothing", () => {
  it("of an object whose write may have asked for something", () => {
    const facts = unknownFacts("GetObject");
    const by = "earlier-write";
    const evidence = [{ fact: "target", values: NOTHING_ASKED, by, detail: "request tx1 made the object" }] as const;
    expect(statedDefault("none").resolve(recordOf("GetObject", { facts, evidence }), facts)).toEqual([]);
  });

  const others = Array.from({ length: ANY_ENCRYPTION + 1 }, (_, target) => target).filter((t) => t !== NOTHING_ASKED);
  it.each(others)("of a write that may have asked for something, or did: target %i", (target) => {
    expect(statedOf("none", PUT, target)).toEqual([]);
  });

  it.each([HEAD, GET, PART, COMPLETE, PART_COPY, OTHER].map((code) => [INTERFACES[code], code] as const))(
    "of %s",
    (_, code) => {
      expect(statedOf("none", code, NOTHING_ASKED)).toEqual([]);
    },
  );

  it("where only other evidence left the three", () => {
    const facts = pack(PUT, HTTP, V4, 0, ANY_ENCRYPTION);
    const narrowed = pack(PUT, HTTP, V4, 0, ANY_ENCRYPTION & ~SSE_C);
    expect(statedDefault("none").resolve(recordOf("PutObject", { facts }), narrowed)).toEqual([]);
  });
});

describe("among the evidence of a run", () => {
  const ids = (evidence: Evidence) => evidence.resolvers.map(({ id }) => id);
  const all = ["presigned-query", "s3-inventory", "stated-default-encryption"];

  it("it comes last, on every thread, if something is stated", () => {
    const evidence = createEvidence(undefined, "SSE-S3");
    expect(ids(evidence)).toEqual(all);
    const elsewhere = evidenceFrom(structuredClone(evidence.snapshot()));
    expect(ids(elsewhere)).toEqual(all);
    const facts = pack(PUT, HTTP, V4, 0, NOTHING_ASKED);
    expect(elsewhere.resolvers[2]!.resolve(recordOf("PutObject", { facts }), facts)).toMatchObject([
      { values: SSE_S3 },
    ]);
  });

  it("it is not there, if nothing is", () => {
    expect(ids(createEvidence())).toEqual(all.slice(0, 2));
    expect(ids(evidenceFrom(createEvidence().snapshot()))).toEqual(all.slice(0, 2));
  });

  it("it yields to an inventory, and their contradiction is told", () => {
    const facts = pack(PUT, HTTP, V2, 0, NOTHING_ASKED);
    const listed: Resolver = {
      id: "s3-inventory",
      resolve: () => [{ fact: "target", values: PLAIN | SSE_S3, by: "s3-inventory", detail: "" }],
    };
    const resolvers = [listed, statedDefault("SSE-KMS")];
    const judgement = judge({ policies: [UNDECIDED], resolvers }, recordOf("PutObject", { facts }));
    expect(judgement.contradictions.map(({ by }) => by)).toEqual(["stated-default-encryption"]);
    expect(judgement.facts).toBe(pack(PUT, HTTP, V2, 0, PLAIN | SSE_S3));
  });
});
