import fc from "fast-check";
import { expect, test } from "vitest";
import { windowOf } from "../../lib/alerts/alert-group.ts";
import {
  ALERTS,
  arrivalWindow,
  closedKey,
  parseWindowKey,
  partKey,
  toldFolder,
  toldKey,
  windowFolder,
} from "../../lib/alerts/window-keys.ts";
import { checkKey } from "../../lib/stores/store.ts";
import { HOUR, MORNING } from "./findings.ts";

const WINDOW = Date.UTC(2026, 1, 6, 8);
const DAY = 24 * HOUR;

test("a window's keys", () => {
  const bytes = Buffer.from("part");
  expect([
    windowFolder(WINDOW),
    partKey(WINDOW, bytes),
    toldFolder(WINDOW),
    toldKey(WINDOW, "findings/0a1b"),
    closedKey(WINDOW, 12),
  ]).toEqual([
    "alerts/dt=2026-02-06/T0800/",
    "alerts/dt=2026-02-06/T0800/parts/37a680133bd09342f934afb8dd2c7d9e.json.gz",
    "alerts/dt=2026-02-06/T0800/told/",
    "alerts/dt=2026-02-06/T0800/told/findings/0a1b.json",
    "alerts/dt=2026-02-06/T0800/closed/12.json",
  ]);
});

test("keys say what they are, and sort by their window", () => {
  const minutes = fc.integer({ min: 0, max: 40 * 365 * 24 * 60 });
  fc.assert(
    fc.property(minutes, minutes, (a, b) => {
      const [first, second] = [Math.min(a, b) * 60_000, Math.max(a, b) * 60_000];
      expect(parseWindowKey(partKey(first, Buffer.from("x")))).toMatchObject({ window: first, what: "parts" });
      expect(parseWindowKey(closedKey(first, 7))).toEqual({ window: first, what: "closed", name: "7" });
      const told = toldKey(first, "key-exposure/abc");
      expect(parseWindowKey(told)).toEqual({ window: first, what: "told", name: "key-exposure/abc" });
      checkKey(told);
      expect(told.startsWith(ALERTS)).toBe(true);
      if (first < second) expect(closedKey(first, 1) < windowFolder(second)).toBe(true);
    }),
  );
});

test.each(["alerts/dt=2026-02-06/T0800/", "alerts/dt=2026-02-06/T0800/parts/a.txt", "alerts/other.json", "findings/x"])(
  "%s is no key of a window",
  (key) => {
    expect(parseWindowKey(key)).toBeNull();
  },
);

test.each([
  { what: "of its event", time: MORNING, now: MORNING + DAY - 1, window: WINDOW },
  { what: "of now, when the event is a day old", time: MORNING, now: MORNING + DAY, window: WINDOW + DAY },
  { what: "of now, when the event tells no time", time: null, now: MORNING + HOUR, window: WINDOW + HOUR },
  { what: "of now, when the event is ahead of the clock", time: MORNING + HOUR, now: MORNING, window: WINDOW },
])("an arrival counts in the window $what", ({ time, now, window }) => {
  expect(arrivalWindow(time, now, HOUR)).toBe(window);
});

test("a day that is one window", () => {
  expect(windowFolder(windowOf(MORNING, DAY))).toBe("alerts/dt=2026-02-06/T0000/");
});
