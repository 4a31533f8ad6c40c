import type { Facts } from "../../facts.ts";
import type { ObjectVersion } from "../../record.ts";
import type { Event } from "./event.ts";
import { KEY, VERSION_ID } from "./fields.ts";
import { createKeptText } from "./kept-text.ts";
import { createRows, withRoom } from "./rows.ts";
import type { Text } from "./text.ts";

/** Reads of which nothing is wanted but their facts in the end, as bytes: of most of their keys nothing is known then. */
export interface CountedReads {
  /** @param hash of the key, which the event names */
  add(event: Event, hash: number, bucket: string, time: number, own: Facts): void;
  /** Tells the hashes of their keys. */
  hashes(teller: (hash: number) => void): void;
  /** Tells and forgets them. */
  tell(teller: ReadTeller): void;
  readonly count: number;
  /** Their texts are more than should be kept. */
  readonly isTooMuch: boolean;
}

export interface ReadTeller {
  /** Whether something may be known of a key. */
  mayBeKnown(hash: number): boolean;
  known(object: ObjectVersion, hash: number, time: number, own: Facts): void;
  unknown(own: Facts): void;
}

/** What is kept of a read: numbers, besides its bucket, its time and its texts, in this order. */
const HASH = 0;
const TEXT = 1;
const KEY_END = 2;
const VERSION_ID_END = 3;
const OWN = 4;
const NUMBERS = 5;

export function createCountedReads(page: Text): CountedReads {
  const text = createKeptText(page);
  let count = 0;
  let numbers = createRows(NUMBERS);
  let buckets: string[] = [];
  let times: number[] = [];
  return {
    add(event, hash, bucket, time, own) {
      const at = count++ * NUMBERS;
      numbers = withRoom(numbers, at);
      numbers[at + HASH] = hash;
      numbers[at + TEXT] = text.end;
      numbers[at + KEY_END] = text.keep(event, KEY);
      numbers[at + VERSION_ID_END] = text.keep(event, VERSION_ID);
      numbers[at + OWN] = own;
      buckets.push(bucket);
      times.push(time);
    },
    hashes(teller) {
      for (let at = 0; at < count * NUMBERS; at += NUMBERS) teller(numbers[at + HASH]!);
    },
    tell({ mayBeKnown, known, unknown }) {
      for (let place = 0; place < count; place++) {
        const at = place * NUMBERS;
        const [hash, own] = [numbers[at + HASH]!, numbers[at + OWN]!];
        if (!mayBeKnown(hash)) {
          unknown(own);
          continue;
        }
        const keyEnd = numbers[at + KEY_END]!;
        const key = text.read(numbers[at + TEXT]!, keyEnd);
        const versionId = text.read(keyEnd, numbers[at + VERSION_ID_END]!) || null;
        known({ bucket: buckets[place]!, key, versionId }, hash, times[place]!, own);
      }
      text.drop(text.end);
      count = 0;
      buckets = [];
      times = [];
    },
    get count() {
      return count;
    },
    get isTooMuch() {
      return text.isTooMuch;
    },
  };
}
