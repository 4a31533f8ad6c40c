import { createVocabulary } from "../vocabulary.ts";
import { type Authorization, type Entry, REQUEST_LINE } from "./entry.ts";
import { timeOf } from "./parse.ts";
import {
  AUTHORIZATION,
  BUCKET,
  COPY_SOURCE,
  COPY_SOURCE_CUSTOMER_ALGORITHM,
  CUSTOMER_ALGORITHM,
  createWalker,
  ENCRYPTION,
  HOST,
  OPERATION,
  REQUEST_ID,
  SECURE_PORT,
  SERVER_PORT,
  STATUS,
  TIME,
  TOTAL_TIME,
  URI,
  USER,
  type Walker,
} from "./walk.ts";

/** The hot path. Any fault and any doubt is left to `parseEntry`, and a property test holds the two to the same entries. */
export interface HotReader extends Pick<Walker, "load" | "start" | "end" | "beginsLine"> {
  /** The next entry of the window; `null` if it, or all that is left of its line, is for `parseEntry`. */
  next(): Entry | null;
}

const DASH = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_Z = 0x5a;
const AWS4 = Buffer.from("AWS4").readInt32BE();
const AWS = Buffer.from("AWS ").readInt32BE();
const IS_ASCII = /^[ -~]+$/;

/** A number of more digits may not be exact. */
const MAX_DIGITS = 15;
/** Where `2026-11-22T19:12:36.209169Z` has what; lines mostly share the hour. */
const [MINUTE, SECOND, FRACTION, TIME_LENGTH] = [14, 17, 20, 27];

export function createHotReader(): HotReader {
  const walker = createWalker();
  const { bytes: b, from, to, has } = walker;
  // Looked up with their quotes on, so that none is too short.
  const words = createVocabulary(b, (word) => (IS_ASCII.test(word) ? word.slice(1, -1) : undefined));
  const hours = createVocabulary(b, hourOf);
  return {
    load: walker.load,
    next: () => (walker.next() ? entry() : null),
    get start() {
      return walker.start;
    },
    get end() {
      return walker.end;
    },
    get beginsLine() {
      return walker.beginsLine;
    },
  };

  function entry(): Entry | null {
    const time = isLong(TIME, TIME_LENGTH) ? timeAt(from[TIME]!) : -1;
    const totalTime =
      to[TOTAL_TIME]! - from[TOTAL_TIME]! <= MAX_DIGITS ? number(from[TOTAL_TIME]!, to[TOTAL_TIME]!) : -1;
    const status = isLong(STATUS, 3) ? number(from[STATUS]!, to[STATUS]!) : -1;
    const operation = word(OPERATION);
    const uri = text(URI);
    const requestId = text(REQUEST_ID);
    if (time < 0 || totalTime < 0 || status < 100 || status > 599) return null;
    if (operation === "" || requestId === "" || !REQUEST_LINE.test(uri)) return null;
    return {
      bucket: word(BUCKET),
      time,
      totalTime,
      user: word(USER),
      operation,
      uri,
      status,
      requestId,
      headers: {
        hasServerPort: isFilled(SERVER_PORT),
        hasSecurePort: isFilled(SECURE_PORT),
        authorization: authorization(),
        host: word(HOST) || null,
        encryption: word(ENCRYPTION) || null,
        customerAlgorithm: word(CUSTOMER_ALGORITHM) || null,
        copySource: text(COPY_SOURCE) || null,
        copySourceCustomerAlgorithm: word(COPY_SOURCE_CUSTOMER_ALGORITHM) || null,
      },
    };
  }

  /** One of few different strings; empty if there is none. */
  function word(place: number): string {
    return has(place) ? (words.find(from[place]! - 1, to[place]! + 1) ?? text(place)) : "";
  }

  function text(place: number): string {
    return has(place) ? b.toString("utf8", from[place]!, to[place]!) : "";
  }

  function isFilled(place: number): boolean {
    return has(place) && from[place]! < to[place]!;
  }

  function authorization(): Authorization | null {
    if (!isFilled(AUTHORIZATION)) return null;
    const start = from[AUTHORIZATION]!;
    const scheme = b.readInt32BE(start);
    if (scheme === AWS4 && b[start + 4] === DASH) return "V4";
    return scheme === AWS ? "V2" : "unknown";
  }

  /** As `timeOf`, of times in the usual form; -1 for all others. */
  function timeAt(start: number): number {
    const hour = hours.find(start, start + MINUTE - 1);
    const isForm = b[start + MINUTE - 1] === COLON && b[start + SECOND - 1] === COLON;
    if (!isForm || b[start + FRACTION - 1] !== DOT || b[start + TIME_LENGTH - 1] !== UPPER_Z) return -1;
    const minute = number(start + MINUTE, start + SECOND - 1);
    const second = number(start + SECOND, start + FRACTION - 1);
    const fraction = number(start + FRACTION, start + TIME_LENGTH - 1);
    if (hour === undefined || minute < 0 || minute > 59 || second < 0 || second > 59 || fraction < 0) return -1;
    return hour + (minute * 60 + second) * 1000 + Math.floor(fraction / 1000);
  }

  function isLong(place: number, length: number): boolean {
    return to[place]! - from[place]! === length;
  }

  /** -1 if there is something else among the digits. */
  function number(start: number, end: number): number {
    let value = 0;
    for (let at = start; at < end; at++) {
      if (b[at]! < ZERO || b[at]! > NINE) return -1;
      value = value * 10 + b[at]! - ZERO;
    }
    return value;
  }
}

function hourOf(hour: string): number | undefined {
  const time = timeOf(`${hour}:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}
