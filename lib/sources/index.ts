import { s3AccessLog } from "./s3-access-log/index.ts";
import type { Source } from "./source.ts";

/** Every log format, in the order in which they are tried on the first bytes of a log object. */
export const SOURCES: readonly Source[] = [s3AccessLog];

/** As much of a log object as is looked at to recognise its format. */
export const HEAD_BYTES = 1 << 20;

/** The format of a log object by its first bytes; `null` if they are no log's that is known for certain. */
export function recognise(head: Buffer): Source | null {
  return SOURCES.find((source) => source.recognises(head)) ?? null;
}
