import type { Question, Settled } from "./history.ts";

/** Requests of which nothing is wanted but their facts in the end, in any order. */
export interface Counted {
  add(question: Question): void;
  end(): void;
}

const MOST = 100_000;

/** @param most how many wait; when there are more, they are answered by what is known by then */
export function createCounted(
  see: (settled: Settled) => void,
  answer: (question: Question) => Settled,
  most = MOST,
): Counted {
  let waiting: Question[] = [];
  return {
    add(question) {
      waiting.push(question);
      if (waiting.length >= most) end();
    },
    end,
  };

  function end(): void {
    for (const question of waiting) see(answer(question));
    waiting = [];
  }
}
