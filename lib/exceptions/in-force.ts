import type { Stored } from "../stores/store.ts";
import type { Exception } from "./exception.ts";
import { loadExceptions } from "./load.ts";

/**
 * The exceptions of a service that runs for long. The table is read anew at every call, as it may be replaced at any time, and parsed
 * anew where it has changed. No table, no exceptions; nor are there any where it cannot be read or has faults: `onFault` is told.
 */
export function exceptionsInForce(
  key: string,
  read: (key: string) => Promise<Stored | null>,
  onFault: (error: Error) => void,
): () => Promise<readonly Exception[]> {
  let known: { etag: string; exceptions: readonly Exception[] } | null = null;
  return async () => {
    try {
      const stored = await read(key);
      if (stored === null) return [];
      if (known?.etag !== stored.etag) known = { etag: stored.etag, exceptions: loadExceptions(stored.bytes, key) };
      return known.exceptions;
    } catch (error) {
      onFault(error as Error);
      return [];
    }
  };
}
