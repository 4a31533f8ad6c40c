import { BRACKET, equals, KIND, LETTER, runEnd, SPACE, SUITE, TOKEN } from "./bytes.ts";
import {
  AUTH_TYPE,
  CIPHER,
  FIELDS,
  type Fields,
  HOST,
  HOST_ID,
  SIGNATURE,
  TIME,
  TLS_VERSION,
  USER_AGENT,
  VERSION_ID,
} from "./fields.ts";
import { looksLikeTime, TIME_LENGTH, timeAt } from "./time.ts";
import { isTlsVersion } from "./tls.ts";

/** A way to read the tail: how many of its tokens are a bare User-Agent, and how many the host id. */
interface Reading {
  agents: number;
  hostIds: number;
}
const READINGS: readonly Reading[] = [
  { agents: 0, hostIds: 1 },
  { agents: 0, hostIds: 2 },
  { agents: 1, hostIds: 1 },
  { agents: 1, hostIds: 2 },
];

/** S3 writes more fields from 2019 on; others may still write 18. */
const END_OF_18_FIELDS = Date.UTC(2019);

/** What the facts hang on: readings that agree in these are as good as one. */
const TELLING = [SIGNATURE, CIPHER, TLS_VERSION];

export const RUN_TOGETHER = "two records are run together on one line";

/**
 * Reads what S3 writes after the User-Agent: ` version-id host-id signature cipher auth-type host TLS-version …`. The
 * host id may be two tokens (`AIDA… LzYG…=`), and a bare User-Agent may stand before it all: both shift the signature, so
 * the tail is aligned on what its tokens can be, the plain reading first. A record of 18 fields ends with the version id;
 * any other that ends before the TLS version is cut short. Fields after that are not looked at, except that a time among
 * them is the head of another record.
 *
 * @param at where the space before the tail stands
 * @returns why the tail can't be read for certain, or `null`
 */
export function readTail(
  bytes: Buffer,
  at: number,
  end: number,
  fields: Fields,
  agent: "quoted" | "bare" | "either",
): string | null {
  if (holdsTime(bytes, at, end)) return RUN_TOGETHER;
  const { starts, ends, last } = tokens(bytes, at, end);
  if (last < end) return "a quote or a control byte stands where only S3 writes";

  const found = READINGS.find(fits);
  if (found === undefined) {
    return starts.length <= TLS_VERSION - VERSION_ID
      ? "the line is cut short after the User-Agent"
      : "signature version, cipher suite, authentication type and TLS version are not in their places";
  }
  if (
    READINGS.some((other) => other !== found && fits(other) && TELLING.some((field) => differ(field, found, other)))
  ) {
    return "the fields after the Referer can be read in two ways";
  }
  if (found.agents === 1) put(USER_AGENT, 0);
  for (let field = VERSION_ID; field < FIELDS; field++) put(field, tokenOf(field, found));
  return null;

  function fits(reading: Reading): boolean {
    const { agents, hostIds } = reading;
    if (agents === 0 ? agent === "bare" : agent === "quoted" || !is(0, ["-"])) return false;
    if (!isFilled(agents)) return false;
    if (starts.length === agents + 1) return hostIds === 1 && (agents === 0 || agent === "bare" || !isPerhapsCut());
    return (
      is(tokenOf(SIGNATURE, reading), ["SigV4", "-", "SigV2", "SigV4A"]) &&
      isSuite(tokenOf(CIPHER, reading)) &&
      is(tokenOf(AUTH_TYPE, reading), ["AuthHeader", "-", "QueryString"]) &&
      isFilled(tokenOf(HOST, reading)) &&
      isTls(tokenOf(TLS_VERSION, reading)) &&
      (hostIds === 1 ? isFilled(agents + 1) : isDoubleHostId(agents + 1))
    );
  }

  /** Behind what may be two quoted fields, `- x` may be a version id and the first part of a host id. */
  function isPerhapsCut(): boolean {
    return !is(1, ["-"]) && timeAt(bytes, fields.start[TIME]!) >= END_OF_18_FIELDS;
  }

  function differ(field: number, a: Reading, b: Reading): boolean {
    return text(tokenOf(field, a)) !== text(tokenOf(field, b));
  }

  function is(token: number, texts: readonly string[]): boolean {
    return isFilled(token) && texts.some((text) => equals(bytes, starts[token]!, ends[token]!, text));
  }

  function isFilled(token: number): boolean {
    return token < starts.length && starts[token]! < ends[token]!;
  }

  /** A cipher suite begins with a letter; a number of another record's head does not. */
  function isSuite(token: number): boolean {
    if (is(token, ["-"])) return true;
    const start = starts[token]!;
    return (
      isFilled(token) &&
      (KIND[bytes[start]!]! & LETTER) !== 0 &&
      runEnd(bytes, start, ends[token]!, SUITE) === ends[token]
    );
  }

  function isTls(token: number): boolean {
    return is(token, ["-"]) || (isFilled(token) && isTlsVersion(bytes, starts[token]!, ends[token]!));
  }

  /** A user id, then base 64. */
  function isDoubleHostId(token: number): boolean {
    return /^[A-Z0-9]{4,}$/.test(text(token)) && /^[A-Za-z0-9+/=]{20,}$/.test(text(token + 1));
  }

  function text(token: number): string {
    return bytes.toString("latin1", starts[token], ends[token]);
  }

  function put(field: number, token: number): void {
    fields.start[field] = starts[token] ?? -1;
    fields.end[field] = ends[token] ?? -1;
  }
}

/** The place of a field in the tail; of a double host id that of its second token. */
function tokenOf(field: number, { agents, hostIds }: Reading): number {
  return agents + field - VERSION_ID + (field >= HOST_ID ? hostIds - 1 : 0);
}

/** The tokens, each behind one space; `last` is where the last of them ends. */
function tokens(bytes: Uint8Array, at: number, end: number): { starts: number[]; ends: number[]; last: number } {
  const starts: number[] = [];
  const ends: number[] = [];
  let last = at;
  while (last < end && bytes[last] === SPACE) {
    starts.push(last + 1);
    last = runEnd(bytes, last + 1, end, TOKEN);
    ends.push(last);
  }
  return { starts, ends, last };
}

export function holdsTime(bytes: Uint8Array, from: number, end: number): boolean {
  for (
    let at = bytes.indexOf(BRACKET, from);
    at !== -1 && at + TIME_LENGTH <= end;
    at = bytes.indexOf(BRACKET, at + 1)
  ) {
    if (bytes[at - 1] === SPACE && looksLikeTime(bytes, at)) return true;
  }
  return false;
}
