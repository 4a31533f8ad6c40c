const QUOTE = 34;
const BACKSLASH = 92;

/** JSON's white space, and no more. */
export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let c = bytes[at]; c === 32 || c === 10 || c === 13 || c === 9; ) c = bytes[++at];
  return at;
}

/** From behind the backslash to behind the escape; `~place` of what fits none. */
export function skipEscape(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case QUOTE:
    case BACKSLASH:
    case 47: // /
    case 98: // b
    case 102: // f
    case 110: // n
    case 114: // r
    case 116: // t
      return at + 1;
    case 117: // u
      for (let digit = at + 1; digit <= at + 4; digit++) if (!isHexDigit(bytes[digit]!)) return ~digit;
      return at + 5;
    default:
      return ~at;
  }
}

/** By their first letters. */
const LITERALS: Buffer[] = [];
for (const literal of ["true", "false", "null"]) LITERALS[literal.charCodeAt(0)] = Buffer.from(literal);

export function isNumberStart(c: number): boolean {
  return c === 45 || isDigit(c);
}

/** From a number or literal to behind it; `~place` of what fits none. */
export function skipScalar(bytes: Uint8Array, from: number): number {
  let at = from;
  if (bytes[at] === 45) at++;
  else if (!isDigit(bytes[at]!)) return skipLiteral(bytes, at);
  at = bytes[at] === 48 ? at + 1 : skipDigits(bytes, at);
  if (at >= 0 && bytes[at] === 46) at = skipDigits(bytes, at + 1);
  if (at < 0 || (bytes[at]! | 0x20) !== 101) return at;
  at++;
  if (bytes[at] === 43 || bytes[at] === 45) at++;
  return skipDigits(bytes, at);
}

function skipLiteral(bytes: Uint8Array, at: number): number {
  const literal = LITERALS[bytes[at]!];
  if (literal === undefined) return ~at;
  for (let i = 1; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return ~(at + i);
  return at + literal.length;
}

/** One digit at least. */
function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at]!)) at++;
  return at === from ? ~at : at;
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isHexDigit(c: number): boolean {
  return isDigit(c) || ((c | 0x20) >= 97 && (c | 0x20) <= 102);
}
