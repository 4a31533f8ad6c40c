import type { Malformed } from "../record.ts";
import type { LogObject } from "../stores/log-object.ts";
import { redact } from "./redact.ts";

/** A line that could not be read, as it stands in quarantine. */
export interface Quarantined {
  log: { bucket: string; key: string; line: number; offset: number };
  /** Length of the whole line. */
  bytes: number;
  reason: string;
  /** Redacted, and cut where the reader cut it. */
  text: string;
}

export function quarantined(malformed: Malformed, object: LogObject): Quarantined {
  const { line, offset, bytes, reason, text } = malformed;
  return {
    log: { bucket: object.bucket, key: object.key, line, offset },
    bytes,
    reason: redact(reason),
    text: redact(text),
  };
}
