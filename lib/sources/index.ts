import { cephOpsLog } from "./ceph-ops-log/index.ts";
import { cloudtrail } from "./cloudtrail/index.ts";
import { obsAccessLog } from "./obs-access-log/index.ts";
import { s3AccessLog } from "./s3-access-log/index.ts";
import { s3AccessLogProxied } from "./s3-access-log/proxied.ts";
import type { Source } from "./source.ts";

export { HEAD_BYTES } from "./lines.ts";

/** Every log format, in the order in which they are tried on the head of a log object. */
export const SOURCES: readonly Source[] = [s3AccessLog, s3AccessLogProxied, obsAccessLog, cloudtrail, cephOpsLog];

/** The format of a log object by its first HEAD_BYTES, or all of it; `null` if it is no log that is known for certain. */
export function recognise(head: Buffer): Source | null {
  return SOURCES.find((source) => source.recognises(head)) ?? null;
}
