import { expect, it } from "vitest";
import type { LiveReport } from "../../lib/evidence/live/live.ts";
import { liveNotes } from "../../lib/report/live-notes.ts";

it.each<[string, Partial<LiveReport>, string[]]>([
  ["all was told", { asked: 3 }, []],
  [
    "the budget was used up",
    { asked: 1000, notAsked: 1234 },
    [
      "1,234 more objects not asked, after the 1000 that --live-budget permits; to ask about all, run it again with --live-budget 2234",
    ],
  ],
  [
    "the store could not be asked",
    { notAsked: 5, problem: "nobody is there" },
    ["5 objects not asked, so what hangs on them stays open"],
  ],
  [
    "answers proved nothing",
    { asked: 3, unproved: [{ reason: "HTTP 404: the object is gone", objects: 2 }] },
    ["2 of 3 objects: HTTP 404: the object is gone"],
  ],
])("%s", (_, report, notes) => {
  expect(liveNotes({ asked: 0, notAsked: 0, unproved: [], problem: null, ...report })).toEqual(notes);
});
