import { readFile } from "node:fs/promises";
import type { Store } from "../../lib/stores/store.ts";

export interface MemoryStore extends Store {
  readonly held: Map<string, Buffer>;
}

/** A store in memory; ETags are the bytes themselves. */
export function createMemoryStore(held = new Map<string, Buffer>()): MemoryStore {
  const etagOf = (key: string) => held.get(key)?.toString("base64");
  return {
    held,
    async get(key) {
      const bytes = held.get(key);
      return bytes === undefined ? null : { bytes, etag: etagOf(key)! };
    },
    async put(key, bytes) {
      held.set(key, bytes);
    },
    async putFile(key, path) {
      held.set(key, await readFile(path));
    },
    async create(key, bytes) {
      if (held.has(key)) return false;
      held.set(key, bytes);
      return true;
    },
    async replace(key, bytes, etag) {
      if (etagOf(key) !== etag) return false;
      held.set(key, bytes);
      return true;
    },
    async remove(key) {
      held.delete(key);
    },
  };
}

export class Crash extends Error {}

/** The same store, until its `step`th operation (from 0) throws: before it is done or after it. */
export function crashing(store: Store, step: number, when: "before" | "after"): Store {
  let steps = 0;
  async function run<T>(work: () => Promise<T>): Promise<T> {
    const isLast = steps++ === step;
    if (isLast && when === "before") throw new Crash();
    const result = await work();
    if (isLast) throw new Crash();
    return result;
  }
  return {
    get: (key) => run(() => store.get(key)),
    put: (key, bytes) => run(() => store.put(key, bytes)),
    putFile: (key, path) => run(() => store.putFile(key, path)),
    create: (key, bytes) => run(() => store.create(key, bytes)),
    replace: (key, bytes, etag) => run(() => store.replace(key, bytes, etag)),
    remove: (key) => run(() => store.remove(key)),
  };
}
