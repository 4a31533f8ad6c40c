import fc from "fast-check";
import { expect, it } from "vitest";
import { createEvent, hashOfText } from "../../../lib/sources/cloudtrail/event.ts";
import { KEY } from "../../../lib/sources/cloudtrail/fields.ts";
import { createKeyFilter } from "../../../lib/sources/cloudtrail/key-filter.ts";
import { createTape, scanObject } from "../../../lib/sources/cloudtrail/scan-object.ts";
import { createPage } from "../../../lib/sources/cloudtrail/text.ts";
import { CHANGED, createWrites, MADE, type Writes, type WriteTold } from "../../../lib/sources/cloudtrail/writes.ts";

const page = createPage(1 << 20);
const tape = createTape();
const event = createEvent(page, tape);

interface Members {
  key: unknown;
  requestID?: unknown;
  eventID?: unknown;
  versionId?: unknown;
  uploadId?: unknown;
}

/** Turns to an event with these members. */
function turnTo({ key, requestID = "R1", eventID, versionId, uploadId }: Members): void {
  const responseElements = { "x-amz-version-id": versionId };
  const members = { requestID, eventID, requestParameters: { key, uploadId }, responseElements };
  page.mark(0, page.bytes.write(JSON.stringify(members)));
  scanObject(page, 0, tape, "event");
  event.turnToTape();
}

function told(writes: Writes, ...keys: string[]): WriteTold[] {
  const asked = createKeyFilter();
  for (const key of keys) asked.add(hashOfText(key));
  const found: WriteTold[] = [];
  writes.tell(asked, (write) => found.push(write));
  return found;
}

function add(writes: Writes, key: unknown, requestID: string, time = 0): void {
  turnTo({ key, requestID });
  writes.add(event, event.hash(KEY), "photos", time, MADE, 7);
}

it("a write is told as the event has it, if its key is asked for", () => {
  const writes = createWrites(page, 10);
  turnTo({ key: "2026/ü.pdf", requestID: "HQJGBHZK9QH33KG7", versionId: "v1", uploadId: "u1" });
  writes.add(event, event.hash(KEY), "photos", 1000, MADE, 4);
  turnTo({ key: "2026/x", requestID: "R2" });
  writes.add(event, event.hash(KEY), "sounds", 2000, CHANGED, -16);
  const first = {
    object: { bucket: "photos", key: "2026/ü.pdf", versionId: "v1" },
    uploadId: "u1",
    requestId: "HQJGBHZK9QH33KG7",
    time: 1000,
    kind: MADE,
    own: 4,
  };
  const second = {
    object: { bucket: "sounds", key: "2026/x", versionId: null },
    uploadId: null,
    requestId: "R2",
    time: 2000,
    kind: CHANGED,
    own: -16,
  };
  expect(told(writes)).toEqual([]);
  expect(told(writes, "2026/ü.pdf")).toEqual([first]);
  expect(told(writes, "2026/ü.pdf")).toEqual([first]);
  expect(told(writes, "2026/x", "2026/ü.pdf")).toEqual([first, second]);
});

it.each<[string, members: Members, key: string, requestId: string, versionId: string | null]>([
  ["short", { key: "abc" }, "abc", "R1", null],
  ["with escapes", { key: 'ab"cd\n', requestID: "\\" }, 'ab"cd\n', "\\", null],
  ["in lists", { key: ["abcd"], requestID: ["R1"], versionId: ["v1"] }, "abcd", "R1", "v1"],
  ["numbers", { key: 12345, requestID: 1, versionId: 2 }, "12345", "1", "2"],
  ["without a request id", { key: "abcd", requestID: null, eventID: "E1" }, "abcd", "E1", null],
  ["with an empty request id", { key: "abcd", requestID: "", eventID: "" }, "abcd", "", null],
  ["with an empty version id", { key: "abcd", versionId: "" }, "abcd", "R1", null],
])("texts that are odd: %s", (_, members, key, requestId, versionId) => {
  const writes = createWrites(page, 10);
  turnTo(members);
  writes.add(event, event.hash(KEY), "photos", 0, MADE, 1);
  add(writes, "another key", "R2");
  expect(told(writes, key)[0]).toMatchObject({ object: { bucket: "photos", key, versionId }, requestId });
});

it("half are forgotten when they get too many, and until when is told", () => {
  const writes = createWrites(page, 4);
  for (const [i, time] of [30, 10, 40, 20].entries()) add(writes, "key1", `R${i}`, time);
  expect([told(writes, "key1").map(({ requestId }) => requestId), writes.forgottenUntil]).toEqual([
    ["R0", "R1", "R2", "R3"],
    Number.NEGATIVE_INFINITY,
  ]);
  add(writes, "key1", "R4", 50);
  expect([told(writes, "key1").map(({ requestId, time }) => [requestId, time]), writes.forgottenUntil]).toEqual([
    [
      ["R2", 40],
      ["R3", 20],
      ["R4", 50],
    ],
    30,
  ]);
});

it("there is room for many, and for long texts", () => {
  const writes = createWrites(page, 10_000);
  for (let i = 0; i < 3000; i++) add(writes, `key-${i}-${"k".repeat(i % 500)}`, `R${i}`);
  add(writes, `"${"x".repeat(500_000)}`, "long");
  const ids = (i: number) => told(writes, `key-${i}-${"k".repeat(i % 500)}`).map(({ requestId }) => requestId);
  for (const i of [0, 1, 1023, 1024, 2999]) expect(ids(i)).toEqual([`R${i}`, "long"]);
});

it("very long texts are forgotten before they take all memory", () => {
  const writes = createWrites(page, 1000);
  const long = "x".repeat(1 << 19);
  for (let i = 0; i < 200; i++) add(writes, `${i}-${long}`, `R${i}`, i);
  const kept = (i: number) => told(writes, `${i}-${long}`).length;
  expect([kept(199), kept(0)]).toEqual([1, 0]);
  expect(writes.forgottenUntil).toBeGreaterThan(60);
  expect(kept(writes.forgottenUntil + 1)).toBe(1);
});

it("nothing is lost or changed, whatever is asked for and forgotten", () => {
  const key = fc.constantFrom("2026/01", "2026/02", "2026/03-and-some-more-letters", "4444", "x", 'quote"');
  fc.assert(
    fc.property(
      fc.array(key, { maxLength: 3000, size: "max" }),
      fc.boolean(),
      fc.integer({ min: 2, max: 4000 }),
      (keys, isLong, most) => {
        const writes = createWrites(page, most);
        const requestIdOf = (i: number) => `R${i}${isLong ? "x".repeat(100) : ""}`;
        for (const [i, name] of keys.entries()) add(writes, name, requestIdOf(i), i);
        const first = writes.forgottenUntil + 1;
        const kept = keys.length - Math.max(0, first);
        expect(kept).toBeLessThanOrEqual(most);
        if (keys.length > most) expect(kept).toBeGreaterThanOrEqual(most / 2);
        for (const name of new Set(keys)) {
          const expected = keys.flatMap((one, i) => (one === name && i >= first ? [requestIdOf(i)] : []));
          const found = told(writes, name).filter(({ object }) => object.key === name);
          expect(found.map(({ requestId }) => requestId)).toEqual(expected);
        }
      },
    ),
    { numRuns: 20 },
  );
});

it("a key's text and its JSON have the same hash", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (key) => {
      turnTo({ key });
      const isPlain = Buffer.byteLength(key) >= 4 && JSON.stringify(key) === `"${key}"`;
      expect(event.hash(KEY)).toBe(isPlain ? hashOfText(key) : 0);
    }),
  );
  expect(hashOfText("abc")).toBe(0);
});
