import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Write } from "../../../lib/evidence/earlier-writes.ts";
import type { ObjectVersion } from "../../../lib/record.ts";
import { createEvent, hashOfText } from "../../../lib/sources/cloudtrail/event.ts";
import { KEY } from "../../../lib/sources/cloudtrail/fields.ts";
import { createPendingWrites } from "../../../lib/sources/cloudtrail/pending-writes.ts";
import { createTape, scanObject } from "../../../lib/sources/cloudtrail/scan-object.ts";
import { createPage } from "../../../lib/sources/cloudtrail/text.ts";

const page = createPage(1 << 20);
const tape = createTape();
const event = createEvent(page, tape);

/** Turns to an event with these members. */
function turnTo(key: unknown, requestID: unknown = "R1", versionId?: unknown): void {
  const members = { requestID, requestParameters: { key }, responseElements: { "x-amz-version-id": versionId } };
  page.mark(0, page.bytes.write(JSON.stringify(members)));
  scanObject(page, 0, tape, "event");
  event.turnToTape();
}

function pendingWrites(most = 100_000) {
  const told: [ObjectVersion, Write][] = [];
  const pending = createPendingWrites(page, most, (object, write) => told.push([object, write]));
  return { ...pending, told, names: () => told.splice(0).map(([{ key }, { requestId }]) => `${key} ${requestId}`) };
}

it("a write is told as the event has it, and once", () => {
  const { add, tell, told } = pendingWrites();
  turnTo("2026/ü.pdf", "HQJGBHZK9QH33KG7", "v1");
  expect(add(event, "photos", 1000, 4)).toBe(true);
  const hash = event.hash(KEY);
  turnTo("2026/x", "R2");
  expect(add(event, "sounds", 2000, 16)).toBe(true);
  expect(told).toEqual([]);
  const first = [
    { bucket: "photos", key: "2026/ü.pdf", versionId: "v1" },
    { requestId: "HQJGBHZK9QH33KG7", from: 1000, until: 1999, encryption: 4 },
  ];
  const second = [
    { bucket: "sounds", key: "2026/x", versionId: null },
    { requestId: "R2", from: 2000, until: 2999, encryption: 16 },
  ];
  tell(hash);
  tell(hash);
  expect(told).toEqual([first]);
  tell(0);
  tell(0);
  expect(told).toEqual([first, second]);
});

describe("a write cannot wait", () => {
  it.each<[string, key: unknown, requestId: unknown, versionId?: unknown]>([
    ["whose key is short", "abc", "R1"],
    ["whose key has escapes", 'ab"cd', "R1"],
    ["whose key is in a list", ["abcd"], "R1"],
    ["whose key is a number", 12345, "R1"],
    ["without a request id", "abcd", null],
    ["with an empty request id", "abcd", ""],
    ["whose request id has escapes", "abcd", "\\"],
    ["whose version id is in a list", "abcd", "R1", ["v1"]],
    ["whose version id is empty", "abcd", "R1", ""],
  ])("%s", (_, key, requestId, versionId) => {
    const { add, tell, told } = pendingWrites();
    turnTo(key, requestId, versionId);
    expect(add(event, "photos", 0, 1)).toBe(false);
    tell(0);
    expect(told).toEqual([]);
  });
});

it("all are told, and forgotten, when they get too many", () => {
  const { add, tell, names } = pendingWrites(3);
  const addOne = (key: string, requestId: string) => {
    turnTo(key, requestId);
    add(event, "photos", 0, 1);
  };
  addOne("key1", "R1");
  addOne("key2", "R2");
  expect(names()).toEqual([]);
  addOne("key1", "R3");
  expect(names()).toEqual(["key1 R1", "key2 R2", "key1 R3"]);
  addOne("key1", "R4");
  tell(hashOfText("key1"));
  expect(names()).toEqual(["key1 R4"]);
});

it("whatever is told when, nothing is lost, and each object's writes keep their order", () => {
  const key = fc.constantFrom("2026/01", "2026/02", "2026/03-and-some-more-letters", "4444");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(key, fc.boolean()), { maxLength: 3000, size: "max" }),
      fc.boolean(),
      (steps, isLong) => {
        const { add, tell, names } = pendingWrites();
        const expected = new Map<string, string[]>();
        const told: string[] = [];
        for (const [i, [name, isAsked]] of steps.entries()) {
          const requestId = `R${i}${isLong ? "x".repeat(100) : ""}`;
          turnTo(name, requestId);
          expected.set(name, [...(expected.get(name) ?? []), `${name} ${requestId}`]);
          add(event, "photos", i, 1);
          if (!isAsked || i % 7 > 0) continue;
          tell(hashOfText(name));
          told.push(...names());
          expect(told.filter((one) => one.startsWith(name))).toEqual(expected.get(name));
        }
        tell(0);
        told.push(...names());
        for (const [name, all] of expected) expect(told.filter((one) => one.startsWith(name))).toEqual(all);
        expect(told).toHaveLength(steps.length);
      },
    ),
    { numRuns: 8 },
  );
});

it("a key's text and its JSON have the same hash", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (key) => {
      turnTo(key);
      const isPlain = Buffer.byteLength(key) >= 4 && JSON.stringify(key) === `"${key}"`;
      expect(event.hash(KEY)).toBe(isPlain ? hashOfText(key) : 0);
    }),
  );
  expect(hashOfText("abc")).toBe(0);
});
