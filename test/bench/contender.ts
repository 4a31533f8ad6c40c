import { closeSync, openSync, readSync, statSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** What every contender has to find out, so that nobody skips the reading. */
export interface Answer {
  /** Lines, those that can't be read included. */
  lines: number;
  /** Lines whose TLS version is `-`, or whose signature is SigV2. */
  exposed: number;
}

/** What a contender's process prints. */
export interface Measured extends Answer {
  bytes: number;
  /** From the first byte to the answer; starting up and loading code is not in it. */
  seconds: number;
  /** Peak memory of the process, in bytes. */
  peak: number;
}

const CHUNK = 256 * 1024;
const SETTLE_MS = 300;

/** Times `read` on the files that the command line names, and prints what came of it. */
export async function contend(read: (files: string[]) => Answer | Promise<Answer>): Promise<void> {
  const files = process.argv.slice(2);
  // On one core, what starting up left to be compiled in the background would count as reading.
  await setTimeout(SETTLE_MS);
  const start = performance.now();
  const answer = await read(files);
  const seconds = (performance.now() - start) / 1000;
  const measured: Measured = {
    ...answer,
    bytes: files.reduce((sum, file) => sum + statSync(file).size, 0),
    seconds,
    peak: process.resourceUsage().maxRSS * 1024,
  };
  console.log(JSON.stringify(measured));
}

/** Hands over a file piece by piece, always in the same buffer. */
export function readChunks(path: string, push: (chunk: Buffer) => void): void {
  const buffer = Buffer.allocUnsafe(CHUNK);
  const file = openSync(path, "r");
  for (let n = readSync(file, buffer); n > 0; n = readSync(file, buffer)) push(buffer.subarray(0, n));
  closeSync(file);
}
