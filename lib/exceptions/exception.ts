import { startOfDay } from "../day.ts";

/** A breach that somebody accepts for a while: one row of a table of exceptions. Plain data: it can cross threads. */
export interface Exception {
  id: string;
  /** Ids of rules; `null` for any. */
  rules: readonly string[] | null;
  /** Each an exact text, a prefix that ends in `*`, or `*` for anything, also for nothing. */
  bucket: string;
  key: string;
  requester: string;
  /** The last day (UTC) whose requests it covers, YYYY-MM-DD. */
  until: string;
  /** For people. */
  reason: string;
}

const DAY = 86_400_000;

/** The end of a day in UTC, ms since 1970; NaN where there is no such day. */
export function endOf(day: string): number {
  return startOfDay(day) + DAY;
}
