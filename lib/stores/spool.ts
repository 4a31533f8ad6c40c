import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Text is compressed in blocks of at least this many UTF-16 units, so memory stays bounded. */
const BLOCK = 256 * 1024;
/** Level 6 makes findings a tenth smaller and takes four times as long. */
const LEVEL = 3;
/** Byte 9 of a gzip header names the operating system; 255 is "unknown" (RFC 1952), the same everywhere. */
const OS_BYTE = 9;
const UNKNOWN_OS = 255;

/**
 * Lines on their way into one gzip file. Each block is a gzip member of its own, which RFC 1952 lets a file hold any
 * number of. Blocks end with a line and depend on nothing but the lines, so the same lines give the same bytes.
 */
export interface Spool {
  readonly lines: number;
  /** Takes a line without its end. Throws where the file cannot be written. */
  add(line: string): void;
  /** Ends the file and gives its path; `null` if there were no lines, and so no file. */
  close(): string | null;
  /** Removes the file. */
  remove(): void;
}

/** The file is made at `path` when the first block is full; it must not exist. */
export function openSpool(path: string): Spool {
  let block = "";
  let lines = 0;
  let file: number | null = null;

  function flush(): void {
    if (block === "") return;
    const member = gzipSync(block, { level: LEVEL });
    member[OS_BYTE] = UNKNOWN_OS;
    block = "";
    try {
      file ??= openSync(path, "wx");
      writeFileSync(file, member);
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`${path}: cannot write: ${message}. Free some space, or choose another temporary folder.`, {
        cause: error,
      });
    }
  }

  function closeFile(): void {
    if (file !== null) closeSync(file);
    file = null;
  }

  return {
    get lines() {
      return lines;
    },
    add(line) {
      block += `${line}\n`;
      lines++;
      if (block.length >= BLOCK) flush();
    },
    close() {
      flush();
      closeFile();
      return lines === 0 ? null : path;
    },
    remove() {
      closeFile();
      rmSync(path, { force: true });
    },
  };
}
