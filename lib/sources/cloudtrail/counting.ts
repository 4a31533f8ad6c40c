import type { Facts } from "../../facts.ts";
import { createCountedReads } from "./counted-reads.ts";
import type { History, Question } from "./history.ts";
import type { Request } from "./request.ts";
import type { Text } from "./text.ts";

/** Counts requests of which nothing is wanted but their facts in the end, in any order. */
export interface Counting {
  /** @param hash of its key */
  add(request: Request, hash: number): void;
  /** All events have come: asks the history. */
  ask(): void;
  /** The history knows all that it will. */
  end(): void;
}

const MOST = 100_000;

/** @param most how many wait; when there are more, they are answered by what is known by then */
export function createCounting(history: History, text: Text, see: (facts: Facts) => void, most = MOST): Counting {
  const reads = createCountedReads(text);
  let others: Question[] = [];
  const teller = {
    mayBeKnown: history.mayBeKnown,
    known: (...read: Parameters<History["read"]>) => see(history.answer(history.read(...read)).facts),
    unknown: see,
  };
  return {
    add(request, hash) {
      const { event, bucket, time, own } = request;
      if (history.isOpenRead(request)) reads.add(event, hash, bucket!, time, own);
      else {
        const question = history.question(request, hash);
        if (question === null) see(own);
        else others.push(question);
      }
      if (reads.count + others.length >= most || reads.isTooMuch) end();
    },
    ask: () => reads.hashes(history.ask),
    end,
  };

  function end(): void {
    reads.tell(teller);
    for (const question of others) see(history.answer(question).facts);
    others = [];
  }
}
