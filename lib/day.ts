/** The start of a day in UTC, `2026-02-06`, in ms since 1970; NaN where there is no such day. */
export function startOfDay(day: string): number {
  const start = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(day) : Number.NaN;
  // Date.parse takes 30 February for 2 March.
  return !Number.isNaN(start) && new Date(start).toISOString().startsWith(day) ? start : Number.NaN;
}
