import type { Judgement } from "../audit.ts";
import type { CopyHalf } from "../sources/source.ts";
import { createCopyHalves } from "./copy-halves.ts";
import { presignedCopySource } from "./presigned.ts";

/**
 * The copies of one log object whose source is open and unnamed, held back until the object has ended: the read half, which names
 * the source, may stand behind its copy. What is named in a finding can be looked up later, without the log.
 */
export interface HeldCopies {
  offerHalf(half: CopyHalf): void;
  /** False for what need not wait, or can't: only so many are held. */
  hold(judgement: Judgement): boolean;
  /** All that are held, in the log's order, with the source where one is named. */
  release(): Judgement[];
}

/** A judgement takes some 2 kB. */
const MOST = 10_000;

/** @param most copies that are held, and requests whose halves are kept */
export function createHeldCopies(most = MOST): HeldCopies {
  const halves = createCopyHalves();
  const held: Judgement[] = [];
  return {
    offerHalf(half) {
      if (halves.wanted().size < most) halves.want(half.requestId);
      halves.offer(half);
    },
    hold(judgement) {
      if (!judgement.missing.includes("source") || judgement.record.copySource || held.length === most) return false;
      held.push(judgement);
      return true;
    },
    release: () =>
      held.map((judgement) => {
        const { record } = judgement;
        const copySource = presignedCopySource(record) ?? halves.sourceOf(record.requestId);
        return { ...judgement, record: { ...record, copySource } };
      }),
  };
}
