import { expect, test } from "vitest";
import { createHeldCopies } from "../../lib/evidence/held-copies.ts";
import { COPY, HTTP, openEncryption, V4 } from "../../lib/facts.ts";
import { judged } from "../findings/judged.ts";

const copy = (requestId: string) => ({
  ...judged({ facts: openEncryption(COPY, HTTP, V4), requestId }),
  missing: ["source" as const],
});
const half = (requestId: string) => ({ requestId, bucket: "source", key: requestId, versionId: null, time: 0 });

test("only so many copies are held, and only so many requests' halves kept", () => {
  const copies = createHeldCopies(2);
  for (const id of ["a", "b", "c", "b"]) copies.offerHalf(half(id));
  expect(["b", "c", "a"].map((id) => copies.hold(copy(id)))).toEqual([true, true, false]);
  expect(copies.release().map(({ record }) => [record.requestId, record.copySource])).toEqual([
    ["b", { bucket: "source", key: "b", versionId: null }],
    ["c", null],
  ]);
});

test("what names its source, or doesn't hang on it, is not held", () => {
  const copies = createHeldCopies();
  const named = copy("a");
  named.record = { ...named.record, copySource: { bucket: "source", key: "from", versionId: null } };
  expect([copies.hold(named), copies.hold({ ...copy("a"), missing: ["target"] })]).toEqual([false, false]);
  expect(copies.release()).toEqual([]);
});
