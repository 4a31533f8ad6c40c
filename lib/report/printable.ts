/** Controls (C0, C1, DEL), bidi and zero-width characters, lone surrogates, unassigned and private code points, line separators. */
export const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Text that a terminal shows as it is, on one line: whatever could move, hide or reorder it stands as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
