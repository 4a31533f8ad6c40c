import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCopyHalves } from "../../lib/evidence/copy-halves.ts";
import type { CopyHalf } from "../../lib/sources/source.ts";

const half = (requestId: string, key: string, versionId: string | null = null): CopyHalf => ({
  requestId,
  time: 0,
  bucket: "b",
  key,
  versionId,
});

describe("createCopyHalves", () => {
  it("finds the source of a wanted request", () => {
    const halves = createCopyHalves();
    halves.offer(half("R1", "too early"));
    halves.want("R1");
    expect(halves.sourceOf("R1")).toBeNull();
    halves.offer(half("R1", "k", "v"));
    halves.offer(half("R2", "k2"));
    expect(halves.sourceOf("R1")).toEqual({ bucket: "b", key: "k", versionId: "v" });
    expect(halves.sourceOf("R2")).toBeNull();
    expect([...halves.wanted()]).toEqual(["R1"]);
    expect(halves.found()).toEqual([half("R1", "k", "v")]);
  });

  it("takes a half that was delivered twice for one", () => {
    const halves = createCopyHalves();
    halves.want("R1");
    halves.offer(half("R1", "k"));
    halves.offer({ ...half("R1", "k"), time: 5 });
    expect(halves.sourceOf("R1")).toEqual({ bucket: "b", key: "k", versionId: null });
    expect(halves.found()).toEqual([half("R1", "k")]);
  });

  it.each([
    ["bucket", { ...half("R1", "k"), bucket: "c" }],
    ["key", half("R1", "l")],
    ["version", half("R1", "k", "v")],
  ])("knows no source where two halves differ in their %s", (_, other) => {
    const halves = createCopyHalves();
    halves.want("R1");
    halves.offer(half("R1", "k"));
    halves.offer(other);
    expect(halves.sourceOf("R1")).toBeNull();
  });

  it.each(["-", ""])("joins nothing by the request id %j", (requestId) => {
    const halves = createCopyHalves();
    halves.want(requestId);
    halves.offer(half(requestId, "k"));
    expect(halves.wanted().size).toBe(0);
    expect(halves.sourceOf(requestId)).toBeNull();
  });

  it("gives the same sources whatever the order, and by way of other collectors", () => {
    const ids = ["R1", "R2", "R3"];
    const some = fc.array(
      fc.tuple(fc.constantFrom(...ids), fc.constantFrom("k", "l")).map(([id, key]) => half(id, key)),
    );
    const sources = (all: CopyHalf[]) => {
      const halves = createCopyHalves();
      for (const id of ids) halves.want(id);
      for (const one of all) halves.offer(one);
      return { found: halves.found(), sources: ids.map(halves.sourceOf) };
    };
    fc.assert(
      fc.property(some, some, (a, b) => {
        const joined = sources([...sources(b).found, ...sources(a).found]);
        expect(joined.sources).toEqual(sources([...a, ...b]).sources);
      }),
    );
  });
});
