import type { Write } from "../../evidence/earlier-writes.ts";
import type { ObjectVersion } from "../../record.ts";
import type { Event } from "./event.ts";
import { KEY, REQUEST_ID, STORED_VERSION_ID } from "./fields.ts";
import type { Text } from "./text.ts";

/**
 * Writes that nobody has asked for yet, as bytes: most never are, and to make strings of them takes longer than all the rest of
 * reading their events. They are known by their keys' hashes, see {@link Event.hash}.
 */
export interface PendingWrites {
  /** Takes in the write that an event tells of; false if it must be told at once, because the event does not name it plainly. */
  add(event: Event, bucket: string, time: number, encryption: number): boolean;
  /** Tells the writes of this hash, in their order; of all hashes, if it is 0. */
  tell(hash: number): void;
}

/** What is kept of a write: numbers, besides its bucket, its time and the text of its key, request id and version id. */
const HASH = 0;
/** The write before it of the same slot, plus 1. */
const BEFORE = 1;
const TEXT = 2;
const KEY_LENGTH = 3;
const REQUEST_ID_LENGTH = 4;
const VERSION_ID_LENGTH = 5;
const ENCRYPTION = 6;
const NUMBERS = 8;

const SLOTS = 1 << 15;
/** To begin with. */
const ROOM = 1 << 10;
const TEXT_ROOM = 1 << 17;
/** Events are dated to the second. */
export const LAST_MS = 999;

/**
 * @param most how many writes wait before all are told
 * @param teller hears of writes, those of one object in their order
 */
export function createPendingWrites(
  { view }: Text,
  most: number,
  teller: (object: ObjectVersion, write: Write) => void,
): PendingWrites {
  let count = 0;
  let end = 0;
  const slots = new Int32Array(SLOTS);
  let numbers = new Int32Array(ROOM * NUMBERS);
  let text = Buffer.allocUnsafe(TEXT_ROOM);
  let textView = viewOf(text);
  const buckets: string[] = [];
  const times: number[] = [];
  return { add, tell };

  function add(event: Event, bucket: string, time: number, encryption: number): boolean {
    const hash = event.hash(KEY);
    const keyLength = event.plainLength(KEY);
    const requestIdLength = event.plainLength(REQUEST_ID);
    const hasVersion = event.start(STORED_VERSION_ID) !== 0;
    const versionIdLength = hasVersion ? event.plainLength(STORED_VERSION_ID) : 0;
    if (hash === 0 || requestIdLength === 0 || (hasVersion && versionIdLength === 0)) return false;

    const at = count * NUMBERS;
    makeRoom(at + NUMBERS, end + keyLength + requestIdLength + versionIdLength);
    const slot = hash & (SLOTS - 1);
    numbers[at + HASH] = hash;
    numbers[at + BEFORE] = slots[slot]!;
    numbers[at + TEXT] = end;
    numbers[at + KEY_LENGTH] = keyLength;
    numbers[at + REQUEST_ID_LENGTH] = requestIdLength;
    numbers[at + VERSION_ID_LENGTH] = versionIdLength;
    numbers[at + ENCRYPTION] = encryption;
    keep(event.start(KEY) + 1, keyLength);
    keep(event.start(REQUEST_ID) + 1, requestIdLength);
    keep(event.start(STORED_VERSION_ID) + 1, versionIdLength);
    buckets.push(bucket);
    times.push(time);
    slots[slot] = ++count;
    if (count >= most) tell(0);
    return true;
  }

  function makeRoom(forNumbers: number, forText: number): void {
    if (forNumbers > numbers.length) {
      const before = numbers;
      numbers = new Int32Array(before.length * 2);
      numbers.set(before);
    }
    if (forText + WORD > text.length) {
      text = Buffer.concat([text], (forText + WORD) * 2);
      textView = viewOf(text);
    }
  }

  /** A word at a time: what is too much, the next text is written over. */
  function keep(start: number, length: number): void {
    for (let at = 0; at < length; at += WORD) textView.setInt32(end + at, view.getInt32(start + at));
    end += length;
  }

  function tell(hash: number): void {
    if (hash === 0) {
      for (let place = 0; place < count; place++) if (numbers[place * NUMBERS + HASH] !== 0) tellOne(place);
      slots.fill(0);
      buckets.length = times.length = count = end = 0;
      return;
    }
    const found: number[] = [];
    for (let next = slots[hash & (SLOTS - 1)]!; next !== 0; next = numbers[(next - 1) * NUMBERS + BEFORE]!) {
      if (numbers[(next - 1) * NUMBERS + HASH] === hash) found.push(next - 1);
    }
    for (const place of found.reverse()) tellOne(place);
  }

  function tellOne(place: number): void {
    const at = place * NUMBERS;
    numbers[at + HASH] = 0;
    const key = numbers[at + TEXT]!;
    const requestId = key + numbers[at + KEY_LENGTH]!;
    const versionId = requestId + numbers[at + REQUEST_ID_LENGTH]!;
    const versionIdEnd = versionId + numbers[at + VERSION_ID_LENGTH]!;
    const from = times[place]!;
    teller(
      {
        bucket: buckets[place]!,
        key: text.toString("utf8", key, requestId),
        versionId: versionIdEnd > versionId ? text.toString("utf8", versionId, versionIdEnd) : null,
      },
      {
        requestId: text.toString("utf8", requestId, versionId),
        from,
        until: from + LAST_MS,
        encryption: numbers[at + ENCRYPTION]!,
      },
    );
  }
}

const WORD = 4;

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
