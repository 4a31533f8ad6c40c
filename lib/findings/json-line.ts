import { UNPRINTABLE } from "../report/printable.ts";

const PLAIN = /^[\x20-\x7e]*$/;

/**
 * A value as JSON on one line, without the line end. JSON lets U+2028, C1 and bidi characters stand; some readers end a
 * line at them and terminals obey them, so they are escaped, and the value reads back unchanged.
 */
export function jsonLine(value: unknown): string {
  const json = JSON.stringify(value);
  return PLAIN.test(json) ? json : json.replace(UNPRINTABLE, escapeUnits);
}

function escapeUnits(character: string): string {
  let escaped = "";
  for (let i = 0; i < character.length; i++) {
    escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
  }
  return escaped;
}
