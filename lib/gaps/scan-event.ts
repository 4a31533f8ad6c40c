import type { Position, Range } from "./reaudit.ts";

/**
 * By the clock (infra/schedules.yml), or by hand after a policy change. Times as `2026-02-06` or `2026-02-06T05:00:00Z`;
 * `after` as the answer to a call before gave it.
 */
export type ScanEvent = { scheduled: string } | { from: string; to: string; after?: Position | null };

/**
 * When the scan was due, or which range to audit anew, in ms since 1970.
 * @throws an Error with what was expected
 */
export function readScanEvent(event: ScanEvent): { due: number } | { range: Range } {
  if ("scheduled" in event) {
    const due = Date.parse(event.scheduled);
    if (!Number.isNaN(due)) return { due };
  } else {
    const { after = null } = event;
    const range = { from: Date.parse(event.from), to: Date.parse(event.to), after };
    if (range.from < range.to && isPosition(after)) return { range };
  }
  throw new Error(
    `found ${JSON.stringify(event)}; expected the time of a scan, or a range to audit anew, ` +
      'for example {"from": "2026-02-06", "to": "2026-02-07T05:00:00Z"}, with the "after" of the answer before, if there is one',
  );
}

function isPosition(after: Position | null): boolean {
  return after === null || (typeof after.bucket === "string" && typeof after.key === "string");
}
