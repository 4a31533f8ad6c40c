import { DASH, isAt, QUOTE, runEnd, SPACE, TOKEN } from "../s3-access-log/bytes.ts";
import { type Fields, place, REFERER, USER_AGENT, VERSION_ID } from "../s3-access-log/fields.ts";
import { readHead } from "../s3-access-log/head.ts";
import { lastQuote } from "../s3-access-log/line.ts";
import { isRunTogether } from "../s3-access-log/run-together.ts";
import { holdsTime, RUN_TOGETHER } from "../s3-access-log/tail.ts";

/**
 * Where the version id stands, once for each way to read the line: where the client's text holds quotes, there may be more
 * than one.
 */
export type Versions = readonly { start: number; end: number }[];

/** Fields behind the User-Agent: version id and STS log URN at least; four before the first that may be quoted, the dentry. */
const LEAST = 2;
const BEFORE_DENTRY = 4;

/**
 * Reads one line, without its line end, for certain or not at all. As in S3's logs the head is read from the left, and what
 * OBS writes last follows the last quote. Unlike there, OBS may write one more quoted field after the User-Agent, so that
 * nobody can say which quote ends the User-Agent if it holds any; nothing but the version id hangs on it.
 *
 * @returns why the line can't be read, or where its version id may stand
 */
export function readLine(bytes: Buffer, start: number, end: number, fields: Fields): string | Versions {
  const versions = readAsOne(bytes, start, end, fields);
  if (typeof versions === "string") return versions;
  return isRunTogether(bytes, start, end, fields, faultAsOne, 2) ? RUN_TOGETHER : versions;
}

function readAsOne(bytes: Buffer, start: number, end: number, fields: Fields): string | Versions {
  const referer = readHead(bytes, start, end, fields, 2);
  return typeof referer === "string" ? referer : readClientText(bytes, referer, end, fields);
}

function faultAsOne(bytes: Buffer, start: number, end: number, fields: Fields): string | null {
  const versions = readAsOne(bytes, start, end, fields);
  return typeof versions === "string" ? versions : null;
}

/** A way to read what stands behind the numbers. */
interface Reading {
  /** The quote that ends the User-Agent or, where that is bare, the Referer. */
  close: number;
  isAgentBare: boolean;
  hasDentry: boolean;
  /** The tokens behind `close`. */
  starts: number[];
  ends: number[];
}

function readClientText(bytes: Buffer, at: number, end: number, fields: Fields): string | Versions {
  const isBare = isAt(bytes, at, end, "- ");
  if (!isBare && bytes[at] !== QUOTE) return "the Referer is missing or cut short";
  const last = lastQuote(bytes, at, end);
  if (holdsTime(bytes, last === -1 ? at : last, end)) return RUN_TOGETHER;
  if (last !== -1 && tokens(bytes, last + 1, end).to < end) return "a control byte stands where only OBS writes";

  const agent = isBare ? quoteBehind(bytes, at, last) : openingQuote(bytes, at, last);
  const versions: { start: number; end: number }[] = [];
  let shown: Reading | null = null;
  for (const reading of readings(bytes, at, end, last, agent)) {
    const version = reading.isAgentBare ? 1 : 0;
    versions.push({ start: reading.starts[version]!, end: reading.ends[version]! });
    if (reading.hasDentry || shown === null) shown = reading;
  }
  if (shown === null) return "the line is cut short after the User-Agent";

  fields.start.fill(-1, VERSION_ID);
  const { close, isAgentBare, starts, ends } = shown;
  if (isBare) place(fields, REFERER, at, at + 1);
  else place(fields, REFERER, at + 1, isAgentBare ? close : lastQuote(bytes, at + 1, agent));
  if (isAgentBare) place(fields, USER_AGENT, starts[0]!, ends[0]!);
  else place(fields, USER_AGENT, agent + 1, close);
  return versions;
}

/**
 * Every way to read it, by the quote that may end the client's text.
 *
 * @param at where the Referer begins: a quote, or a bare `-`
 * @param agent the first quote that may open the User-Agent; -1 if there is none
 */
function* readings(bytes: Buffer, at: number, end: number, last: number, agent: number): Generator<Reading> {
  const isBare = bytes[at] === DASH;
  for (let close = isBare ? at : bytes.indexOf(QUOTE, at + 1); close !== -1 && close < end; ) {
    const { starts, ends, to } = tokens(bytes, close + 1, end);
    const hasDentry = to < last && bytes[to] === QUOTE;
    const isTail = (count: number) => (hasDentry ? count === BEFORE_DENTRY : to === end && count >= LEAST);
    const reading = { close, hasDentry, starts, ends };
    if (agent !== -1 && close > agent && isTail(starts.length)) yield { ...reading, isAgentBare: false };
    const isDash = bytes[starts[0]!] === DASH && ends[0] === starts[0]! + 1;
    if (isDash && (!isBare || close === at) && isTail(starts.length - 1)) yield { ...reading, isAgentBare: true };
    close = bytes.indexOf(QUOTE, close + 1);
  }
}

/** The first quote that has only spaces between it and the quote before; -1 if there is none. */
function openingQuote(bytes: Buffer, referer: number, last: number): number {
  for (let close = bytes.indexOf(QUOTE, referer + 1); close < last; close = bytes.indexOf(QUOTE, close + 1)) {
    const opening = quoteBehind(bytes, close, last);
    if (opening !== -1) return opening;
  }
  return -1;
}

/** The quote before `last` that follows the byte at `at` and a space or more; -1 if none does. */
function quoteBehind(bytes: Buffer, at: number, last: number): number {
  let next = at + 1;
  while (bytes[next] === SPACE) next++;
  return next > at + 1 && next < last && bytes[next] === QUOTE ? next : -1;
}

/** The tokens, each behind a space or more; `to` is where the last of them and the spaces behind it end. */
function tokens(bytes: Buffer, at: number, end: number): { starts: number[]; ends: number[]; to: number } {
  const starts: number[] = [];
  const ends: number[] = [];
  let to = at;
  while (to < end && bytes[to] === SPACE) {
    while (to < end && bytes[to] === SPACE) to++;
    const start = to;
    to = runEnd(bytes, start, end, TOKEN);
    if (to > start) {
      starts.push(start);
      ends.push(to);
    }
  }
  return { starts, ends, to };
}
