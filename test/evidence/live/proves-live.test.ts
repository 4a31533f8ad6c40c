import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proves, type Touch, WRITE_WINDOW } from "../../../lib/evidence/inventory/proves.ts";
import type { InventoryRow } from "../../../lib/evidence/inventory/row.ts";
import { type LiveState, provesLive } from "../../../lib/evidence/live/proves-live.ts";
import { PLAIN, SSE_C, SSE_KMS, SSE_S3 } from "../../../lib/facts.ts";
import { T } from "../records.ts";

const NOW = T + 86_400_000;
const MINUTE = 60_000;

const row = (fields: Partial<InventoryRow> = {}): InventoryRow => ({
  key: "a/cat.jpg",
  versionId: "v1",
  isCurrent: true,
  isDeleteMarker: false,
  isMultipart: false,
  lastModified: T - MINUTE,
  encryption: SSE_KMS,
  ...fields,
});
const described = (fields: Partial<InventoryRow> = {}): LiveState => ({ kind: "described", row: row(fields) });
const LOCKED: LiveState = { kind: "locked" };
const read = (fields: Partial<Touch> = {}): Touch => ({
  how: "read",
  versionId: null,
  time: T,
  status: 200,
  ...fields,
});
const write = (fields: Partial<Touch> = {}): Touch => ({ ...read(fields), how: "write" });

type Case = [rule: string, touch: Touch, state: LiveState, proven: boolean];

describe("a description proves what an inventory's row would", () => {
  it.each<Case>([
    ["modified before the read", read(), described(), true],
    ["modified in the same second", read(), described({ lastModified: T }), true],
    ["replaced since", read(), described({ lastModified: T + 1000 }), false],
    ["read after the HEAD, by its clock", read({ time: NOW + 1000 }), described(), false],
    ["refused", read({ status: 403 }), described(), true],
    ["not found", read({ status: 404 }), described(), false],
    ["the version that was read", read({ versionId: "v1" }), described({ isCurrent: false }), true],
    ["another version", read({ versionId: "v2" }), described(), false],
    ["the version without an id", read({ versionId: "null" }), described({ versionId: "null" }), true],
    ["that, replaced", read({ versionId: "null" }), described({ versionId: "null", lastModified: T + 1000 }), false],
    ["what the write made", write(), described({ lastModified: T + WRITE_WINDOW }), true],
    ["what another write made", write(), described(), false],
    ["an object of parts", write(), described({ lastModified: T, isMultipart: true }), false],
    ["refused", write({ status: 403 }), described({ lastModified: T }), false],
  ])("%s", (_, touch, state, proven) => {
    expect(provesLive(touch, state, NOW)).toEqual(
      proven ? { encryption: SSE_KMS, lastModified: (state as { row: InventoryRow }).row.lastModified } : null,
    );
  });
});

describe("the time of an HTTP answer is cut to whole seconds", () => {
  it.each([
    ["at the second's end", T + 999, T, true],
    ["within the second", T + 500, T, false],
    ["of the second before", T + 1, T - 1000, true],
    ["both in whole seconds", T, T, true],
  ])("a read %s", (_, time, lastModified, proven) => {
    expect(provesLive(read({ time }), described({ lastModified }), NOW)).toEqual(
      proven ? { encryption: SSE_KMS, lastModified } : null,
    );
  });
});

describe("a refusal for want of a key tells no time", () => {
  const v1 = { versionId: "v1" };
  it.each<Case>([
    ["of the version that was read", read(v1), LOCKED, true],
    ["of the version that was not modified", read({ ...v1, status: 304 }), LOCKED, true],
    ["of the version that was written", write(v1), LOCKED, true],
    ["of no version", read(), LOCKED, false],
    ["of the version without an id", read({ versionId: "null" }), LOCKED, false],
    ["of a version that the client may have made up", read({ ...v1, status: 400 }), LOCKED, false],
    ["forbidden", read({ ...v1, status: 403 }), LOCKED, false],
    ["not found", read({ ...v1, status: 404 }), LOCKED, false],
    ["informational", read({ ...v1, status: 100 }), LOCKED, false],
    ["of a refused write", write({ ...v1, status: 403 }), LOCKED, false],
    ["of a redirected write", write({ ...v1, status: 307 }), LOCKED, false],
    ["status unknown", read({ ...v1, status: null }), LOCKED, false],
  ])("%s", (_, touch, state, proven) => {
    expect(provesLive(touch, state, NOW)).toEqual(proven ? { encryption: SSE_C, lastModified: null } : null);
  });
});

describe("laws", () => {
  const touch = fc.record({
    how: fc.constantFrom("read" as const, "write" as const),
    versionId: fc.constantFrom("v1", "v2", "null", null),
    time: fc.integer({ min: T - 10_000, max: T + 10_000 }),
    status: fc.constantFrom(200, 206, 304, 400, 403, 404, 412, null),
  });
  const anyRow = fc.record({
    key: fc.constant("k"),
    versionId: fc.constantFrom("v1", "null"),
    isCurrent: fc.boolean(),
    isDeleteMarker: fc.constant(false),
    isMultipart: fc.boolean(),
    lastModified: fc.integer({ min: T / 1000 - 10, max: T / 1000 + 10 }).map((s) => s * 1000),
    encryption: fc.constantFrom(PLAIN, SSE_S3, SSE_KMS, SSE_C),
  });
  const at = fc.integer({ min: T - 10_000, max: T + 20_000 });

  it("a HEAD proves no read that an inventory of the same instant might contradict", () => {
    fc.assert(
      fc.property(touch, anyRow, at, fc.integer({ min: 0, max: 999 }), (touch, row, at, ms) => {
        if (touch.time % 1000 === 0 || touch.how === "write") return;
        const proof = provesLive(touch, { kind: "described", row }, at);
        // The object's true time lies anywhere in the second that the store told.
        const listed = proves(touch, [{ ...row, lastModified: row.lastModified + ms }], at);
        if (proof) expect(listed?.encryption).toBe(proof.encryption);
      }),
    );
  });

  it("whoever replaces the object later undoes the proof, except of a version with an id", () => {
    fc.assert(
      fc.property(touch, anyRow, at, (touch, row, at) => {
        const lastModified = Math.ceil((touch.time + WRITE_WINDOW + 1) / 1000) * 1000;
        const later: LiveState = { kind: "described", row: { ...row, lastModified } };
        const proof = provesLive(touch, later, at);
        expect(proof === null || (touch.how === "read" && touch.versionId === "v1")).toBe(true);
      }),
    );
  });
});
