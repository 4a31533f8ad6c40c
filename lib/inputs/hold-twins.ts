import { closeSync, openSync, readSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { cloudtrail } from "../sources/cloudtrail/index.ts";
import { recognise } from "../sources/index.ts";
import { s3AccessLog } from "../sources/s3-access-log/index.ts";
import type { Source } from "../sources/source.ts";
import type { ObjectRef } from "./bucket.ts";
import type { FileRef } from "./files.ts";
import { isGzip } from "./gunzip.ts";

/** Bytes of a file, as stored, that show whether it is JSON, and that show its format. */
const GLANCED = 512;
const SNIFFED = 1 << 14;
/** The most that they may come to, decompressed: 16 MiB. */
const MOST = 1 << 24;
const LF = 10;
/** JSON, after a byte order mark or not. */
const JSON_START = /^(?:\xef\xbb\xbf)?\s*[[{]/;
/** CloudTrail's own name for the folder of its logs. */
const TRAIL_KEY = /(?:^|\/)CloudTrail\//;

/**
 * Whether there are CloudTrail's logs as well as S3 access logs among these, by cheap signs: the first bytes of files, the keys of
 * objects. What it takes for twins and is none costs a pass over the logs; CloudTrail's objects under keys that don't say so are joined
 * with nothing, unless a file beside them says enough.
 */
export function holdTwins(refs: readonly (FileRef | ObjectRef)[]): boolean {
  const keys = refs.flatMap((ref) => ("bucket" in ref ? [ref.key] : []));
  const files = refs.flatMap((ref) => ("bucket" in ref ? [] : [ref.path]));
  const hasTrailKey = keys.some((key) => TRAIL_KEY.test(key));
  const hasOtherKey = keys.some((key) => !TRAIL_KEY.test(key));
  if ((hasTrailKey && hasOtherKey) || files.length === 0) return hasTrailKey && hasOtherKey;

  const json = new Set(files.filter((path) => isJson(headOf(path, GLANCED))));
  const text = files.filter((path) => !json.has(path));
  // Which format a file is in takes longer to say, so nothing asks unless there may be both.
  if (!((hasTrailKey || json.size > 0) && (hasOtherKey || text.length > 0))) return false;
  const hold = (paths: readonly string[], source: Source) =>
    paths.some((path) => recognise(headOf(path, SNIFFED)) === source);
  return (hasTrailKey || hold([...json], cloudtrail)) && (hasOtherKey || hold(text, s3AccessLog));
}

/** The first bytes of a file, decompressed, to the end of a line; none of a file that cannot be read, which others will report. */
function headOf(path: string, bytes: number): Buffer {
  try {
    const stored = firstBytes(path, bytes);
    const head = isGzip(stored)
      ? gunzipSync(stored, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST })
      : stored;
    const end = head.lastIndexOf(LF) + 1;
    // JSON on one line has no other end.
    return end > 0 && !isJson(head) ? head.subarray(0, end) : head;
  } catch {
    return Buffer.alloc(0);
  }
}

function isJson(head: Buffer): boolean {
  return JSON_START.test(head.toString("latin1", 0, 64));
}

function firstBytes(path: string, bytes: number): Buffer {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}
