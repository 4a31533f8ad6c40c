import { gunzipSync, gzipSync } from "node:zlib";
import type { Arrival } from "./arrival.ts";

/** Arrivals that were told of together, as an object of the store. The same arrivals give the same bytes. */
export function partBytes(arrivals: readonly Arrival[]): Buffer {
  const sorted = arrivals.toSorted((a, b) => (a.source < b.source ? -1 : 1));
  return gzipSync(JSON.stringify({ version: 1, arrivals: sorted }));
}

export function arrivalsOf(part: Buffer): Arrival[] {
  return JSON.parse(gunzipSync(part).toString()).arrivals;
}
