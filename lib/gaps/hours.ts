/** How many log objects landed in one place in which hour, hours counted since 1970. An hour that is not there had none. */
export type HourlyCounts = ReadonlyMap<number, number>;

export const HOUR = 3_600_000;
const DAY = 24;
const WEEK = 7 * DAY;
/** How far back {@link usuallyLogs} looks, in days. */
export const HISTORY_DAYS = 14;

/**
 * Whether log objects usually land in this hour: they did in the same hour of the last two weeks' same day, and on every day
 * of these two weeks on which any landed, but one, in the same hour of the day. So a place that is quiet at weekends, or logs
 * once a week, is known as that; one that logs now and then, or for less than two weeks, has no usual hours.
 */
export function usuallyLogs(counts: HourlyCounts, hour: number): boolean {
  if (!logs(counts, hour - WEEK) || !logs(counts, hour - 2 * WEEK)) return false;
  let without = 0;
  for (let days = 1; days <= HISTORY_DAYS; days++) {
    const then = hour - days * DAY;
    if (!logs(counts, then) && isActive(counts, then - (then % DAY))) without++;
  }
  return without <= 1;
}

/** Whether nothing landed in an hour in which something usually does. */
export function isGap(counts: HourlyCounts, hour: number): boolean {
  return !logs(counts, hour) && usuallyLogs(counts, hour);
}

function isActive(counts: HourlyCounts, midnight: number): boolean {
  for (let hour = midnight; hour < midnight + DAY; hour++) if (logs(counts, hour)) return true;
  return false;
}

function logs(counts: HourlyCounts, hour: number): boolean {
  return (counts.get(hour) ?? 0) > 0;
}
