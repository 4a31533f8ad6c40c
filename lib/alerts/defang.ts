import { printable } from "../report/printable.ts";

/**
 * What mail programs make a link of: an address, `www.`, a scheme other than that of our own places. All of them within words,
 * too: a line may be broken there.
 */
const LINK = /(?<!\bs3):\/\/|www\.|@/gi;

/** Text of a log for people who read it as mail: nothing in it is hidden, reordered, or made a link that a client chose. */
export function defang(text: string): string {
  return printable(text).replace(LINK, (mark) => mark.replace(/[:.@]/, "[$&]"));
}
