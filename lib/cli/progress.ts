import type { WriteStream } from "node:tty";
import { bytesText, durationText } from "../report/units.ts";
import type { ScanProgress } from "./scan.ts";

/** Drawn this often at most, in ms. */
const EVERY = 100;
/** `\r`, then "erase to the end of the line" (ECMA-48 EL). */
const CLEAR = "\r\u001b[K";

/** A progress bar on one line of a terminal. `clear` takes it away. */
export function createProgress(terminal: WriteStream): ScanProgress & { clear(): void } {
  let what = "";
  let total = 0;
  let read = 0;
  let started = 0;
  let drawn = 0;
  return {
    step(name, bytes) {
      what = name;
      total = bytes;
      read = 0;
      started = performance.now();
      terminal.write(`${CLEAR}${what}`);
    },
    read(bytes) {
      read += bytes;
      const now = performance.now();
      if (now - drawn < EVERY) return;
      drawn = now;
      terminal.write(CLEAR + bar(what, read, total, (now - started) / 1000, terminal.columns || 80));
    },
    clear: () => void terminal.write(CLEAR),
  };
}

/** `auditing ███████░░░░░ 58 %  1.2 GB of 2.1 GB  950 MB/s  0.9 s left`, at most `width - 1` columns wide. */
export function bar(what: string, read: number, total: number, seconds: number, width: number): string {
  const share = total === 0 ? 1 : Math.min(read / total, 1);
  const rate = seconds > 0 ? read / seconds : 0;
  const left = rate > 0 ? `  ${durationText((total - Math.min(read, total)) / rate)} left` : "";
  const numbers = ` ${Math.floor(share * 100)} %  ${bytesText(read)} of ${bytesText(total)}  ${bytesText(rate)}/s${left}`;
  const room = Math.min(width - 1 - what.length - 1 - numbers.length, 30);
  if (room < 4) return `${what}${numbers}`.slice(0, width - 1);
  const full = Math.round(share * room);
  return `${what} ${"█".repeat(full)}${"░".repeat(room - full)}${numbers}`;
}

/** For output that is no terminal. */
export const NO_PROGRESS: ScanProgress = { step() {}, read() {} };
