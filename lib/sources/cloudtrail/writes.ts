import type { Facts } from "../../facts.ts";
import type { ObjectVersion } from "../../record.ts";
import type { Event } from "./event.ts";
import { EVENT_ID, KEY, REQUEST_ID, STORED_VERSION_ID, UPLOAD_ID } from "./fields.ts";
import { createKeptText } from "./kept-text.ts";
import type { KeyFilter } from "./key-filter.ts";
import { createRows, withRoom } from "./rows.ts";
import type { Text } from "./text.ts";

/** What an event did to an object: made it, deleted it, or changed it in some other way. */
export const MADE = 0;
export const DELETED = 1;
export const CHANGED = 2;
/** MADE, by a request that asked for no encryption. */
export const MADE_UNASKED = 3;

export interface WriteTold {
  object: ObjectVersion;
  /** Of the upload that made it. */
  uploadId: string | null;
  requestId: string;
  time: number;
  kind: number;
  /** What the event proves by itself. */
  own: Facts;
}

/** The events of a log object that write, as bytes: what most of them made is never read in it. */
export interface Writes {
  /**
   * Takes in what an event did to the object that it names.
   * @param hash of the key
   */
  add(event: Event, hash: number, bucket: string, time: number, kind: number, own: Facts): void;
  /** Tells those whose keys may be among the asked, in the order of the log object. */
  tell(asked: KeyFilter, teller: (write: WriteTold) => void): void;
  /** The latest time of those that were forgotten, ms since 1970. */
  readonly forgottenUntil: number;
}

/** What is kept of a write: numbers, besides its bucket, its time and its texts, in this order. */
const HASH = 0;
const TEXT = 1;
const KEY_END = 2;
const REQUEST_ID_END = 3;
const VERSION_ID_END = 4;
const UPLOAD_ID_END = 5;
const KIND = 6;
const OWN = 7;
const NUMBERS = 8;

/** @param most how many are remembered, if they are short; then the older half, as the log object lists them, is forgotten */
export function createWrites(page: Text, most: number): Writes {
  const text = createKeptText(page);
  let count = 0;
  let forgottenUntil = Number.NEGATIVE_INFINITY;
  let numbers = createRows(NUMBERS);
  let buckets: string[] = [];
  let times: number[] = [];
  return {
    add,
    tell,
    get forgottenUntil() {
      return forgottenUntil;
    },
  };

  function add(event: Event, hash: number, bucket: string, time: number, kind: number, own: Facts): void {
    if (count === most || text.isTooMuch) forgetHalf();
    const at = count++ * NUMBERS;
    numbers = withRoom(numbers, at);
    numbers[at + HASH] = hash;
    numbers[at + TEXT] = text.end;
    const keyEnd = text.keep(event, KEY);
    numbers[at + KEY_END] = keyEnd;
    numbers[at + REQUEST_ID_END] = text.keep(event, REQUEST_ID) > keyEnd ? text.end : text.keep(event, EVENT_ID);
    numbers[at + VERSION_ID_END] = text.keep(event, STORED_VERSION_ID);
    numbers[at + UPLOAD_ID_END] = text.keep(event, UPLOAD_ID);
    numbers[at + KIND] = kind;
    numbers[at + OWN] = own;
    buckets.push(bucket);
    times.push(time);
  }

  function forgetHalf(): void {
    const from = count >> 1;
    const start = numbers[from * NUMBERS + TEXT]!;
    for (const time of times.slice(0, from)) forgottenUntil = Math.max(forgottenUntil, time);
    numbers.copyWithin(0, from * NUMBERS);
    text.drop(start);
    count -= from;
    for (let at = 0; at < count * NUMBERS; at += NUMBERS) {
      for (let place = TEXT; place <= UPLOAD_ID_END; place++) numbers[at + place]! -= start;
    }
    buckets = buckets.slice(from);
    times = times.slice(from);
  }

  function tell(asked: KeyFilter, teller: (write: WriteTold) => void): void {
    for (let place = 0; place < count; place++) {
      const at = place * NUMBERS;
      if (!asked.mayHave(numbers[at + HASH]!)) continue;
      const part = (from: number) => text.read(numbers[at + from]!, numbers[at + from + 1]!);
      teller({
        object: { bucket: buckets[place]!, key: part(TEXT), versionId: part(REQUEST_ID_END) || null },
        requestId: part(KEY_END),
        uploadId: part(VERSION_ID_END) || null,
        time: times[place]!,
        kind: numbers[at + KIND]!,
        own: numbers[at + OWN]!,
      });
    }
  }
}
