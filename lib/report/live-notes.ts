import type { LiveReport } from "../evidence/live/live.ts";
import { plural } from "./units.ts";

/** What became of asking the store, in sentences: what it did not tell, and what to do. Empty where it told all. */
export function liveNotes({ asked, notAsked, unproved, problem }: LiveReport): string[] {
  const rest =
    problem === null
      ? `${plural(notAsked, "more object")} not asked, after the ${asked} that --live-budget permits; to ask about all, ` +
        `run it again with --live-budget ${asked + notAsked}`
      : `${plural(notAsked, "object")} not asked, so what hangs on them stays open`;
  return [
    ...(notAsked > 0 ? [rest] : []),
    ...unproved.map(({ reason, objects }) => `${objects} of ${plural(asked, "object")}: ${reason}`),
  ];
}
