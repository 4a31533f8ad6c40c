/** What a store holds under a key. */
export interface Stored {
  bytes: Buffer;
  /** Changes whenever the bytes do. */
  etag: string;
}

/**
 * Where findings, receipts and quarantined lines go: a folder or a bucket. Every write is whole or not at all. All
 * methods reject with a {@link StoreError} when the store cannot be reached, and for a key that is not safe.
 */
export interface Store {
  get(key: string): Promise<Stored | null>;
  /** Writes a file's bytes, over whatever was there. */
  putFile(key: string, path: string): Promise<void>;
  /** Writes bytes, over whatever was there. */
  put(key: string, bytes: Buffer): Promise<void>;
  /** Writes a key that is new. False: it exists, and stays as it is. */
  create(key: string, bytes: Buffer): Promise<boolean>;
  /** Writes over the bytes that `etag` stands for. False: they have changed or gone meanwhile, and nothing was written. */
  replace(key: string, bytes: Buffer, etag: string): Promise<boolean>;
  /** Nothing happens if there is nothing under the key. */
  remove(key: string): Promise<void>;
}

/** Names that Windows gives to devices, whatever the extension. */
export const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i;

export class StoreError extends Error {
  override name = "StoreError";
}

/**
 * Throws for a key that could leave the store or that some system reads as another: keys are made of bucket names, and
 * those come from outside.
 */
export function checkKey(key: string): void {
  const reason = faultOf(key);
  if (reason === null) return;
  throw new StoreError(
    `${JSON.stringify(key)} is no key of a store: ${reason}. Keys read like receipts/dt=2026-02-06/my-logs/0f3a….json.`,
  );
}

function faultOf(key: string): string | null {
  if (/\p{Cc}/u.test(key)) return "it holds a control character";
  if (/[\\:*?"<>|]/.test(key)) return 'it holds one of \\ : * ? " < > |';
  if (!key.isWellFormed()) return "it is no valid Unicode";
  for (const part of key.split("/")) {
    if (part === "") return "it begins or ends with a slash, holds two in a row, or is empty";
    if (part === "." || part === "..") return `it holds a part "${part}"`;
    if (/[. ]$/.test(part)) return `its part "${part}" ends with a dot or a space`;
    if (DEVICE.test(part)) return `its part "${part}" is the name of a device`;
  }
  return null;
}
