import { BRACKET, equals, runEnd, SPACE, SUITE, TOKEN } from "./bytes.ts";
import { FIELDS, type Fields, HOST_ID, SIGNATURE, TLS_VERSION, USER_AGENT, VERSION_ID } from "./fields.ts";
import { looksLikeTime, TIME_LENGTH } from "./time.ts";
import { isTlsVersion } from "./tls.ts";

/** How the tail may be read: how many tokens are a bare User-Agent, and how many the host id. */
const READINGS = [
  { agents: 0, hostIds: 1 },
  { agents: 0, hostIds: 2 },
  { agents: 1, hostIds: 1 },
  { agents: 1, hostIds: 2 },
];

/** The most tokens before and up to the TLS version. */
const LOOKED_AT = 1 + 1 + 2 + (TLS_VERSION - SIGNATURE + 1);

export const RUN_TOGETHER = "two records are run together on one line";

/**
 * Reads what S3 writes after the User-Agent: ` version-id host-id signature cipher auth-type host TLS-version …`. The
 * host id may be two tokens (`AIDA… LzYG…=`), and a bare User-Agent may stand before it all: both shift the signature, so
 * the tail is aligned on what its tokens can be, the plain reading first. Fields after the TLS version are not looked at,
 * except that a time among them is the head of another record.
 *
 * @param at where the space before the tail stands
 * @returns why the tail can't be read for certain, or `null`
 */
export function readTail(
  bytes: Uint8Array,
  at: number,
  end: number,
  fields: Fields,
  agent: "quoted" | "bare" | "either",
): string | null {
  const { starts, ends, fault } = tokens(bytes, at, end);
  if (holdsTime(bytes, at, end)) return RUN_TOGETHER;

  for (const { agents, hostIds } of READINGS) {
    if (agents === 0 ? agent === "bare" : agent === "quoted" || !is(0, ["-"])) continue;
    const signature = agents + 1 + hostIds;
    if (starts.length <= agents || (hostIds === 2 && !isDoubleHostId(agents + 1))) continue;
    if (!is(signature, ["SigV4", "-", "SigV2", "SigV4A"]) || !is(signature + 2, ["AuthHeader", "-", "QueryString"]))
      continue;
    if (!isSuite(signature + 1) || !isTls(signature + 4)) continue;
    if (fault && starts.length <= signature + 4) return fault;

    if (agents === 1) put(USER_AGENT, 0);
    put(VERSION_ID, agents);
    put(HOST_ID, agents + hostIds);
    for (let field = SIGNATURE; field < FIELDS; field++) put(field, signature + field - SIGNATURE);
    return null;
  }
  if (fault) return fault;
  return starts.length <= 1
    ? "the line is cut short after the User-Agent"
    : "signature version, cipher suite, authentication type and TLS version are not in their places";

  /** A token that the line is too short to have is anything. */
  function is(i: number, texts: string[]): boolean {
    return i >= starts.length || texts.some((text) => equals(bytes, starts[i]!, ends[i]!, text));
  }

  function isSuite(i: number): boolean {
    return i >= starts.length || runEnd(bytes, starts[i]!, ends[i]!, SUITE) === ends[i];
  }

  function isTls(i: number): boolean {
    return is(i, ["-"]) || isTlsVersion(bytes, starts[i]!, ends[i]!);
  }

  /** A user id, then base 64, then a signature or a base 64 that is too long to be a cut one. */
  function isDoubleHostId(i: number): boolean {
    if (i + 1 >= starts.length || !/^[A-Z0-9]{4,}$/.test(text(i))) return false;
    return i + 2 < starts.length || /^[A-Za-z0-9+/=]{20,}$/.test(text(i + 1));
  }

  function text(i: number): string {
    return String.fromCharCode(...bytes.subarray(starts[i]!, ends[i]!));
  }

  function put(field: number, token: number): void {
    fields.start[field] = starts[token] ?? -1;
    fields.end[field] = ends[token] ?? -1;
  }
}

function tokens(
  bytes: Uint8Array,
  at: number,
  end: number,
): { starts: number[]; ends: number[]; fault: string | null } {
  const starts: number[] = [];
  const ends: number[] = [];
  let next = at;
  while (next < end && starts.length < LOOKED_AT) {
    if (bytes[next] !== SPACE) return { starts, ends, fault: "a quote or a control byte stands where only S3 writes" };
    const to = runEnd(bytes, next + 1, end, TOKEN);
    if (to === next + 1) return { starts, ends, fault: "a field after the User-Agent is empty" };
    starts.push(next + 1);
    ends.push(to);
    next = to;
  }
  return { starts, ends, fault: null };
}

function holdsTime(bytes: Uint8Array, from: number, end: number): boolean {
  for (
    let at = bytes.indexOf(BRACKET, from);
    at !== -1 && at + TIME_LENGTH <= end;
    at = bytes.indexOf(BRACKET, at + 1)
  ) {
    if (bytes[at - 1] === SPACE && looksLikeTime(bytes, at)) return true;
  }
  return false;
}
