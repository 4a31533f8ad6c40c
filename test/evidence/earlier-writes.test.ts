import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEarlierWrites, type EarlierWrites, type Write } from "../../lib/evidence/earlier-writes.ts";
import { ANY_ENCRYPTION, PLAIN, SSE_C, SSE_KMS } from "../../lib/facts.ts";

const k = { bucket: "b", key: "k", versionId: null };

function write(encryption: number, from: number, until = from, requestId = `r${from}`): Write {
  return { encryption, from, until, requestId };
}

/** Tells of writes, then asks for the encryption of `b/k` at a time. */
function known(tell: (writes: EarlierWrites) => void, at = 1000, limit = 10): number | null {
  const writes = createEarlierWrites(limit);
  tell(writes);
  return writes.of(k, at)?.encryption ?? null;
}

describe("an object", () => {
  test("is what its last write made it, and nothing is known of others", () => {
    const writes = createEarlierWrites(10);
    writes.wrote(k, write(PLAIN, 1));
    writes.wrote(k, write(SSE_KMS, 2, 3));
    expect(writes.of(k, 3)).toMatchObject({ requestId: "r2", encryption: SSE_KMS, from: 2, until: 3 });
    expect(writes.of({ ...k, key: "other" }, 3)).toBeNull();
    expect(writes.of({ ...k, bucket: "other" }, 3)).toBeNull();
    expect(writes.of({ bucket: "b\0k", key: "", versionId: null }, 3)).toBeNull();
  });

  test.each<[title: string, tell: (writes: EarlierWrites) => void, encryption: number | null]>([
    ["deleted", (w) => w.deleted("b", "k", { from: 2, until: 2 }), ANY_ENCRYPTION],
    ["another deleted", (w) => w.deleted("b", "l", { from: 2, until: 2 }), SSE_KMS],
    ["some of its bucket deleted", (w) => w.deletedSome("b", { from: 2, until: 2 }), null],
    ["some of another bucket deleted", (w) => w.deletedSome("c", { from: 2, until: 2 }), SSE_KMS],
    ["written again, nobody knows how", (w) => w.wrote(k, write(ANY_ENCRYPTION, 2)), ANY_ENCRYPTION],
    ["written again before, told late", (w) => w.wrote(k, write(PLAIN, -2, -1)), SSE_KMS],
    [
      "written after some of its bucket was deleted",
      (w) => {
        w.deletedSome("b", { from: 2, until: 2 });
        w.wrote(k, write(PLAIN, 2));
      },
      PLAIN,
    ],
  ])("%s", (_title, tell, encryption) => {
    expect(
      known((writes) => {
        writes.wrote(k, write(SSE_KMS, 0));
        tell(writes);
      }),
    ).toBe(encryption);
  });

  test("a request that began before the write had ended learns nothing", () => {
    const tell = (writes: EarlierWrites) => writes.wrote(k, write(SSE_KMS, 5, 10));
    expect([known(tell, 4), known(tell, 9), known(tell, 10)]).toEqual([null, null, SSE_KMS]);
  });
});

describe("requests that overlap", () => {
  test.each<[title: string, tell: (writes: EarlierWrites) => void, encryption: number | null, until: number]>([
    ["two writes", (w) => w.wrote(k, write(PLAIN, 5, 11)), SSE_KMS | PLAIN, 11],
    ["two writes, the second one within the first", (w) => w.wrote(k, write(PLAIN, 5, 6)), SSE_KMS | PLAIN, 10],
    ["a write that follows at once", (w) => w.wrote(k, write(PLAIN, 10, 11)), PLAIN, 11],
    [
      "a write, a deletion and a write",
      (w) => {
        w.deleted("b", "k", { from: 5, until: 12 });
        w.wrote(k, write(PLAIN, 11, 13));
      },
      ANY_ENCRYPTION,
      13,
    ],
    [
      "a write, and a change of who knows what in its bucket",
      (w) => {
        w.deletedSome("b", { from: 5, until: 12 });
        w.deletedSome("b", { from: 6, until: 8 });
        w.wrote(k, write(PLAIN, 11, 13));
      },
      ANY_ENCRYPTION,
      13,
    ],
  ])("%s", (_title, tell, encryption, until) => {
    const all = (writes: EarlierWrites) => {
      writes.wrote(k, write(SSE_KMS, 0, 10));
      tell(writes);
    };
    expect([known(all, until), known(all, until - 1)]).toEqual([encryption, null]);
  });
});

describe("a version", () => {
  const v1 = { ...k, versionId: "v1" };
  test("stays what it is, whatever happens to the object", () => {
    const writes = createEarlierWrites(10);
    writes.wrote(v1, write(SSE_C, 0));
    writes.wrote({ ...k, versionId: "v2" }, write(PLAIN, 1));
    writes.deleted("b", "k", { from: 2, until: 2 });
    writes.deletedSome("b", { from: 2, until: 2 });
    expect(writes.of(v1, 9)?.requestId).toBe("r0");
    expect(writes.of({ ...k, versionId: "v3" }, 9)).toBeNull();
  });

  test("is the object's newest", () => {
    expect(known((writes) => writes.wrote(v1, write(SSE_C, 0)))).toBe(SSE_C);
  });

  test("null is written over in place", () => {
    const writes = createEarlierWrites(10);
    writes.wrote({ ...k, versionId: "null" }, write(SSE_C, 0));
    expect(writes.of({ ...k, versionId: "null" }, 9)).toBeNull();
    expect(writes.of(k, 9)?.encryption).toBe(SSE_C);
  });

  test("is not taken for a key that looks like it", () => {
    const writes = createEarlierWrites(10);
    writes.wrote({ bucket: "b", key: "x", versionId: "v\0y" }, write(SSE_C, 0));
    expect(writes.of({ bucket: "b", key: "yx", versionId: "v\0" }, 9)).toBeNull();
    expect(writes.of({ bucket: "b", key: "\0yx", versionId: "v" }, 9)).toBeNull();
  });
});

describe("what is forgotten", () => {
  const l = { ...k, key: "l" };
  test("is not known", () => {
    const tell = (writes: EarlierWrites) => {
      writes.wrote(k, write(SSE_KMS, 0));
      writes.wrote(l, write(SSE_KMS, 1));
    };
    expect([known(tell, 9, 1), known(tell, 9, 2)]).toEqual([null, SSE_KMS]);
  });

  test("may have overlapped what comes after it", () => {
    const tell = (from: number) => (writes: EarlierWrites) => {
      writes.wrote(k, write(SSE_KMS, 0, 10));
      writes.wrote(l, write(SSE_KMS, 1));
      writes.wrote(k, write(PLAIN, from, 12));
    };
    expect([known(tell(9), 12, 1), known(tell(10), 12, 1)]).toEqual([ANY_ENCRYPTION, PLAIN]);
  });

  test("a deletion that is forgotten ends all that was known before it", () => {
    const tell = (writes: EarlierWrites) => {
      writes.deletedSome("b", { from: 0, until: 0 });
      writes.wrote(k, write(SSE_KMS, 1));
      writes.deletedSome("c", { from: 2, until: 2 });
      writes.wrote(l, write(SSE_KMS, 3));
      writes.deletedSome("d", { from: 4, until: 4 });
    };
    const writes = createEarlierWrites(2);
    tell(writes);
    expect([writes.of(k, 9)?.encryption, writes.of(l, 9)?.encryption]).toEqual([SSE_KMS, SSE_KMS]);
    writes.deletedSome("e", { from: 5, until: 5 });
    expect([writes.of(k, 9), writes.of(l, 9)?.encryption]).toEqual([null, SSE_KMS]);
  });
});

describe("an upload", () => {
  const upload = { bucket: "b", key: "k", uploadId: null };
  const ask = (writes: EarlierWrites, ...ids: string[]) =>
    ids.map((id) => writes.ofUpload("b", "k", id)?.encryption ?? null);

  test("inherits from the initiate of its id", () => {
    const writes = createEarlierWrites(10);
    writes.initiated({ ...upload, uploadId: "u" }, write(SSE_KMS, 0));
    writes.initiated({ ...upload, uploadId: "v" }, write(PLAIN, 1));
    expect(ask(writes, "u", "v", "w")).toEqual([SSE_KMS, PLAIN, null]);
    expect(writes.ofUpload("b", "l", "u")).toBeNull();
    writes.finished("b", "k", "u");
    expect(ask(writes, "u", "v")).toEqual([null, PLAIN]);
  });

  test("inherits from all initiates of its key where the log shows no ids", () => {
    const writes = createEarlierWrites(10);
    writes.initiated(upload, write(SSE_KMS, 0));
    expect(ask(writes, "u")).toEqual([SSE_KMS]);
    writes.initiated(upload, write(PLAIN, 1));
    expect(ask(writes, "u", "v")).toEqual([SSE_KMS | PLAIN, SSE_KMS | PLAIN]);
    expect(writes.ofUpload("b", "k", "u")?.requestId).toBe("r1");
  });

  test("of more ids than initiates, any may be from before the log", () => {
    const writes = createEarlierWrites(10);
    writes.initiated(upload, write(SSE_KMS, 0));
    expect(ask(writes, "u", "v", "w", "u")).toEqual([SSE_KMS, null, null, null]);
  });

  test("ends, and a later one starts afresh", () => {
    const writes = createEarlierWrites(10);
    writes.initiated(upload, write(SSE_KMS, 0));
    writes.initiated(upload, write(SSE_KMS, 1));
    ask(writes, "u", "v");
    writes.finished("b", "k", "u");
    expect(ask(writes, "v")).toEqual([SSE_KMS]);
    writes.finished("b", "k", "v");
    expect(ask(writes, "v")).toEqual([null]);
    writes.finished("b", "k", "v");
    writes.initiated(upload, write(PLAIN, 2));
    expect(ask(writes, "w")).toEqual([PLAIN]);
  });

  test("among very many of its key is not told apart", () => {
    const writes = createEarlierWrites(10);
    for (let i = 0; i < 100; i++) writes.initiated(upload, write(SSE_KMS, i));
    const ids = Array.from({ length: 100 }, (_, i) => `u${i}`);
    expect(ask(writes, ...ids)).toEqual(ids.map((_, i) => (i < 64 ? SSE_KMS : null)));
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
      // A log tells of a request when it has ended.
      for (const request of requests.toSorted((a, b) => a.until - b.until)) {
        const { kind, key, from, until, encryption } = request;
        if (kind === "wrote") writes.wrote({ ...k, key }, write(encryption, from, until));
        else if (kind === "deleted") writes.deleted("b", key, { from, until });
        else if (kind === "deletedSome") writes.deletedSome("b", { from, until });
        else {
          const told = writes.of({ ...k, key }, from);
          const truth = found.get(request)!;
          // What has taken effect and not ended is in no log yet: that hole cannot be closed.
          const isAhead = requests.some((one) => one.key === key && one.at < request.at && one.until >= until);
          if (told === null || truth === null || isAhead) continue;
          expect(told.encryption & truth).toBe(truth);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
