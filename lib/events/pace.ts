/** In ms, kept free for writing what was found and for giving the rest back to the queue. */
const RESERVE = 30_000;
/** In ms; whoever still reads then stops. */
const LAST_CALL = 10_000;
/** Bytes a ms: 20 MB/s, a third of what one vCPU reads of compressed logs. */
const FIRST_GUESS = 20_000;
/** Bytes. Smaller objects are mostly waited for, and say nothing about reading. */
const TELLING = 1 << 23;

/** A message that there is no time for, and nothing wrong with: another call may well do it. */
export class BackToQueue extends Error {
  override name = "BackToQueue";
}

/** How fast this container reads log objects, and so what still fits into the time that a call has left. */
export interface Pace {
  call(remaining: () => number): CallPace;
}

export interface CallPace {
  /**
   * Begins an object of this many bytes (`null`: not known). Of every call the first is begun, however big.
   * @throws {BackToQueue} if what is under way and this object would not be read in time
   */
  begin(size: number | null): Reading;
}

export interface Reading {
  /** @throws an Error if there is hardly any time left */
  read(bytes: number): void;
  end(): void;
}

export function createPace(now: () => number): Pace {
  let bytesPerMs = FIRST_GUESS;
  return {
    call(remaining) {
      let isFirst = true;
      let underWay = 0;
      return {
        begin(size) {
          const ahead = underWay + (size ?? 0);
          if (!isFirst && ahead / bytesPerMs > remaining() - RESERVE) {
            throw new BackToQueue(
              `${size ?? "unknown"} bytes would not be read in the time that is left; back to the queue`,
            );
          }
          isFirst = false;
          const begun = now();
          let left = size ?? 0;
          let reached = 0;
          underWay += left;
          const advance = (bytes: number) => {
            underWay -= bytes;
            left -= bytes;
          };
          return {
            read(bytes) {
              reached += bytes;
              advance(Math.min(bytes, left));
              if (remaining() < LAST_CALL) throw new Error(`out of time after ${reached} bytes; back to the queue`);
            },
            end() {
              advance(left);
              if (reached >= TELLING) bytesPerMs = reached / Math.max(now() - begun, 1);
            },
          };
        },
      };
    },
  };
}
