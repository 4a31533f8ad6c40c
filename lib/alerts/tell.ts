import type { Store } from "../stores/store.ts";
import type { Alert, AlertKind } from "./alert.ts";
import { type AlertGroup, alertId, countOf } from "./alert-group.ts";
import { type AlertName, toldKey } from "./window-keys.ts";

export interface Telling {
  store: Store;
  /** Resolves once the alert is on its way to people. */
  publish(alert: Alert): Promise<void>;
  /** ms since 1970. */
  now(): number;
}

/** What the store knows of one alert. */
interface AlertRecord {
  version: 1;
  /** What people were told last; `null`: nothing yet. */
  told: AlertGroup | null;
  /** Until then somebody is about to tell them, ms since 1970. */
  until: number;
}

/** Longer than a call may take (300 s): when this is over, whoever held it has died. */
const LEASE = 330_000;

export function alertName(kind: AlertKind, group: AlertGroup, window: number): AlertName {
  return `${kind}/${alertId(group, window)}`;
}

/**
 * Tells people of a group if they have not heard of it in this window, or (`ifGrown`) if it has grown since they were told.
 * True: they know; false: somebody else is telling them right now.
 *
 *     get record ─ told? ─► done          leased? ─► somebody else's
 *         └─ lease it (created, or replaced if it still is the one that was read) ─ lost? ─► somebody else's
 *              └─ publish ─ record what was told
 *
 * A crash before publish leaves a lease that runs out, and one after it leaves the same: people are told again, rather
 * twice than never. Who finds an alert in somebody else's hands may leave it there only if what it tells of lies in the
 * window's parts: should the other die, the redelivery of its messages finds the alert untold, or the end of the window.
 */
export async function tell(
  window: number,
  kind: AlertKind,
  group: AlertGroup,
  { store, publish, now }: Telling,
  ifGrown: boolean,
): Promise<boolean> {
  const key = toldKey(window, alertName(kind, group, window));
  const stored = await store.get(key);
  const { told, until } = stored ? (JSON.parse(stored.bytes.toString()) as AlertRecord) : { told: null, until: 0 };
  if (until > now()) return false;
  if (told !== null && !(ifGrown && countOf(group) > countOf(told))) return true;

  const lease = recordBytes({ version: 1, told, until: now() + LEASE });
  const isMine = stored ? await store.replace(key, lease, stored.etag) : await store.create(key, lease);
  if (!isMine) return false;
  const id = alertId(group, window);
  await publish({ kind, id: kind === "findings" ? id : `${id}-key`, group, before: told });
  await store.put(key, recordBytes({ version: 1, told: group, until: 0 }));
  return true;
}

function recordBytes(record: AlertRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}
