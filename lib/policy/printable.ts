/** Controls, bidi and other format characters, lone surrogates, unassigned and private code points, line separators. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Text that a terminal shows as it is: whatever could move, hide or reorder it stands as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
