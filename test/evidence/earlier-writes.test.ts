import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEarlierWrites, type EarlierWrites, type Watch } from "../../lib/evidence/earlier-writes.ts";
import type { Write } from "../../lib/evidence/write.ts";
import { ANY_ENCRYPTION, PLAIN, SSE_C, SSE_KMS } from "../../lib/facts.ts";

function write(encryption: number, from: number, until = from, requestId = `r${from}`): Write {
  return { encryption, from, until, requestId };
}

/** Tells of writes, then asks for the encryption of `b/k` at a time. */
function known(tell: (writes: EarlierWrites) => void, at = 1000, limit = 10): number | null {
  const writes = createEarlierWrites(limit);
  tell(writes);
  return writes.of("b", "k", at)?.encryption ?? null;
}

describe("an object", () => {
  test("is what its last write made it, and nothing is known of others", () => {
    const writes = createEarlierWrites(10);
    writes.wrote("b", "k", write(PLAIN, 1));
    writes.wrote("b", "k", write(SSE_KMS, 2, 3));
    expect(writes.of("b", "k", 3)).toMatchObject({ requestId: "r2", encryption: SSE_KMS, from: 2, until: 3 });
    expect(writes.of("b", "other", 3)).toBeNull();
    expect(writes.of("other", "k", 3)).toBeNull();
  });

  test.each<[title: string, tell: (writes: EarlierWrites) => void, encryption: number | null]>([
    ["deleted", (w) => w.deleted("b", "k", { from: 2, until: 2 }), ANY_ENCRYPTION],
    ["another deleted", (w) => w.deleted("b", "l", { from: 2, until: 2 }), SSE_KMS],
    ["some of its bucket deleted", (w) => w.deletedSome("b", { from: 2, until: 2 }), null],
    ["some of another bucket deleted", (w) => w.deletedSome("c", { from: 2, until: 2 }), SSE_KMS],
    ["written again, nobody knows how", (w) => w.wrote("b", "k", write(ANY_ENCRYPTION, 2)), ANY_ENCRYPTION],
    ["written again before, told late", (w) => w.wrote("b", "k", write(PLAIN, -2, -1)), SSE_KMS],
    [
      "written after some of its bucket was deleted",
      (w) => {
        w.deletedSome("b", { from: 2, until: 2 });
        w.wrote("b", "k", write(PLAIN, 2));
      },
      PLAIN,
    ],
  ])("%s", (_title, tell, encryption) => {
    expect(
      known((writes) => {
        writes.wrote("b", "k", write(SSE_KMS, 0));
        tell(writes);
      }),
    ).toBe(encryption);
  });

  test("a request that began before the write had ended learns nothing", () => {
    const tell = (writes: EarlierWrites) => writes.wrote("b", "k", write(SSE_KMS, 5, 10));
    expect([known(tell, 4), known(tell, 9), known(tell, 10)]).toEqual([null, null, SSE_KMS]);
  });
});

describe("requests that overlap", () => {
  test.each<[title: string, tell: (writes: EarlierWrites) => void, encryption: number | null, until: number]>([
    ["two writes", (w) => w.wrote("b", "k", write(PLAIN, 5, 11)), SSE_KMS | PLAIN, 11],
    ["two writes, the second one within the first", (w) => w.wrote("b", "k", write(PLAIN, 5, 6)), SSE_KMS | PLAIN, 10],
    ["a write that follows at once", (w) => w.wrote("b", "k", write(PLAIN, 10, 11)), PLAIN, 11],
    [
      "a write, a deletion and a write",
      (w) => {
        w.deleted("b", "k", { from: 5, until: 12 });
        w.wrote("b", "k", write(PLAIN, 11, 13));
      },
      ANY_ENCRYPTION,
      13,
    ],
    [
      "a write, and a change of who knows what in its bucket",
      (w) => {
        w.deletedSome("b", { from: 5, until: 12 });
        w.deletedSome("b", { from: 6, until: 8 });
        w.wrote("b", "k", write(PLAIN, 11, 13));
      },
      ANY_ENCRYPTION,
      13,
    ],
  ])("%s", (_title, tell, encryption, until) => {
    const all = (writes: EarlierWrites) => {
      writes.wrote("b", "k", write(SSE_KMS, 0, 10));
      tell(writes);
    };
    expect([known(all, until), known(all, until - 1)]).toEqual([encryption, null]);
  });
});

describe("what is forgotten", () => {
  test("is not known", () => {
    const tell = (writes: EarlierWrites) => {
      writes.wrote("b", "k", write(SSE_KMS, 0));
      writes.wrote("b", "l", write(SSE_KMS, 1));
    };
    expect([known(tell, 9, 1), known(tell, 9, 2)]).toEqual([null, SSE_KMS]);
  });

  test("may have overlapped what comes after it", () => {
    const tell = (from: number) => (writes: EarlierWrites) => {
      writes.wrote("b", "k", write(SSE_KMS, 0, 10));
      writes.wrote("b", "l", write(SSE_KMS, 1));
      writes.wrote("b", "k", write(PLAIN, from, 12));
    };
    expect([known(tell(9), 12, 1), known(tell(10), 12, 1)]).toEqual([ANY_ENCRYPTION, PLAIN]);
  });

  test("a deletion that is forgotten ends all that was known before it", () => {
    const tell = (writes: EarlierWrites) => {
      writes.deletedSome("b", { from: 0, until: 0 });
      writes.wrote("b", "k", write(SSE_KMS, 1));
      writes.deletedSome("c", { from: 2, until: 2 });
      writes.wrote("b", "l", write(SSE_KMS, 3));
      writes.deletedSome("d", { from: 4, until: 4 });
    };
    const writes = createEarlierWrites(2);
    tell(writes);
    expect([writes.of("b", "k", 9)?.encryption, writes.of("b", "l", 9)?.encryption]).toEqual([SSE_KMS, SSE_KMS]);
    writes.deletedSome("e", { from: 5, until: 5 });
    expect([writes.of("b", "k", 9), writes.of("b", "l", 9)?.encryption]).toEqual([null, SSE_KMS]);
  });
});

const KEYS = ["k", "l", "m"];
const event = fc.record({
  kind: fc.constantFrom("wrote", "wrote", "wrote", "deleted", "deletedSome", "read", "read"),
  key: fc.constantFrom(...KEYS),
  encryption: fc.constantFrom(PLAIN, SSE_KMS, SSE_C, ANY_ENCRYPTION),
  from: fc.nat({ max: 50 }),
  took: fc.integer({ min: 1, max: 12 }),
  /** When within its time the request took effect; what begins as another ends comes after it. */
  share: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
});

test("what it says is true, in whatever order the logged requests took effect", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (events, limit) => {
      const requests = events.map((one) => ({
        ...one,
        until: one.from + one.took,
        at: one.from + one.share * one.took,
      }));
      const actual = new Map<string, number | null>();
      const found = new Map(
        requests
          .toSorted((a, b) => a.at - b.at)
          .map((request) => {
            if (request.kind === "wrote") actual.set(request.key, request.encryption);
            if (request.kind === "deleted") actual.set(request.key, null);
            // It might have been any: here it is the one that it names.
            if (request.kind === "deletedSome") actual.set(request.key, ANY_ENCRYPTION);
            return [request, actual.get(request.key) ?? null] as const;
          }),
      );
      const writes = createEarlierWrites(limit);
      const answers: { told: number; truth: number | null; watch: Watch }[] = [];
      // A log tells of a request when it has ended.
      for (const request of requests.toSorted((a, b) => a.until - b.until)) {
        const { kind, key, from, until, encryption } = request;
        if (kind === "wrote") writes.wrote("b", key, write(encryption, from, until));
        else if (kind === "deleted") writes.deleted("b", key, { from, until });
        else if (kind === "deletedSome") writes.deletedSome("b", { from, until });
        else {
          const told = writes.of("b", key, from)?.encryption;
          const truth = found.get(request)!;
          if (told !== undefined) answers.push({ told, truth, watch: writes.watch("b", key, until) });
        }
      }
      for (const { told, truth, watch } of answers) {
        if (watch.end() || truth === null) continue;
        expect(told & truth).toBe(truth);
      }
    }),
    { numRuns: 2000 },
  );
});

describe("a request that is watched is in doubt", () => {
  test.each<[title: string, tell: (writes: EarlierWrites) => void, isInDoubt: boolean]>([
    ["if a write overlapped it that ended later", (w) => w.wrote("b", "k", write(PLAIN, 7, 12)), true],
    ["if a deletion did", (w) => w.deleted("b", "k", { from: 7, until: 12 }), true],
    ["if a deletion of some of its bucket did", (w) => w.deletedSome("b", { from: 7, until: 12 }), true],
    ["not if the write began as it ended", (w) => w.wrote("b", "k", write(PLAIN, 8, 12)), false],
    ["not by a write of another object", (w) => w.wrote("b", "l", write(PLAIN, 7, 12)), false],
    ["not by a deletion in another bucket", (w) => w.deletedSome("c", { from: 7, until: 12 }), false],
  ])("%s", (_title, tell, isInDoubt) => {
    const writes = createEarlierWrites(10);
    writes.wrote("b", "k", write(SSE_KMS, 0, 5));
    const [watch, later, ended] = [8, 6, 20].map((until) => writes.watch("b", "k", until));
    expect(ended!.end()).toBe(false);
    tell(writes);
    expect([watch!.end(), later!.end(), ended!.end()]).toEqual([isInDoubt, false, false]);
  });
});
