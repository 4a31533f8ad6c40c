import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proves, type Touch, WRITE_WINDOW } from "../../../lib/evidence/inventory/proves.ts";
import type { InventoryRow } from "../../../lib/evidence/inventory/row.ts";
import { PLAIN, SSE_C, SSE_KMS } from "../../../lib/facts.ts";
import { T } from "../records.ts";

const SNAPSHOT = T + 86_400_000;
const SECOND = 1_000;

/** The current version, SSE-C, written a minute before T. */
const row = (fields: Partial<InventoryRow> = {}): InventoryRow => ({
  key: "a/cat.jpg",
  versionId: "v1",
  isCurrent: true,
  isDeleteMarker: false,
  isMultipart: false,
  lastModified: T - 60 * SECOND,
  encryption: SSE_C,
  ...fields,
});
const read = (fields: Partial<Touch> = {}): Touch => ({
  how: "read",
  versionId: null,
  time: T,
  status: 200,
  ...fields,
});
const write = (fields: Partial<Touch> = {}): Touch => ({ ...read(fields), how: "write" });

type Case = [rule: string, touch: Touch, row: InventoryRow, proven: boolean];

describe("a read of no named version is of the current row, unchanged since", () => {
  it.each<Case>([
    ["modified before", read(), row(), true],
    ["modified in the same second", read(), row({ lastModified: T }), true],
    ["modified later in the same second", read(), row({ lastModified: T + 1 }), false],
    ["modified half a second later", read(), row({ lastModified: T + 500 }), false],
    ["replaced after", read(), row({ lastModified: T + SECOND }), false],
    ["at the snapshot", read({ time: SNAPSHOT }), row(), true],
    ["after the snapshot", read({ time: SNAPSHOT + 1 }), row(), false],
    ["of an old version", read(), row({ isCurrent: false }), false],
    ["of a delete marker", read(), row({ isDeleteMarker: true }), false],
    ["of parts, dated by the initiate", read(), row({ isMultipart: true }), true],
    ["of a row without version ids", read(), row({ versionId: null }), true],
    ["of the version without an id", read(), row({ versionId: "null" }), true],
    ["of a row without a status that is known", read(), row({ encryption: 0 }), false],
    ["not modified", read({ status: 304 }), row(), true],
    ["refused", read({ status: 403 }), row(), true],
    ["bad request", read({ status: 400 }), row(), true],
    ["precondition", read({ status: 412 }), row(), true],
    ["status unknown", read({ status: null }), row(), true],
    ["refused after the snapshot", read({ status: 403, time: SNAPSHOT + 1 }), row(), false],
    ["not found", read({ status: 404 }), row(), false],
    ["time unknown", read({ time: Number.NaN }), row(), false],
  ])("%s", check);
});

describe("a read of a named version is of that version's row, at any time", () => {
  const v1 = { versionId: "v1" };
  it.each<Case>([
    ["same version", read(v1), row(), true],
    ["no longer current", read(v1), row({ isCurrent: false }), true],
    ["after the snapshot", read({ ...v1, time: SNAPSHOT + 1 }), row(), true],
    ["before its date, by another clock", read(v1), row({ lastModified: T + SECOND }), true],
    ["of parts", read(v1), row({ isMultipart: true }), true],
    ["not modified", read({ ...v1, status: 304, time: SNAPSHOT + 1 }), row(), true],
    ["another version", read({ versionId: "v2" }), row(), false],
    ["an inventory without version ids", read(v1), row({ versionId: null }), false],
    ["of a delete marker", read(v1), row({ isDeleteMarker: true }), false],
    ["not found", read({ ...v1, status: 404 }), row(), false],
    ["refused while it stood", read({ ...v1, status: 403 }), row(), true],
    ["refused after the snapshot", read({ ...v1, status: 403, time: SNAPSHOT + 1 }), row(), true],
    ["status unknown after the snapshot", read({ ...v1, status: null, time: SNAPSHOT + 1 }), row(), true],
  ])("%s", check);
});

describe("a read of the version without an id is of its row, unchanged since", () => {
  const none = { versionId: "null" };
  it.each<Case>([
    ["unchanged", read(none), row({ versionId: "null" }), true],
    ["no longer current", read(none), row({ versionId: "null", isCurrent: false }), true],
    ["overwritten after", read(none), row({ versionId: "null", lastModified: T + SECOND }), false],
    ["after the snapshot", read({ ...none, time: SNAPSHOT + 1 }), row({ versionId: "null" }), false],
    ["of parts", read(none), row({ versionId: "null", isMultipart: true }), true],
    ["another version", read(none), row(), false],
    ["an inventory without version ids", read(none), row({ versionId: null }), false],
  ])("%s", check);
});

describe("a write is known by the row that it made", () => {
  it.each<Case>([
    ["same second", write(), row({ lastModified: T }), true],
    ["at the window's end", write(), row({ lastModified: T + WRITE_WINDOW }), true],
    ["at the window's start", write(), row({ lastModified: T - WRITE_WINDOW }), true],
    ["past the window's end", write(), row({ lastModified: T + WRITE_WINDOW + 1 }), false],
    ["past the window's start", write(), row({ lastModified: T - WRITE_WINDOW - 1 }), false],
    ["no longer current", write(), row({ lastModified: T, isCurrent: false }), true],
    ["the version that it made", write({ versionId: "v1" }), row({ lastModified: T }), true],
    ["another version", write({ versionId: "v2" }), row({ lastModified: T }), false],
    ["the version without an id", write({ versionId: "null" }), row({ lastModified: T, versionId: "null" }), true],
    [
      "a version, in an inventory without ids",
      write({ versionId: "v1" }),
      row({ lastModified: T, versionId: null }),
      false,
    ],
    ["a delete marker", write(), row({ lastModified: T, isDeleteMarker: true }), false],
    ["an object of parts", write(), row({ lastModified: T, isMultipart: true }), false],
    ["at the snapshot", write({ time: SNAPSHOT }), row({ lastModified: SNAPSHOT }), true],
    ["after the snapshot", write({ time: SNAPSHOT + 1 }), row({ lastModified: SNAPSHOT }), false],
    ["created", write({ status: 201 }), row({ lastModified: T }), true],
    ["no content", write({ status: 204 }), row({ lastModified: T }), true],
    ["see other", write({ status: 303 }), row({ lastModified: T }), false],
    ["refused", write({ status: 403 }), row({ lastModified: T }), false],
    ["informational status", write({ status: 100 }), row({ lastModified: T }), false],
    ["status unknown", write({ status: null }), row({ lastModified: T }), false],
    ["status of the row unknown", write(), row({ lastModified: T, encryption: 0 }), false],
  ])("%s", check);
});

function check(_rule: string, touch: Touch, only: InventoryRow, proven: boolean) {
  expect(proves(touch, [only], SNAPSHOT)).toBe(proven ? only : null);
}

describe("several rows", () => {
  const at = (lastModified: number, encryption: number) =>
    row({ versionId: `v${lastModified}`, lastModified, encryption });
  it.each<[string, Touch, InventoryRow[], encryption: number | null]>([
    ["none", read(), [], null],
    ["one of them was read", read(), [row({ isCurrent: false, encryption: PLAIN }), row()], SSE_C],
    ["two writes alike", write(), [at(T - 1, SSE_KMS), at(T + 1, SSE_KMS)], SSE_KMS],
    ["two writes that differ", write(), [at(T - 1, SSE_KMS), at(T + 1, SSE_C)], null],
    ["two writes, one unknown", write(), [at(T - 1, SSE_KMS), at(T + 1, 0)], null],
    ["two writes, the first unknown", write(), [at(T - 1, 0), at(T + 1, SSE_KMS)], null],
    ["a write outside the window", write(), [at(T, SSE_KMS), at(T + 60_000, SSE_C)], SSE_KMS],
    ["two current rows that differ", read(), [row(), row({ encryption: PLAIN })], null],
  ])("%s", (_, touch, rows, encryption) => {
    expect(proves(touch, rows, SNAPSHOT)?.encryption ?? null).toBe(encryption);
  });
});

describe("laws", () => {
  const rows = fc.array(
    fc.record({
      key: fc.constant("k"),
      versionId: fc.constantFrom("v1", "v2", "null", null),
      isCurrent: fc.boolean(),
      isDeleteMarker: fc.boolean(),
      isMultipart: fc.boolean(),
      lastModified: fc.integer({ min: T - 10_000, max: T + 10_000 }),
      encryption: fc.constantFrom(0, PLAIN, SSE_C, SSE_KMS),
    }),
    { maxLength: 4 },
  );
  const status = fc.constantFrom(200, 206, 304, 400, 403, 404, 412, null);
  const snapshot = fc.integer({ min: T - 10_000, max: T + 10_000 });

  it("an object that was replaced after the read proves nothing", () => {
    fc.assert(
      fc.property(rows, status, snapshot, fc.constantFrom("null", null), (rows, status, snapshot, versionId) => {
        const later = rows.map((row) => ({ ...row, lastModified: Math.max(row.lastModified, T + 1) }));
        expect(proves(read({ status, versionId }), later, snapshot)).toBeNull();
      }),
    );
  });

  it("the order of rows does not matter, and what proves is a row of known encryption that is no delete marker", () => {
    const touch = fc.record({
      how: fc.constantFrom("read" as const, "write" as const),
      versionId: fc.constantFrom("v1", "null", null),
      time: fc.constant(T),
      status,
    });
    fc.assert(
      fc.property(touch, rows, snapshot, (touch, rows, snapshot) => {
        const proof = proves(touch, rows, snapshot);
        expect(proves(touch, rows.toReversed(), snapshot)?.encryption).toBe(proof?.encryption);
        if (proof) expect(rows.filter((row) => row.encryption > 0 && !row.isDeleteMarker)).toContain(proof);
      }),
    );
  });
});
