/* Loaded ahead of a command (NODE_OPTIONS=--import=…): appends each process's peak memory in bytes to PEAK_MEMORY_FILE. */
import { appendFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const { PEAK_MEMORY_FILE } = process.env;
if (isMainThread && PEAK_MEMORY_FILE) {
  process.on("exit", () => appendFileSync(PEAK_MEMORY_FILE, `${process.resourceUsage().maxRSS * 1024}\n`));
}
