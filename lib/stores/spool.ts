import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Text is compressed in blocks of at least this many UTF-16 units, so memory stays bounded. */
const BLOCK = 256 * 1024;
/** Level 6 makes findings a tenth smaller and takes four times as long. */
const LEVEL = 3;
/** Byte 9 of a gzip header names the operating system; 255 is "unknown" (RFC 1952), the same everywhere. */
const OS_BYTE = 9;
const UNKNOWN_OS = 255;

/** A gzip file: its bytes, where they are few, or its path. */
export type Spooled = Buffer | string;

/**
 * Lines on their way into one gzip file. Each block is a gzip member of its own, which RFC 1952 lets a file hold any
 * number of. Blocks end with a line and depend on nothing but the lines, so the same lines give the same bytes.
 */
export interface Spool {
  readonly lines: number;
  /** Takes a line without its end. Throws where the file cannot be written. */
  add(line: string): void;
  /** Ends the file; `null` if there were no lines. */
  close(): Spooled | null;
  /** Removes what lies on the disk. */
  remove(): void;
}

/** The file is made at `path`, where none may be, when the first block is full; what is less never sees the disk. */
export function openSpool(path: string): Spool {
  let block = "";
  let lines = 0;
  let file: number | null = null;
  let isOnDisk = false;

  function takeMember(): Buffer {
    const member = gzipSync(block, { level: LEVEL });
    member[OS_BYTE] = UNKNOWN_OS;
    block = "";
    return member;
  }

  function flush(): void {
    if (block === "") return;
    const member = takeMember();
    try {
      file ??= openSync(path, "wx");
      isOnDisk = true;
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
      if (lines === 0) return null;
      if (!isOnDisk) return takeMember();
      flush();
      closeFile();
      return path;
    },
    remove() {
      closeFile();
      if (isOnDisk) rmSync(path, { force: true });
    },
  };
}
