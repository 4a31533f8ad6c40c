/** Records that wait, because what is listed behind them in the log object may tell more of them. */
export interface Held {
  /** Waits, and whatever comes in order waits behind it. */
  hold(offset: number, tell: () => void): void;
  /** Waits only if something before it does. */
  inOrder(offset: number, tell: () => void): void;
  /** The reader has come to this place of the log object. */
  reached(offset: number): void;
  /** The log object has ended. */
  end(): void;
}

/** What was told is dropped when it is so much, and half of all. */
const ENOUGH_TOLD = 1000;

/** A record takes some 2 kB. Events of CloudTrail are so long that fewer fill its window. */
const MOST = 1 << 18;

/**
 * @param window bytes of the log object within which something waits
 * @param most how many wait
 */
export function createHeld(window: number, most = MOST): Held {
  let waiting: { offset: number; tell: () => void }[] = [];
  let told = 0;
  return {
    hold,
    inOrder(offset, tell) {
      if (told === waiting.length) tell();
      else hold(offset, tell);
    },
    reached: (offset) => tellUpTo(offset - window),
    end: () => tellUpTo(Number.POSITIVE_INFINITY),
  };

  function hold(offset: number, tell: () => void): void {
    waiting.push({ offset, tell });
    if (waiting.length - told > most) waiting[told++]!.tell();
  }

  function tellUpTo(offset: number): void {
    while (told < waiting.length && waiting[told]!.offset <= offset) waiting[told++]!.tell();
    if (told < ENOUGH_TOLD || told * 2 < waiting.length) return;
    waiting = waiting.slice(told);
    told = 0;
  }
}
