import { ALERT_KINDS } from "./alert.ts";
import { type AlertGroup, windowOf } from "./alert-group.ts";
import type { Arrival } from "./arrival.ts";
import { createAlertGroups } from "./group-findings.ts";
import { arrivalsOf, partBytes } from "./part.ts";
import { alertName, type Telling, tell } from "./tell.ts";
import { ALERTS, closedKey, HORIZON, parseWindowKey, partKey, toldFolder, windowFolder } from "./window-keys.ts";

export interface Listed {
  key: string;
  /** ms since 1970. */
  lastModified: number;
}

export interface WindowTelling extends Telling {
  /** The keys that begin with `prefix`, in their order, from the first after `startAfter` on. */
  list(prefix: string, startAfter?: string): AsyncIterable<Listed>;
}

/** Groups of one kind and window that have an alert of their own; the rest share one. */
const MOST_ALERTS = 50;
/** In ms without arrivals: then a window that is over has come to rest. A backlog makes one update, not one a batch. */
const QUIET = 600_000;
/** In ms: for so long the clock may fail to call. */
const LATENESS = 6 * 3_600_000;
/** Parts that are read at once. */
const PARTS_AT_ONCE = 16;

/**
 * Takes in what arrived in a window, and tells people of its groups that they have not heard of in this window. The
 * arrivals are kept before anybody is told, so whatever happens then, the end of the window finds them. Rejects if
 * something may not have been kept or told; the same again does what is missing.
 */
export async function tellArrivals(
  window: number,
  arrivals: readonly Arrival[],
  telling: WindowTelling,
): Promise<void> {
  const bytes = partBytes(arrivals);
  await telling.store.create(partKey(window, bytes), bytes);
  await tellAll(window, arrivals, telling, false);
}

/**
 * Tells people by how much alerts have grown, once their window is over and has come to rest, and of what its groups were
 * never told of. For a clock to call; the oldest window comes first, and none any more once `mayGoOn` says no. One that fails does
 * not keep the others open: rejects at the end, with all reasons.
 */
export async function closeWindows(windowMs: number, telling: WindowTelling, mayGoOn: () => boolean): Promise<void> {
  const now = telling.now();
  const failures: Error[] = [];
  for (const [window, { parts, closed }] of await windowsSince(
    now - HORIZON - windowMs - LATENESS,
    windowMs,
    telling,
  )) {
    const lastArrival = Math.max(...parts.map(({ lastModified }) => lastModified));
    if (window + windowMs > now || lastArrival + QUIET > now || closed.has(parts.length)) continue;
    if (!mayGoOn()) break;
    try {
      const isTold = await tellAll(window, readParts(parts, telling), telling, true);
      if (isTold) await telling.store.put(closedKey(window, parts.length), Buffer.from("{}\n"));
    } catch (error) {
      failures.push(new Error(`${windowFolder(window)}: ${(error as Error).message}`, { cause: error }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join("\n"));
}

/** Whether people know it all, and nothing is in somebody else's hands. */
async function tellAll(
  window: number,
  arrivals: Iterable<Arrival> | AsyncIterable<Arrival>,
  telling: WindowTelling,
  ifGrown: boolean,
): Promise<boolean> {
  const names = new Set<string>();
  for await (const { key } of telling.list(toldFolder(window))) names.add(parseWindowKey(key)!.name);
  const kinds = ALERT_KINDS.map((kind) => {
    const windowMs = Number.POSITIVE_INFINITY;
    const room = MOST_ALERTS - [...names].filter((name) => name.startsWith(`${kind}/`)).length;
    const known = createAlertGroups({ windowMs, maxGroups: Number.POSITIVE_INFINITY });
    const others = createAlertGroups({ windowMs, maxGroups: Math.max(room, 0) });
    const isKnown = (group: AlertGroup) => group.of !== null && names.has(alertName(kind, group, window));
    return { kind, known, others, isKnown };
  });

  const seen = new Set<string>();
  for await (const { source, groups } of arrivals) {
    if (seen.has(source)) continue;
    seen.add(source);
    for (const { kind, known, others, isKnown } of kinds) {
      for (const group of groups[kind]) (isKnown(group) ? known : others).merge(group);
    }
  }

  let isTold = true;
  for (const { kind, known, others } of kinds) {
    for (const group of [...known.groups(), ...others.groups()]) {
      isTold = (await tell(window, kind, group, telling, ifGrown)) && isTold;
    }
  }
  return isTold;
}

interface WindowState {
  parts: Listed[];
  /** Of how many parts people know. Parts are only ever added, so their number says which. */
  closed: Set<number>;
}

/** The windows that began at this time or later and that something arrived in, in their order. */
async function windowsSince(
  time: number,
  windowMs: number,
  { list }: WindowTelling,
): Promise<Map<number, WindowState>> {
  const windows = new Map<number, WindowState>();
  for await (const listed of list(ALERTS, windowFolder(windowOf(time, windowMs)))) {
    const key = parseWindowKey(listed.key);
    if (key === null) continue;
    const state = windows.get(key.window) ?? { parts: [], closed: new Set() };
    windows.set(key.window, state);
    if (key.what === "parts") state.parts.push(listed);
    else if (key.what === "closed") state.closed.add(Number(key.name));
  }
  return windows;
}

async function* readParts(parts: readonly Listed[], { store }: WindowTelling): AsyncGenerator<Arrival> {
  for (let from = 0; from < parts.length; from += PARTS_AT_ONCE) {
    const some = await Promise.all(parts.slice(from, from + PARTS_AT_ONCE).map(({ key }) => store.get(key)));
    for (const stored of some) yield* arrivalsOf(stored!.bytes);
  }
}
