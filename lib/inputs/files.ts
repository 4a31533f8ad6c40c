import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join, normalize, relative, resolve, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { LogInput, Problem } from "./input.ts";

/** A file as plain data, to be sent to another thread. */
export interface FileRef {
  path: string;
  key: string;
  size: number;
  lastModified: number;
}

/** Bytes asked of the file system at once, 256 KiB: they stay in a second-level cache until they are read. */
const CHUNK = 1 << 18;

/** The files at and below `paths`, each once, in the order of the paths and by name; hidden files are left out. */
export async function findFiles(paths: readonly string[]): Promise<{ files: FileRef[]; problems: Problem[] }> {
  const files = new Map<string, FileRef>();
  const problems: Problem[] = [];
  for (const given of paths) {
    const path = normalize(given);
    try {
      const found = (await stat(path)).isDirectory() ? await below(path) : [path];
      if (found.length === 0) problems.push({ name: given, message: "no files in this folder; expected log objects" });
      for (const file of found) await addFile(file, file === path ? basename(path) : relative(path, file));
    } catch (error) {
      problems.push({ name: given, message: describe(error) });
    }
  }
  return { files: [...files.values()], problems };

  async function addFile(path: string, key: string): Promise<void> {
    const found = await stat(path).catch((error) => void problems.push({ name: path, message: describe(error) }));
    if (!found || files.has(resolve(path))) return;
    if (!found.isFile()) problems.push({ name: path, message: "not a regular file; expected a log object" });
    else
      files.set(resolve(path), { path, key: key.replaceAll(sep, "/"), size: found.size, lastModified: found.mtimeMs });
  }
}

/** The inventory manifests at these paths; a folder stands for every `manifest.json` below it. What is not there stays as it is. */
export async function findManifests(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      const isFolder = await stat(path).then(
        (entry) => entry.isDirectory(),
        () => false,
      );
      if (!isFolder) return [path];
      const manifests = (await below(path)).filter((file) => basename(file) === "manifest.json");
      return manifests.length > 0 ? manifests : [join(path, "manifest.json")];
    }),
  );
  return [...new Set(found.flat())];
}

async function below(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const visible = entries.filter((entry) => !entry.name.startsWith("."));
  visible.sort((a, b) => (a.name < b.name ? -1 : 1));
  const nested = await Promise.all(
    visible.map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? below(path) : [path];
    }),
  );
  return nested.flat();
}

export function fileInput({ path, key, size, lastModified }: FileRef): LogInput {
  return {
    name: path,
    bucket: "local",
    key,
    size,
    lastModified,
    open: () => chunks(path, size),
    async etag() {
      const md5 = createHash("md5");
      for await (const chunk of chunks(path, size)) md5.update(chunk);
      return md5.digest("hex");
    },
  };
}

async function* chunks(path: string, size: number): AsyncGenerator<Buffer> {
  const file = openSync(path, "r");
  // A byte more than the file has: its end shows without another buffer, and it may have grown meanwhile.
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size + 1));
  try {
    for (;;) {
      // Reading in this thread is faster than handing each chunk over from another; between chunks, Ctrl-C has its turn.
      const bytesRead = readSync(file, buffer);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      await setImmediate();
    }
  } finally {
    closeSync(file);
  }
}

const REASONS: Record<string, string> = {
  ENOENT: "no such file or folder; check the path",
  EACCES: "no permission to read it; grant read access or run as a user that has it",
  EPERM: "no permission to read it; grant read access or run as a user that has it",
  EISDIR: "a folder stands where a file was expected",
  EIO: "the disk failed to read it; check the disk, then run again",
};

/** An error of the file system, for people. */
export function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code && REASONS[code]) ?? message;
}
