import { hash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkKey, type Store, type Stored, StoreError } from "./store.ts";

/**
 * A store in a folder, which is made when it is first written to. Writes go to a temporary file beside the target, which
 * then takes the target's name: a crash of the process leaves the old bytes or the new. A power failure may leave what
 * the file system had not yet written. `replace` compares and then renames: of two processes that replace one key at the
 * same moment both can succeed, and the later one's bytes stay.
 */
export function openFolderStore(root: string): Store {
  function pathOf(key: string): string {
    checkKey(key);
    return join(root, ...key.split("/"));
  }

  async function attempt<T>(what: string, key: string, work: (path: string) => Promise<T>): Promise<T> {
    const path = pathOf(key);
    try {
      return await work(path);
    } catch (error) {
      throw storeError(root, what, key, error);
    }
  }

  /** Makes a temporary file, hands it to `settle`, which gives it its name, and leaves none behind. */
  async function viaTemporary<T>(
    path: string,
    fill: (temporary: string) => Promise<void>,
    settle: (temporary: string) => Promise<T>,
  ): Promise<T> {
    await mkdir(dirname(path), { recursive: true });
    const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
    try {
      await fill(temporary);
      return await settle(temporary);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  const write = (path: string, bytes: Buffer) =>
    viaTemporary(
      path,
      (temporary) => writeFile(temporary, bytes),
      (temporary) => rename(temporary, path),
    );

  return {
    get: (key) => attempt("read", key, read),
    put: (key, bytes) => attempt("write", key, (path) => write(path, bytes)),
    putFile: (key, from) =>
      attempt("write", key, (path) =>
        viaTemporary(
          path,
          (temporary) => copyFile(from, temporary, constants.COPYFILE_FICLONE),
          (temporary) => rename(temporary, path),
        ),
      ),
    create: (key, bytes) =>
      attempt("write", key, (path) =>
        viaTemporary(
          path,
          (temporary) => writeFile(temporary, bytes),
          // Unlike rename, link fails when the name is taken.
          (temporary) => link(temporary, path).then(() => true, unless("EEXIST", false)),
        ),
      ),
    replace: (key, bytes, etag) =>
      attempt("write", key, async (path) => {
        if ((await read(path))?.etag !== etag) return false;
        await write(path, bytes);
        return true;
      }),
    remove: (key) => attempt("remove", key, (path) => rm(path, { force: true })),
  };
}

async function read(path: string): Promise<Stored | null> {
  const bytes = await readFile(path).catch(unless("ENOENT", null));
  return bytes && { bytes, etag: hash("sha256", bytes) };
}

/** A rejection handler that answers one error code with a value. */
function unless<T>(code: string, value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code !== code) throw error;
    return value;
  };
}

const ADVICE: Record<string, string> = {
  EACCES: "Give this user the right to write there, or choose another folder.",
  EROFS: "The file system is read-only: choose another folder.",
  ENOSPC: "The disk is full: free some space, then run it again.",
  ENOTDIR: "A file stands where the store needs a folder: choose another folder.",
  EISDIR: "A folder stands where the store keeps a file: choose another folder.",
  EPERM: "The file system must allow renaming and hard links: choose a folder on another one.",
  ENOTSUP: "The file system must allow hard links: choose a folder on another one.",
};

function storeError(root: string, what: string, key: string, error: unknown): StoreError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const advice = ADVICE[code] ?? "Look at the folder, then run it again.";
  return new StoreError(`${root}: cannot ${what} ${key}: ${message}. ${advice}`, { cause: error });
}
