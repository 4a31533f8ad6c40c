import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HourlyCounts, isGap, usuallyLogs } from "../../lib/gaps/hours.ts";

const DAY = 24;
const WEEK = 7 * DAY;
/** Friday, 2026-02-06 09:00 UTC. */
const NOW = Date.parse("2026-02-06T09:00:00Z") / 3_600_000;

/** What landed in the three weeks before, hour by hour; `days` and `hours` count back. */
function counts(logs: (days: number, hour: number, weekday: number) => boolean): HourlyCounts {
  const made = new Map<number, number>();
  for (let hour = NOW - 3 * WEEK; hour < NOW; hour++) {
    const date = new Date(hour * 3_600_000);
    const days = Math.floor(NOW / DAY) - Math.floor(hour / DAY);
    if (logs(days, date.getUTCHours(), date.getUTCDay())) made.set(hour, 3);
  }
  return made;
}

const isWorkday = (weekday: number) => weekday > 0 && weekday < 6;

describe("an hour is usual where log objects landed", () => {
  const CASES: [string, HourlyCounts, number, boolean][] = [
    ["in every hour", counts(() => true), NOW, true],
    ["on every workday, today too", counts((_, hour, day) => isWorkday(day) && hour > 6), NOW, true],
    ["on every workday, and not on a Saturday", counts((_, __, day) => isWorkday(day)), NOW + DAY, false],
    ["on every workday, and not at night", counts((_, hour, day) => isWorkday(day) && hour > 6), NOW - 4, false],
    ["once a week, at this hour", counts((days, hour) => days % 7 === 0 && hour === 9), NOW, true],
    ["on all days but one", counts((days, hour) => days !== 3 || hour !== 9), NOW, true],
    ["on all days but two", counts((days, hour) => ![3, 4].includes(days) || hour !== 9), NOW, false],
    ["on all days but that of a week ago", counts((days, hour) => days !== 7 || hour !== 9), NOW, false],
    ["on all days, two of them silent from end to end", counts((days) => ![3, 4].includes(days)), NOW, true],
    ["for less than two weeks", counts((days) => days < 14), NOW, false],
    ["never", new Map(), NOW, false],
  ];
  test.each(CASES)("%s", (_, landed, hour, usual) => {
    expect(usuallyLogs(landed, hour)).toBe(usual);
  });
});

test("a series that stops is missed for a week, in every hour", () => {
  const landed = counts((days) => days > 6);
  const missed = [];
  for (let hour = NOW - 6 * DAY; hour < NOW; hour++) if (isGap(landed, hour)) missed.push(hour);
  // Midnight of the first silent day to now.
  expect(missed).toHaveLength(6 * DAY);
});

test("an hour in which something landed is no gap, and no count beyond two weeks before matters", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -21 * DAY, max: 0 })),
      fc.integer({ min: -5 * DAY, max: 0 }),
      (hours, back) => {
        const at = NOW + back;
        const landed = new Map(hours.map((hour) => [NOW + hour, 1]));
        if (landed.has(at)) expect(isGap(landed, at)).toBe(false);
        const recent = new Map([...landed].filter(([hour]) => hour >= at - (at % DAY) - 14 * DAY));
        expect(isGap(recent, at)).toBe(isGap(landed, at));
      },
    ),
  );
});
