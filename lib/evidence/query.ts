import { decodeOnce } from "./percent.ts";

/** Values by parameter name, names in lower case. No more than two different values are kept: that is contradictory already. */
export type Parameters = ReadonlyMap<string, ReadonlySet<string>>;

/** An escape that is not of an ASCII character, or none at all: no parameter that anybody wants is written so. */
const FOREIGN_ESCAPE = /%(?![0-7][0-9a-f])/i;

/**
 * The wanted query parameters of a logged request line, `GET /bucket/key?name=value HTTP/1.1`, decoded once. Names are
 * compared without regard to case. A value that cannot be decoded stays as it was written. Total and linear: the text is
 * the client's. A line of any other shape than method, target and protocol has no parameters.
 */
export function queryParameters(uri: string | null, wanted: ReadonlySet<string>): Parameters {
  const found = new Map<string, Set<string>>();
  // To find out costs an exception, so a line that repeats such a value must not buy one each time.
  const undecodable = new Set<string>();
  for (const pair of queryOf(uri).split("&")) {
    const end = pair.indexOf("=");
    const name = nameOf(end < 0 ? pair : pair.slice(0, end));
    if (!wanted.has(name)) continue;
    const text = end < 0 ? "" : pair.slice(end + 1);
    const values = found.get(name) ?? new Set();
    found.set(name, values);
    if (values.size > 1) continue;
    const value = undecodable.has(text) ? null : decodeOnce(text);
    if (value === null) undecodable.add(text);
    values.add(value ?? text);
  }
  return found;
}

function nameOf(text: string): string {
  if (!text.includes("%")) return text.toLowerCase();
  return FOREIGN_ESCAPE.test(text) ? "" : decodeURIComponent(text).toLowerCase();
}

function queryOf(uri: string | null): string {
  if (uri === null) return "";
  const first = uri.indexOf(" ");
  const last = uri.lastIndexOf(" ");
  // A target holds no space: with a third one, somebody wrote more than a request line into this field.
  if (first === last || uri.indexOf(" ", first + 1) !== last || !uri.startsWith("HTTP/", last + 1)) return "";
  const start = uri.indexOf("?", first);
  return start < 0 ? "" : uri.slice(start + 1, last);
}
