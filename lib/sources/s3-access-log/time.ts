import { BRACKET, COLON, DASH, DIGIT, KIND, SLASH, SPACE } from "./bytes.ts";

/** Length of `[06/Feb/2026:00:00:38 +0000]`. */
export const TIME_LENGTH = 28;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH = new Map(MONTHS.map((name, i) => [code(name.charCodeAt(0), name.charCodeAt(1), name.charCodeAt(2)), i]));
const DIGITS = [1, 2, 8, 9, 10, 11, 13, 14, 16, 17, 19, 20, 23, 24, 25, 26];
/** Date.UTC would take a year below 100 for one of 19xx. */
const FIRST_YEAR = 1970;
const PLUS = 0x2b;
const CLOSE = 0x5d;

/** The time in brackets that begins at `at`, in ms since 1970; NaN if it isn't one. At least 28 bytes must follow. */
export function timeAt(bytes: Uint8Array, at: number): number {
  if (!looksLikeTime(bytes, at)) return Number.NaN;
  const month = MONTH.get(code(bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!));
  const day = two(bytes, at + 1);
  const hour = two(bytes, at + 13);
  const minute = two(bytes, at + 16);
  const second = two(bytes, at + 19);
  const year = two(bytes, at + 8) * 100 + two(bytes, at + 10);
  if (month === undefined || hour > 23 || minute > 59 || second > 60 || year < FIRST_YEAR) return Number.NaN;
  const midnight = Date.UTC(year, month, day);
  if (day < 1 || (day > 28 && new Date(midnight).getUTCDate() !== day)) return Number.NaN;

  const zoneHours = two(bytes, at + 23);
  const zoneMinutes = two(bytes, at + 25);
  if (zoneHours > 14 || zoneMinutes > 59) return Number.NaN;
  const minutes = hour * 60 + minute - (zoneHours * 60 + zoneMinutes) * (bytes[at + 22] === PLUS ? 1 : -1);
  return midnight + (minutes * 60 + second) * 1000;
}

/** The shape alone: brackets, separators and digits in their places. */
export function looksLikeTime(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === BRACKET &&
    bytes[at + 3] === SLASH &&
    bytes[at + 7] === SLASH &&
    bytes[at + 12] === COLON &&
    bytes[at + 15] === COLON &&
    bytes[at + 18] === COLON &&
    bytes[at + 21] === SPACE &&
    (bytes[at + 22] === PLUS || bytes[at + 22] === DASH) &&
    bytes[at + 27] === CLOSE &&
    DIGITS.every((i) => KIND[bytes[at + i]!]! & DIGIT)
  );
}

function two(bytes: Uint8Array, at: number): number {
  return (bytes[at]! - 48) * 10 + bytes[at + 1]! - 48;
}

function code(a: number, b: number, c: number): number {
  return (a << 16) | (b << 8) | c;
}
