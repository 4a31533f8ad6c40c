import type { ObjectVersion } from "../record.ts";
import type { CopyHalf } from "../sources/source.ts";

/**
 * Joins the two halves of a copy. The write half does not name its source; the read half, logged for the source bucket under
 * the same request id, does. A half is only kept when its request is wanted already, so the logs have to be read once more
 * after the asking: whichever half stands first, and in whichever file, both are found.
 */
export interface CopyHalves {
  /** Notes a request whose source is to be found. */
  want(requestId: string): void;
  /** Takes a read half; one that nobody wants is forgotten. */
  offer(half: CopyHalf): void;
  /** The object which that request read; `null` if its read half was not seen, or if halves contradict each other. */
  sourceOf(requestId: string): ObjectVersion | null;
  wanted(): ReadonlySet<string>;
  /** Every different half that was kept, as plain data for the `offer` of another collector. */
  found(): CopyHalf[];
}

/** @param wanted requests whose source is to be found, to which `want` adds */
export function createCopyHalves(wanted = new Set<string>()): CopyHalves {
  const halves = new Map<string, CopyHalf[]>();
  return {
    want(requestId) {
      // `-` and nothing at all would join copies that have nothing in common.
      if (requestId !== "-" && requestId !== "") wanted.add(requestId);
    },
    offer(half) {
      if (!wanted.has(half.requestId)) return;
      const known = halves.get(half.requestId);
      if (!known) halves.set(half.requestId, [half]);
      else if (!known.some((other) => isSameObject(other, half))) known.push(half);
    },
    sourceOf(requestId) {
      const [half, another] = halves.get(requestId) ?? [];
      return half && !another ? { bucket: half.bucket, key: half.key, versionId: half.versionId } : null;
    },
    wanted: () => wanted,
    found: () => [...halves.values()].flat(),
  };
}

function isSameObject(a: ObjectVersion, b: ObjectVersion): boolean {
  return a.bucket === b.bucket && a.key === b.key && a.versionId === b.versionId;
}
