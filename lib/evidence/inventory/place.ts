import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";

/** Where an inventory lies. Whatever goes wrong rejects; what is not there is `null`. */
export interface InventoryPlace {
  /** The manifest's, as people gave it. */
  name: string;
  manifest(): Promise<Buffer>;
  /** `manifest.checksum`. */
  checksum(): Promise<Buffer | null>;
  /** A data file, by its key in the manifest. */
  dataFile(key: string): Promise<Readable | null>;
}

/** An inventory in a folder. Its data files lie under their keys, in any folder above the manifest. */
export function onDisk(path: string): InventoryPlace {
  const folder = dirname(resolve(path));
  return {
    name: path,
    manifest: () => readFile(path),
    checksum: () => readFile(join(folder, "manifest.checksum")).catch(nullIfMissing),
    async dataFile(key) {
      for (const above of foldersFrom(folder)) {
        const candidate = join(above, key);
        const found = await stat(candidate).catch(nullIfMissing);
        if (found?.isFile()) return createReadStream(candidate);
      }
      return null;
    },
  };
}

function foldersFrom(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersFrom(above)];
}

function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
  throw error;
}
