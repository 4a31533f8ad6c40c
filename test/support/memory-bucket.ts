import type { Listed } from "../../lib/alerts/window.ts";
import type { Store } from "../../lib/stores/store.ts";
import { createMemoryStore } from "../stores/memory-store.ts";

/** A store in memory that can be listed, as a bucket can. */
export interface MemoryBucket extends Store {
  readonly held: Map<string, Buffer>;
  list(prefix: string, startAfter?: string): AsyncGenerator<Listed>;
}

/** @param onWrite told of every key that is written, after it was */
export function createMemoryBucket(now: () => number, onWrite: (key: string) => void = () => {}): MemoryBucket {
  const store = createMemoryStore();
  const writtenAt = new Map<string, number>();
  function written(key: string): void {
    writtenAt.set(key, now());
    onWrite(key);
  }
  return {
    ...store,
    async put(key, bytes) {
      await store.put(key, bytes);
      written(key);
    },
    async putFile(key, path) {
      await store.putFile(key, path);
      written(key);
    },
    async create(key, bytes) {
      const isNew = await store.create(key, bytes);
      if (isNew) written(key);
      return isNew;
    },
    async replace(key, bytes, etag) {
      const isReplaced = await store.replace(key, bytes, etag);
      if (isReplaced) written(key);
      return isReplaced;
    },
    async *list(prefix, startAfter = "") {
      const keys = [...store.held.keys()].filter((key) => key.startsWith(prefix) && key > startAfter);
      for (const key of keys.sort()) yield { key, lastModified: writtenAt.get(key)! };
    },
  };
}
