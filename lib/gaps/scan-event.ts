import type { Window } from "./named-times.ts";

/** By the clock (infra/schedules.yml), or by hand after a policy change. Times as `2026-02-06` or `2026-02-06T05:00:00Z`. */
export type ScanEvent = { scheduled: string } | { from: string; to: string };

/**
 * When the scan was due, or which range to audit anew, in ms since 1970.
 * @throws an Error with what was expected
 */
export function readScanEvent(event: ScanEvent): { due: number } | { range: Window } {
  if ("scheduled" in event) {
    const due = Date.parse(event.scheduled);
    if (!Number.isNaN(due)) return { due };
  } else {
    const range = { from: Date.parse(event.from), to: Date.parse(event.to) };
    if (range.from < range.to) return { range };
  }
  throw new Error(
    `found ${JSON.stringify(event)}; expected the time of a scan, or a range to audit anew, ` +
      'for example {"from": "2026-02-06", "to": "2026-02-07T05:00:00Z"}',
  );
}
