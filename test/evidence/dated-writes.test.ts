import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDatedWrites, type DatedWrites } from "../../lib/evidence/dated-writes.ts";
import type { Write } from "../../lib/evidence/write.ts";
import { ANY_ENCRYPTION, PLAIN, SSE_C, SSE_KMS } from "../../lib/facts.ts";

const k = { bucket: "b", key: "k", versionId: null };
const v1 = { ...k, versionId: "v1" };

/** Dated by seconds. */
function write(encryption: number, second: number, requestId = `r${second}`): Write {
  return { encryption, from: second * 1000, until: second * 1000 + 999, requestId };
}

/** Tells of writes, then asks for the encryption of an object at second 9. */
function known(tell: (writes: DatedWrites) => void, object = k as Parameters<DatedWrites["of"]>[0]): number | null {
  const writes = createDatedWrites();
  tell(writes);
  return writes.of(object, 9000)?.encryption ?? null;
}

describe("an object is what its last write made it, in whatever order they are told", () => {
  const put = (w: DatedWrites) => w.wrote(k, write(SSE_KMS, 5));
  test.each<[title: string, tell: (writes: DatedWrites) => void, encryption: number | null]>([
    ["alone", () => {}, SSE_KMS],
    ["written before", (w) => w.wrote(k, write(PLAIN, 4)), SSE_KMS],
    ["written after", (w) => w.wrote(k, write(PLAIN, 6)), PLAIN],
    ["written after the request", (w) => w.wrote(k, write(PLAIN, 10)), SSE_KMS],
    ["written in the second of the request", (w) => w.wrote(k, write(PLAIN, 9)), null],
    ["written in the same second", (w) => w.wrote(k, write(PLAIN, 5)), SSE_KMS | PLAIN],
    ["delivered twice", put, SSE_KMS],
    ["written again, nobody knows how", (w) => w.wrote(k, write(ANY_ENCRYPTION, 6)), ANY_ENCRYPTION],
    ["another written", (w) => w.wrote({ ...k, key: "l" }, write(PLAIN, 6)), SSE_KMS],
    ["one of another bucket written", (w) => w.wrote({ ...k, bucket: "c" }, write(PLAIN, 6)), SSE_KMS],
    ["deleted after", (w) => w.changed("b", "k", 6000, true), null],
    ["deleted in the same second", (w) => w.changed("b", "k", 5000, true), null],
    ["deleted in the second of the request", (w) => w.changed("b", "k", 9000, true), null],
    ["deleted before", (w) => w.changed("b", "k", 4000, true), SSE_KMS],
    ["deleted after the request", (w) => w.changed("b", "k", 10_000, true), SSE_KMS],
    ["changed after", (w) => w.changed("b", "k", 6000, false), null],
    ["another deleted", (w) => w.changed("b", "l", 6000, true), SSE_KMS],
    ["some of its bucket deleted", (w) => w.changed("b", null, 6000, true), null],
    ["some of another bucket deleted", (w) => w.changed("c", null, 6000, true), SSE_KMS],
    ["some of who knows which bucket deleted", (w) => w.changed(null, null, 6000, true), null],
    ["something up to then forgotten", (w) => w.forgot(5000), null],
    ["something before forgotten", (w) => w.forgot(4999), SSE_KMS],
  ])("%s", (_title, tell, encryption) => {
    const inOrder = (writes: DatedWrites) => [put, tell].map((one) => one(writes));
    const reversed = (writes: DatedWrites) => [tell, put].map((one) => one(writes));
    expect([known(inOrder), known(reversed)]).toEqual([encryption, encryption]);
  });

  test("and told so between answers", () => {
    const writes = createDatedWrites();
    put(writes);
    expect(writes.of(k, 9000)).toMatchObject({ requestId: "r5", from: 5000, until: 5999 });
    writes.wrote(k, write(PLAIN, 7));
    writes.wrote(k, write(SSE_C, 6));
    expect([9, 7, 6.5, 6].map((second) => writes.of(k, second * 1000)?.encryption)).toEqual([
      PLAIN,
      undefined,
      SSE_C,
      undefined,
    ]);
  });
});

describe("a request that writes what it has found", () => {
  const found = (tell: (writes: DatedWrites) => void) => {
    const writes = createDatedWrites();
    writes.wrote(k, write(SSE_KMS, 5));
    writes.wrote(k, write(PLAIN, 9));
    tell(writes);
    return writes.of(k, 9000, "r9")?.encryption ?? null;
  };
  test("has not found its own", () => expect(found(() => {})).toBe(SSE_KMS));
  test("also if it is delivered twice", () => expect(found((w) => w.wrote(k, write(PLAIN, 9)))).toBe(SSE_KMS));
  test("may have found another's of that second", () =>
    expect(found((w) => w.wrote(k, write(SSE_C, 9, "other")))).toBeNull());
});

describe("a version", () => {
  const put = (w: DatedWrites) => w.wrote(v1, write(SSE_C, 5));
  test.each<[title: string, tell: (writes: DatedWrites) => void, encryption: number | null]>([
    ["is what it is", () => {}, SSE_C],
    ["whatever is written after it", (w) => w.wrote({ ...k, versionId: "v2" }, write(PLAIN, 6)), SSE_C],
    ["whatever is deleted", (w) => w.changed("b", "k", 6000, true), SSE_C],
    ["whatever is deleted of its bucket", (w) => w.changed("b", null, 6000, true), SSE_C],
    ["but for what may have changed it", (w) => w.changed("b", "k", 6000, false), null],
    ["or something of its bucket", (w) => w.changed("b", null, 6000, false), null],
    ["or of who knows which bucket", (w) => w.changed(null, null, 6000, false), null],
    ["said to be two things is either", (w) => w.wrote(v1, write(PLAIN, 5)), SSE_C | PLAIN],
    ["may be forgotten", (w) => w.forgot(5000), null],
  ])("%s", (_title, tell, encryption) => {
    const all = (writes: DatedWrites) => [tell, put].map((one) => one(writes));
    expect(known(all, v1)).toBe(encryption);
  });

  test("that was not told is not known", () => expect(known(put, { ...k, versionId: "v0" })).toBeNull());

  test("is the object's newest", () => expect(known(put)).toBe(SSE_C));

  test("null is written over in place", () => {
    const writeNull = (w: DatedWrites) => w.wrote({ ...k, versionId: "null" }, write(SSE_C, 5));
    expect([known(writeNull, { ...k, versionId: "null" }), known(writeNull)]).toEqual([null, SSE_C]);
  });
});

describe("names that look alike are told apart", () => {
  test.each<[written: typeof v1, read: typeof v1]>([
    [
      { bucket: "b\0k", key: "l", versionId: "v" },
      { bucket: "b", key: "k\0l", versionId: "v" },
    ],
    [
      { bucket: "b", key: "x", versionId: "v1 b" },
      { bucket: "b", key: "bx", versionId: "v" },
    ],
    [
      { bucket: "1 b", key: "x", versionId: "v" },
      { bucket: "1", key: " bx", versionId: "v" },
    ],
  ])("%j and %j", (written, read) => {
    const tell = (w: DatedWrites) => w.wrote(written, write(SSE_C, 5));
    expect([known(tell, read), known(tell, { ...read, versionId: null })]).toEqual([null, null]);
    expect([known(tell, written), known(tell, { ...written, versionId: null })]).toEqual([SSE_C, SSE_C]);
  });
});

const event = fc.record({
  kind: fc.constantFrom("wrote", "wrote", "wrote", "deleted", "changedSome", "read", "read"),
  key: fc.constantFrom("k", "l"),
  encryption: fc.constantFrom(PLAIN, SSE_KMS, SSE_C, ANY_ENCRYPTION),
  /** In ms; the log tells the second alone. */
  at: fc.nat({ max: 12_000 }),
  listed: fc.nat(),
});

test("what it says is true, in whatever order the log lists its requests", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (requests) => {
      const actual = new Map<string, number | null>();
      const found = new Map(
        requests
          .toSorted((a, b) => a.at - b.at)
          .map((request) => {
            if (request.kind === "wrote") actual.set(request.key, request.encryption);
            if (request.kind === "deleted") actual.set(request.key, null);
            // It might have been any: here it is the one that it names.
            if (request.kind === "changedSome") actual.set(request.key, ANY_ENCRYPTION);
            return [request, actual.get(request.key) ?? null] as const;
          }),
      );
      const writes = createDatedWrites();
      for (const { kind, key, at, encryption } of requests.toSorted((a, b) => a.listed - b.listed)) {
        const second = Math.floor(at / 1000);
        if (kind === "wrote") writes.wrote({ ...k, key }, write(encryption, second));
        else if (kind === "deleted") writes.changed("b", key, second * 1000, true);
        else if (kind === "changedSome") writes.changed("b", null, second * 1000, false);
      }
      for (const request of requests.filter(({ kind }) => kind === "read")) {
        const told = writes.of({ ...k, key: request.key }, Math.floor(request.at / 1000) * 1000);
        const truth = found.get(request)!;
        if (told === null) continue;
        expect(truth).not.toBeNull();
        expect(told.encryption & truth!).toBe(truth);
      }
    }),
    { numRuns: 2000 },
  );
});
