import type { ObjectVersion } from "../record.ts";

/**
 * The object that an `x-amz-copy-source` header names: `/bucket/key`, `bucket/key` or `bucket%2Fkey`, URL-encoded, with an
 * optional `?versionId=`. `null` where that is not certain: access point ARNs, other queries, and a raw `+`, which some
 * clients mean as a plus and servers read as a space.
 */
export function copySourceObject(header: string): ObjectVersion | null {
  const mark = header.indexOf("?");
  const path = decoded(mark < 0 ? header : header.slice(0, mark));
  const named = path?.match(/^\/?([^/:]+)\/(.+)$/s);
  if (!named) return null;
  const [bucket, key] = [named[1]!, named[2]!];
  if (mark < 0) return { bucket, key, versionId: null };
  const version = header.slice(mark + 1).match(/^versionId=([^&]+)$/);
  const versionId = version && decoded(version[1]!);
  return versionId ? { bucket, key, versionId } : null;
}

function decoded(text: string): string | null {
  if (text.includes("+")) return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
