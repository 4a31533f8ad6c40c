/** A line longer than this, its line end aside, is malformed: 1 MiB. */
export const MAX_LINE = 1 << 20;
/** How much of a line that is not read is kept for quarantine: 64 KiB. */
export const KEPT = 1 << 16;
/** As much of a log object as is looked at to recognise its format: 1 MiB. */
export const HEAD_BYTES = 1 << 20;
const LF = 0x0a;
const CR = 0x0d;

/** The longest line with its CR. */
const MOST_CARRIED = MAX_LINE + 1;

export interface LineTaker {
  /** Whole lines, each ended by its LF; one may be longer than {@link MAX_LINE}. `offset` is the object's byte at `from`. */
  lines(bytes: Buffer, from: number, to: number, offset: number): void;
  /** A line that is malformed as it stands, and why: its first bytes, and its length without the line end. */
  malformed(start: Buffer, length: number, offset: number, reason: string): void;
}

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** @param isCut the bytes failed before their end, and what there is of the last line says nothing */
  end(isCut?: boolean): void;
}

export const TOO_LONG = `the line is longer than ${MAX_LINE} bytes`;
const CUT = "the log object could not be read to this line's end";

/** Cuts a stream of chunks into blocks of whole lines, keeping at most one line. The last line needs no LF. */
export function createLineSplitter(taker: LineTaker): LineSplitter {
  let offset = 0;
  let carry = Buffer.allocUnsafe(KEPT);
  /** Length of the line that has begun, which may exceed what `carry` holds of it, and its last byte. */
  let begun = 0;
  let last = 0;

  return {
    push(chunk) {
      let from = 0;
      if (begun > 0) {
        const lf = chunk.indexOf(LF);
        keep(chunk, 0, lf === -1 ? chunk.length : lf);
        if (lf === -1) return;
        flush();
        from = lf + 1;
      }
      const to = chunk.lastIndexOf(LF) + 1;
      if (to > from) {
        taker.lines(chunk, from, to, offset);
        offset += to - from;
        from = to;
      }
      keep(chunk, from, chunk.length);
    },
    end(isCut = false) {
      if (begun > 0) flush(isCut);
    },
  };

  function keep(chunk: Buffer, from: number, to: number): void {
    if (from === to) return;
    if (begun < MOST_CARRIED) {
      const kept = Math.min(begun + to - from, MOST_CARRIED);
      if (kept >= carry.length) carry = Buffer.concat([carry], Math.min(kept * 2, MOST_CARRIED + 1));
      chunk.copy(carry, begun, from, from + kept - begun);
    }
    begun += to - from;
    last = chunk[to - 1]!;
  }

  function flush(isCut = false): void {
    const length = last === CR ? begun - 1 : begun;
    if (length > MAX_LINE || isCut) {
      const reason = length > MAX_LINE ? TOO_LONG : CUT;
      taker.malformed(carry.subarray(0, Math.min(begun, KEPT)), length, offset, reason);
    } else {
      carry[begun] = LF;
      taker.lines(carry, 0, begun + 1, offset);
    }
    offset += begun + 1;
    begun = 0;
  }
}
