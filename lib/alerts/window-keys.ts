import { createHash } from "node:crypto";
import type { AlertKind } from "./alert.ts";
import { windowOf } from "./alert-group.ts";

/**
 * What the store keeps of a window of arrivals:
 *
 *     alerts/dt=2026-02-06/T0800/parts/<digest>.json.gz    what arrived, one object a batch; never changed
 *     alerts/dt=2026-02-06/T0800/told/<kind>/<id>.json     what people were told of one group
 *     alerts/dt=2026-02-06/T0800/closed/<n>.json           n parts are told in full
 */
export const ALERTS = "alerts/dt=";

/** An alert in its window. */
export type AlertName = `${AlertKind}/${string}`;

/** A finding object's arrival counts in the window of its event for so long, in ms; after that, in the window of now. */
export const HORIZON = 24 * 3_600_000;

/**
 * The window in which an object arrived. By its event's time, which a redelivery does not change, so that what comes twice
 * comes in one window.
 */
export function arrivalWindow(time: number | null, now: number, windowMs: number): number {
  const isRecent = time !== null && time <= now && time > now - HORIZON;
  return windowOf(isRecent ? time : now, windowMs);
}

/** @param window its start, ms since 1970, a whole minute */
export function windowFolder(window: number): string {
  const [day, time] = new Date(window).toISOString().split("T") as [string, string];
  return `${ALERTS}${day}/T${time.slice(0, 5).replace(":", "")}/`;
}

export function partKey(window: number, bytes: Buffer): string {
  return `${windowFolder(window)}parts/${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}.json.gz`;
}

export function toldFolder(window: number): string {
  return `${windowFolder(window)}told/`;
}

export function toldKey(window: number, name: AlertName): string {
  return `${toldFolder(window)}${name}.json`;
}

export function closedKey(window: number, parts: number): string {
  return `${windowFolder(window)}closed/${parts}.json`;
}

export interface WindowKey {
  window: number;
  what: "parts" | "told" | "closed";
  /** The rest of the key, without its extension. */
  name: string;
}

const KEY = /^alerts\/dt=(\d{4}-\d\d-\d\d)\/T(\d\d)(\d\d)\/(parts|told|closed)\/([^.]+)\.json(?:\.gz)?$/;

/** `null` for a key that is none of these. */
export function parseWindowKey(key: string): WindowKey | null {
  const match = KEY.exec(key);
  if (!match) return null;
  const [, day, hour, minute, what, name] = match as unknown as string[];
  return { window: Date.parse(`${day}T${hour}:${minute}Z`), what: what as WindowKey["what"], name: name! };
}
