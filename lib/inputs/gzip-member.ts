import { crc32, inflateRawSync } from "node:zlib";

/** One member of a gzip file, decompressed. */
export interface GzipMember {
  content: Buffer;
  /** Checksum and size are those of the content. */
  isSound: boolean;
  /** As stored. */
  length: number;
}

/** Checksum and size, which stand behind a member's content. RFC 1952, "Member trailer". */
const TRAILER = 8;
const [HAS_HEADER_SUM, HAS_EXTRA, HAS_NAME, HAS_COMMENT] = [0x02, 0x04, 0x08, 0x10];

/**
 * Decompresses the member that these bytes begin with, whatever follows it; `null` if it is cut short or damaged, or its content is
 * longer than `most`.
 */
export function readMember(stored: Buffer, most: number): GzipMember | null {
  try {
    const start = contentStart(stored);
    const { buffer: content, engine } = inflateRawSync(stored.subarray(start), {
      info: true,
      maxOutputLength: most,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    const end = start + engine.bytesWritten;
    if (end + TRAILER > stored.length) return null;
    const isSound = stored.readUInt32LE(end) === crc32(content) && stored.readUInt32LE(end + 4) === content.length;
    return { content, isSound, length: end + TRAILER };
  } catch {
    return null;
  }
}

/** Where the header ends. RFC 1952, "Member header". */
function contentStart(stored: Buffer): number {
  const flags = stored[3]!;
  let at = 10;
  if (flags & HAS_EXTRA) at += 2 + stored.readUInt16LE(at);
  for (const flag of [HAS_NAME, HAS_COMMENT]) if (flags & flag) at = stored.indexOf(0, at) + 1;
  return flags & HAS_HEADER_SUM ? at + 2 : at;
}
