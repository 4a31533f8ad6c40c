import { describe, expect, test } from "vitest";
import { createUploads, type Uploads } from "../../lib/evidence/uploads.ts";
import type { Write } from "../../lib/evidence/write.ts";
import { PLAIN, SSE_KMS } from "../../lib/facts.ts";

function write(encryption: number, from: number): Write {
  return { encryption, from, until: from, requestId: `r${from}` };
}

describe("an upload", () => {
  const ask = (uploads: Uploads, ...ids: string[]) =>
    ids.map((id) => uploads.of("b", "k", id, 99, false)?.encryption ?? null);

  test("inherits from all initiates of its key where the log shows no ids", () => {
    const uploads = createUploads(10);
    uploads.initiated("b", "k", write(SSE_KMS, 0));
    expect(ask(uploads, "u")).toEqual([SSE_KMS]);
    uploads.initiated("b", "k", write(PLAIN, 1));
    expect(ask(uploads, "u", "v")).toEqual([SSE_KMS | PLAIN, SSE_KMS | PLAIN]);
    expect(uploads.of("b", "k", "u", 99, false)?.requestId).toBe("r1");
  });

  test("of more ids than initiates, any may be from before the log", () => {
    const uploads = createUploads(10);
    uploads.initiated("b", "k", write(SSE_KMS, 0));
    expect(ask(uploads, "u", "v", "w", "u")).toEqual([SSE_KMS, null, null, null]);
  });

  test("ends, and leaves to later ones what it may have been", () => {
    const uploads = createUploads(10);
    uploads.initiated("b", "k", write(SSE_KMS, 0));
    uploads.initiated("b", "k", write(SSE_KMS, 1));
    ask(uploads, "u", "v");
    uploads.finished("b", "k", "u");
    expect(ask(uploads, "v", "u")).toEqual([SSE_KMS, null]);
    uploads.finished("b", "k", "v");
    expect(ask(uploads, "v", "w")).toEqual([null, null]);
    uploads.finished("b", "k", "v");
    uploads.initiated("b", "k", write(PLAIN, 2));
    expect(ask(uploads, "x", "v", "w", "u")).toEqual([SSE_KMS | PLAIN, null, null, null]);
  });

  test("that was there before the initiate is none of its own", () => {
    const uploads = createUploads(10);
    expect(ask(uploads, "u")).toEqual([null]);
    uploads.finished("b", "k", "t");
    uploads.initiated("b", "k", write(SSE_KMS, 10));
    expect(uploads.of("b", "k", "v", 9, false)).toBeNull();
    expect(ask(uploads, "u", "v", "w", "t")).toEqual([null, null, SSE_KMS, null]);
  });

  test("among very many of its key is not told apart", () => {
    const uploads = createUploads(10);
    for (let i = 0; i < 100; i++) uploads.initiated("b", "k", write(SSE_KMS, i));
    const ids = Array.from({ length: 100 }, (_, i) => `u${i}`);
    expect(ask(uploads, ...ids)).toEqual(ids.map((_, i) => (i < 64 ? SSE_KMS : null)));
  });

  test("that belongs to no initiate is remembered, the last 64 of a key", () => {
    const uploads = createUploads(10);
    const ids = Array.from({ length: 65 }, (_, i) => `u${i}`);
    ask(uploads, ...ids);
    uploads.initiated("b", "k", write(SSE_KMS, 0));
    expect(ask(uploads, "u1", "u64", "u0")).toEqual([null, null, SSE_KMS]);
  });

  test("of a request that was refused takes no other one's place", () => {
    const uploads = createUploads(10);
    uploads.initiated("b", "k", write(SSE_KMS, 0));
    expect(uploads.of("b", "k", "bogus", 99, true)?.encryption).toBe(SSE_KMS);
    expect(ask(uploads, "u")).toEqual([SSE_KMS]);
    expect(uploads.of("b", "k", "bogus", 99, true)).toBeNull();
    expect(ask(uploads, "u")).toEqual([SSE_KMS]);
    expect(uploads.of("b", "k", "u", 99, true)?.encryption).toBe(SSE_KMS);
  });
});
