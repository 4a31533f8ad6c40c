/** A time in ms since 1970: from, and up to. */
export interface Window {
  from: number;
  to: number;
}

/** A run of keys that begin alike and go on with the time, so that they are sorted by it. */
export interface Series {
  /** What they begin with. */
  stem: string;
  /** The time as this key writes it. */
  stamp: string;
  layout: Layout;
}

interface Layout {
  keys: RegExp;
  /** A time as such keys write it. */
  stampOf(time: number): string;
  /** How far the time in a key may lie before or after that at which the object landed, in ms. */
  before: number;
  after: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const LAYOUTS: readonly Layout[] = [
  {
    // CloudTrail, and S3 access logs with date-based partitions. By the time of the request these come days late.
    keys: /^(.*\/|)(2\d{3}\/\d\d\/\d\d)\/./s,
    stampOf: (time) => iso(time).slice(0, 10).replaceAll("-", "/"),
    before: 3 * DAY,
    after: DAY,
  },
  {
    // S3 access logs without partitions: the time of delivery.
    keys: /^(.*)(2\d{3}-\d\d-\d\d-\d\d-\d\d-\d\d)-[0-9A-Za-z]+$/s,
    stampOf: (time) => iso(time).slice(0, 19).replace(/[T:]/g, "-"),
    before: HOUR,
    after: HOUR,
  },
];

/** `null` for a key that carries no time where such a series would. */
export function seriesOf(key: string): Series | null {
  for (const layout of LAYOUTS) {
    const [, stem, stamp] = layout.keys.exec(key) ?? [];
    if (stem !== undefined) return { stem, stamp: stamp!, layout };
  }
  return null;
}

/**
 * Where to go on listing after a key that landed, by its name, outside the window: what lies in between are keys of its series,
 * which did so, too. `null` for a key that may have landed in the window.
 *
 * Other keys that stand among those of a series (`logs/2025-old/…` beside `logs/2026-02-06-…`) are passed over with them.
 */
export function skipAfter(key: string, { from, to }: Window): string | null {
  const series = seriesOf(key);
  if (series === null) return null;
  const { stem, stamp, layout } = series;
  const first = layout.stampOf(from - layout.before);
  if (stamp < first) return stem + first;
  // Behind all years.
  return stamp > layout.stampOf(to + layout.after) ? `${stem}3` : null;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
