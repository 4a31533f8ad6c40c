import type { Event } from "./event.ts";
import type { Field } from "./fields.ts";
import type { Text } from "./text.ts";

/** Texts of events, copied as bytes: to make strings of them takes longer than all the rest of reading their events. */
export interface KeptText {
  /** Behind the last byte. */
  readonly end: number;
  /** There is more than should be kept: keys are some hundred bytes, and may be as long as an event. */
  readonly isTooMuch: boolean;
  /** Copies what `only` gives of a member, if anything; gives the end. */
  keep(event: Event, field: Field): number;
  read(from: number, to: number): string;
  /** Drops what is before `start`, which becomes 0. */
  drop(start: number): void;
}

/** The least that is made. */
const ROOM = 1 << 17;
const MOST = 1 << 26;
const WORD = 4;

export function createKeptText({ view }: Text): KeptText {
  let end = 0;
  let bytes = Buffer.alloc(0);
  let keptView = viewOf(bytes);
  return {
    get end() {
      return end;
    },
    get isTooMuch() {
      return end >= MOST;
    },
    keep,
    read: (from, to) => bytes.toString("utf8", from, to),
    drop(start) {
      bytes.copyWithin(0, start, end);
      end -= start;
    },
  };

  function keep(event: Event, field: Field): number {
    const length = event.plainLength(field);
    if (length === 0) return keepString((event.start(field) !== 0 && event.only(field)) || "");
    makeRoom(length);
    // A word at a time: what is too much, the next text is written over.
    const start = event.start(field) + 1;
    for (let at = 0; at < length; at += WORD) keptView.setInt32(end + at, view.getInt32(start + at));
    end += length;
    return end;
  }

  function keepString(value: string): number {
    if (value === "") return end;
    makeRoom(Buffer.byteLength(value));
    end += bytes.write(value, end);
    return end;
  }

  function makeRoom(length: number): void {
    if (end + length + WORD <= bytes.length) return;
    const before = bytes;
    bytes = Buffer.allocUnsafe(Math.max(ROOM, (end + length + WORD) * 2));
    before.copy(bytes, 0, 0, end);
    keptView = viewOf(bytes);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
