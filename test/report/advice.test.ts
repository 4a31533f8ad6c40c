import { describe, expect, it } from "vitest";
import { ANY_ENCRYPTION, ANY_TRANSPORT, COPY, GET, HTTP, pack, V4 } from "../../lib/facts.ts";
import { addUpAdvice, createAdvice } from "../../lib/report/advice.ts";
import { judged } from "../findings/judged.ts";

const OPEN_READ = pack(GET, HTTP, V4, 0, ANY_ENCRYPTION);
const inventory = (bucket: string) =>
  `pass an S3 Inventory of bucket ${bucket} with --inventory or ask the store with --live`;

function counted(buckets: readonly string[]) {
  const advice = createAdvice();
  for (const bucket of buckets) advice.add(judged({ facts: OPEN_READ, bucket }), "s3-access-log");
  return advice.counts();
}

describe("advice", () => {
  it("counts the records that each way would help with, most first, then by name", () => {
    expect(counted(["b", "a", "c", "c"])).toEqual([
      { fact: "target", how: inventory("c"), records: 2 },
      { fact: "target", how: inventory("a"), records: 1 },
      { fact: "target", how: inventory("b"), records: 1 },
    ]);
  });

  it("is given for each fact that a verdict hangs on", () => {
    const advice = createAdvice();
    advice.add(judged({ facts: pack(COPY, ANY_TRANSPORT, V4, ANY_ENCRYPTION, ANY_ENCRYPTION) }), "obs-access-log");
    expect(advice.counts().map(({ fact }) => fact)).toEqual(["source", "transport"]);
  });

  it("is none for what is decided", () => {
    const advice = createAdvice();
    advice.add(judged({ facts: pack(GET, HTTP, V4, 0, 0b1000) }), "s3-access-log");
    expect(advice.counts()).toEqual([]);
  });

  it("adds up", () => {
    expect(addUpAdvice([counted(["a", "b"]), counted(["b"]), []])).toEqual([
      { fact: "target", how: inventory("b"), records: 2 },
      { fact: "target", how: inventory("a"), records: 1 },
    ]);
  });

  it("leaves what is added as it was", () => {
    const one = counted(["a"]);
    addUpAdvice([one, one]);
    expect(one).toEqual(counted(["a"]));
  });

  it("keeps no more than a thousand ways, and goes on counting those", () => {
    const buckets = Array.from({ length: 1001 }, (_, i) => `bucket-${i}`);
    const advice = counted([...buckets, "bucket-0", "bucket-1000"]);
    expect(advice.length).toBe(1000);
    expect(advice[0]).toEqual({ fact: "target", how: inventory("bucket-0"), records: 2 });
  });
});
