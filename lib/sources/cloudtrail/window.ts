import { createPage, type Page } from "./text.ts";

/** The bytes of a log object that have come and are still needed, in one place for the whole object. */
export interface Window extends Page {
  /** The first byte that has not been read. */
  at: number;
  /** Behind the last byte that has come. */
  end: number;
  /** Offset in the log object of `bytes[0]`. */
  offset: number;
  /** Drops what has been read, and adds bytes: at most {@link STEP}. */
  add(chunk: Buffer): void;
  /** Makes it ready for another log object. */
  clear(): void;
}

/** Bytes taken at a time: they stay in the processor's cache while they are read. */
export const STEP = 1 << 17;

/** @param most bytes that may wait to be read when others are added */
export function createWindow(most: number): Window {
  const page = createPage(most + STEP);
  const { bytes } = page;
  const window: Window = Object.assign(page, {
    at: 0,
    end: 0,
    offset: 0,
    add(chunk: Buffer) {
      if (window.at > 0) {
        bytes.copyWithin(0, window.at, window.end);
        window.offset += window.at;
        window.end -= window.at;
        window.at = 0;
      }
      window.end += chunk.copy(bytes, window.end);
    },
    clear() {
      window.at = 0;
      window.end = 0;
      window.offset = 0;
    },
  });
  return window;
}
