import type { LogInput } from "../../lib/inputs/input.ts";
import { type Store, StoreError } from "../../lib/stores/store.ts";

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)]!;
}

/** Where a function reaches out. */
export const STEPS = ["head", "read", "get", "put", "conditional put", "list", "publish", "answer"] as const;
export type Step = (typeof STEPS)[number];

/** What goes wrong there. An answer that is no error and not true is that of a client which tried again by itself. */
export const STEP_FAULTS = ["crash before", "crash after", "throttled", "reset after", "denied although done"] as const;
export type StepFault = (typeof STEP_FAULTS)[number];

function canHappen(fault: StepFault, step: Step): boolean {
  if (step === "answer") return fault === "crash before";
  return fault !== "denied although done" || step === "conditional put";
}

/** Everything by chance: in which order things happen, and what goes wrong. */
export interface Chaos {
  random: Random;
  /** What goes wrong at this step; `null`: nothing. */
  faultAt(step: Step): StepFault | null;
  /** Whether this message is delivered twice. */
  isTwice(): boolean;
  /** What went wrong so far, and how often. */
  faults: Map<string, number>;
}

export function note({ faults }: Pick<Chaos, "faults">, fault: string): void {
  faults.set(fault, (faults.get(fault) ?? 0) + 1);
}

/** Nothing goes wrong. */
export function calm(seed: number): Chaos {
  return { random: seeded(seed), faults: new Map(), faultAt: () => null, isTwice: () => false };
}

export interface ChaosOptions {
  kinds: readonly StepFault[];
  /** The most faults: after them, all is calm, or no message would ever be done. */
  most: number;
}

/** Some of the steps go wrong, and often, or all of them, and seldom. */
export function createChaos(random: Random, { kinds, most }: ChaosOptions): Chaos {
  const some = STEPS.filter(() => random() < 0.3);
  const steps = new Set<Step>(some.length > 0 ? some : STEPS);
  const chance = random() / steps.size;
  let left = Math.floor(random() * (most + 1));
  function isDue(chance: number): boolean {
    if (left === 0 || random() >= chance) return false;
    left--;
    return true;
  }
  return {
    random,
    faults: new Map(),
    faultAt(step) {
      const possible = steps.has(step) ? kinds.filter((fault) => canHappen(fault, step)) : [];
      return possible.length > 0 && isDue(chance) ? pick(random, possible) : null;
    },
    isTwice: () => isDue(0.1),
  };
}

/** Nothing but this one fault goes wrong, at the `n`th step, from 0, of those where it can happen. */
export function oneFault(n: number, fault: StepFault): Chaos & { hasHappened(): boolean } {
  let steps = 0;
  return {
    ...calm(1),
    hasHappened: () => steps > n,
    faultAt: (step) => (canHappen(fault, step) && steps++ === n ? fault : null),
  };
}

/** The end of an invocation, at once and without a word: nothing that it still does has an effect. */
export class Crash extends Error {}

/** One run of a function, which may crash. */
export interface Invocation {
  readonly crashed: boolean;
  step<T>(step: Step, work: () => Promise<T>): Promise<T>;
}

export function invocation(chaos: Chaos): Invocation {
  let crashed = false;
  function crash(): never {
    crashed = true;
    throw new Crash();
  }
  return {
    get crashed() {
      return crashed;
    },
    async step(step, work) {
      if (crashed) throw new Crash();
      const fault = chaos.faultAt(step);
      if (fault !== null) note(chaos, `${step}: ${fault}`);
      if (fault === "crash before") crash();
      if (fault === "throttled") throw new StoreError("SlowDown");
      // Others get a turn, as they do while one waits for the network.
      await new Promise(setImmediate);
      const result = await work();
      if (fault === "crash after") crash();
      if (fault === "reset after") throw new StoreError("ECONNRESET");
      return (fault === "denied although done" && result === true ? false : result) as typeof result;
    },
  };
}

/** A store whose every operation is a step of the invocation. */
export function faultyStore(store: Store, { step }: Invocation): Store {
  return {
    get: (key) => step("get", () => store.get(key)),
    put: (key, bytes) => step("put", () => store.put(key, bytes)),
    putFile: (key, path) => step("put", () => store.putFile(key, path)),
    create: (key, bytes) => step("conditional put", () => store.create(key, bytes)),
    replace: (key, bytes, etag) => step("conditional put", () => store.replace(key, bytes, etag)),
    remove: (key) => step("put", () => store.remove(key)),
  };
}

/** A log object whose every chunk is a step of the invocation. */
export function faultyInput(input: LogInput, { step }: Invocation): LogInput {
  return {
    ...input,
    async *open() {
      const chunks = input.open()[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await step("read", () => chunks.next());
        if (done) return;
        yield value;
      }
    },
  };
}
