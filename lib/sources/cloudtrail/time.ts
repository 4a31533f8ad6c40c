import type { Text } from "./text.ts";

/** `2026-02-06T00:00:38Z`: to the second, as every event has it. */
const DATE_AND_TIME = /^\d{4}-\d\d-(\d\d)T\d\d:\d\d:\d\dZ$/;

/** In ms since 1970; NaN if the text is no such time, or of a day that does not exist. */
export function timeOf(text: string): number {
  const day = DATE_AND_TIME.exec(text)?.[1];
  const time = Date.parse(text);
  return new Date(time).getUTCDate() === Number(day) ? time : Number.NaN;
}

/** Places in the same as JSON text, and words that cover it up to the hour. */
const LENGTH = 22;
const MINUTES = 15;
const SECONDS = 18;
const [HOUR_1, HOUR_2, HOUR_3, HOUR_4] = [0, 4, 8, 11];
const COLON = 58;
const END_OF_TIME = Buffer.from('Z"').readUInt16LE();

/**
 * Makes a function that reads the time whose JSON text is given; undefined where that must be read with care. Remembers the
 * hour: most events are of the same as the one before.
 */
export function createClock({ bytes, view }: Text): (start: number, end: number) => number | undefined {
  let [word1, word2, word3, word4] = [0, 0, 0, 0];
  let hour = Number.NaN;

  return (start, end) => {
    if (end - start !== LENGTH || bytes[start + SECONDS - 1] !== COLON) return undefined;
    if (view.getUint16(end - 2, true) !== END_OF_TIME) return undefined;
    const minutes = sixty(bytes, start + MINUTES);
    const seconds = sixty(bytes, start + SECONDS);
    if (minutes < 0 || seconds < 0) return undefined;
    const ms = (minutes * 60 + seconds) * 1000;
    if (
      view.getInt32(start + HOUR_1) !== word1 ||
      view.getInt32(start + HOUR_2) !== word2 ||
      view.getInt32(start + HOUR_3) !== word3 ||
      view.getInt32(start + HOUR_4) !== word4
    ) {
      const time = timeOf(bytes.toString("latin1", start + 1, end - 1));
      if (Number.isNaN(time)) return undefined;
      hour = time - ms;
      word1 = view.getInt32(start + HOUR_1);
      word2 = view.getInt32(start + HOUR_2);
      word3 = view.getInt32(start + HOUR_3);
      word4 = view.getInt32(start + HOUR_4);
    }
    return hour + ms;
  };
}

/** Two digits, 00 to 59; -1 for anything else. */
function sixty(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 48;
  const ones = bytes[at + 1]! - 48;
  return tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}
