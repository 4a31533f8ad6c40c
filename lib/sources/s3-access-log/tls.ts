import { HTTPS } from "../../facts.ts";
import { DIGIT, isAt, runEnd } from "./bytes.ts";

/** Whether the token is spelled like a TLS version: `TLSv1.2` in logs, `TLSV1.2` in the documentation, `TLSv1` for 1.0. */
export function isTlsVersion(bytes: Uint8Array, at: number, end: number): boolean {
  if (!isAt(bytes, at, end, "TLSv") && !isAt(bytes, at, end, "TLSV")) return false;
  const major = runEnd(bytes, at + 4, end, DIGIT);
  if (major === at + 4) return false;
  return major === end || (bytes[major] === 0x2e && major + 1 < end && runEnd(bytes, major + 1, end, DIGIT) === end);
}

/** The transport that a TLS version stands for; a version that is not one of 1.0 to 1.3 leaves it open which. */
export function transportOf(version: string): number {
  const bit = { "1": 1, "1.0": 1, "1.1": 2, "1.2": 3, "1.3": 4 }[version.slice(4)];
  return bit === undefined ? HTTPS : 1 << bit;
}
