import { hash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createUidSet } from "../../lib/findings/uid-set.ts";

const UID = fc.oneof(
  fc.stringMatching(/^[0-9a-f]{32}$/),
  // The same slot at first, and alike in most words.
  fc.stringMatching(/^00000001[01]{8}0{15}[1-9a-f]$/),
);

test("it says what a Set says", () => {
  fc.assert(
    fc.property(fc.array(UID, { maxLength: 1500, size: "max" }), (uids) => {
      const set = createUidSet();
      const model = new Set<string>();
      for (const uid of [...uids, ...uids]) {
        const isNew = !model.has(uid);
        model.add(uid);
        if (set.add(uid) !== isNew) return false;
      }
      return true;
    }),
    { numRuns: 30 },
  );
});

test("it grows", () => {
  const set = createUidSet();
  const uids = Array.from({ length: 20_000 }, (_, i) => hash("sha256", `${i}`).slice(0, 32));
  expect(uids.filter((uid) => set.add(uid))).toHaveLength(uids.length);
  expect(uids.filter((uid) => set.add(uid))).toEqual([]);
});
