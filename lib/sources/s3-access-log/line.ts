import { isAt, QUOTE, SPACE } from "./bytes.ts";
import { type Fields, place, REFERER, USER_AGENT } from "./fields.ts";
import { readHead } from "./head.ts";
import { isRunTogether } from "./run-together.ts";
import { RUN_TOGETHER, readTail } from "./tail.ts";

/** Why a line can't be read for certain, or `null`. */
export type Fault = string | null;

/**
 * Reads one line, without its line end, for certain or not at all. The head is read from the left: no field of it but the
 * request line is written by the client, and a request line has no space inside its target. The tail is what follows the
 * last quote: S3 writes none there. Between the two stand Referer and User-Agent, where any byte may occur.
 */
export function readLine(bytes: Buffer, start: number, end: number, fields: Fields): Fault {
  const fault = readAsOne(bytes, start, end, fields);
  if (fault !== null) return fault;
  return isRunTogether(bytes, start, end, fields, readAsOne, 1) ? RUN_TOGETHER : null;
}

function readAsOne(bytes: Buffer, start: number, end: number, fields: Fields): Fault {
  const referer = readHead(bytes, start, end, fields, 1);
  return typeof referer === "string" ? referer : readClientText(bytes, referer, end, fields);
}

/** Referer, User-Agent and, after the last quote, the tail. */
function readClientText(bytes: Buffer, at: number, end: number, fields: Fields): Fault {
  const last = lastQuote(bytes, at, end);
  if (isAt(bytes, at, end, "- ")) {
    place(fields, REFERER, at, at + 1);
    return readAgent(bytes, at + 2, last, end, fields);
  }
  if (bytes[at] !== QUOTE || last <= at) return "the Referer is missing or cut short";

  // Where a Referer holds quotes, what looks like a User-Agent behind it may be its own text, and the User-Agent bare.
  const split = splitAt(bytes, at + 1, last);
  place(fields, REFERER, at + 1, split === -1 ? last : split);
  place(fields, USER_AGENT, split === -1 ? last : split + 3, last);
  return readTail(bytes, last + 1, end, fields, split === -1 ? "bare" : "either");
}

/** The User-Agent after a bare Referer: quoted up to the last quote of the line, or bare too. */
function readAgent(bytes: Buffer, at: number, last: number, end: number, fields: Fields): Fault {
  if (last === -1) return readTail(bytes, at - 1, end, fields, "bare");
  if (bytes[at] !== QUOTE) return RUN_TOGETHER;
  if (last === at) return "the User-Agent is cut short";
  place(fields, USER_AGENT, at + 1, last);
  return readTail(bytes, last + 1, end, fields, "quoted");
}

export function lastQuote(bytes: Buffer, from: number, end: number): number {
  let at = end - 1;
  while (at >= from && bytes[at] !== QUOTE) at--;
  return at >= from ? at : -1;
}

/** Where a quote, a space and a quote stand between two fields; -1 if nowhere. With hostile text this is a guess, for display. */
function splitAt(bytes: Buffer, from: number, last: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at !== -1 && at + 2 < last; at = bytes.indexOf(QUOTE, at + 1)) {
    if (bytes[at + 1] === SPACE && bytes[at + 2] === QUOTE) return at;
  }
  return -1;
}
