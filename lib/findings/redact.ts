export const REDACTED = "REDACTED";

/**
 * Matched as the end of a name, so that every prefix is covered (X-Amz-, X-Obs-, X-Goog-, AWS, Google, x-amz-copy-source-…).
 * Key digests go too: the MD5 of a key lets a guess be checked.
 */
const NAMES = [
  "sig(?:nature)?",
  "(?:security|session)[-_]?token",
  "credential",
  "access[-_]?(?:key[-_]?)?id",
  "secret[-_]?(?:access[-_]?)?key",
  "(?:customer|encryption)[-_]?key(?:[-_]?(?:md5|sha256))?",
].join("|");

/** `=` of a query, `:` of JSON or a header. Repeats are bounded to keep the search linear on hostile text. */
const SEPARATOR = "[\\\\\"']{0,16}(?:=|\\s{0,4}:\\s{0,4})[\\\\\"']{0,16}";

/** `AWS AKIA…:signature`, the Authorization header of V2 and its look-alikes. */
const AUTHORIZATION = "(?:AWS|OBS|GOOG1)([\\s+]{1,8})(?=[^\\s&\"'<>,;\\\\#:]{1,256}:)";

const SECRET = new RegExp(`(?:${NAMES})(${SEPARATOR})|${AUTHORIZATION}`, "gi");

/** What ends a value; no base64, hex or percent-encoded text holds any of it. */
const ENDS = new Set([..."\"'&<>,;\\#"].map((c) => c.charCodeAt(0)));
const SPACE = 0x20;
const PERCENT = 0x25;

/** Text as it reads with every percent-escape undone, however deep. */
interface Decoded {
  text: string;
  /** Where each character stands in the original, and where that ends. `null`: the text is the original. */
  starts: Int32Array | null;
}

/**
 * Text without the secrets of presigned URLs, of Authorization headers and of customer-key headers, wherever they stand
 * and however often their names are percent-encoded. When in doubt it hides too much. Takes time linear in the text.
 */
export function redact(text: string): string {
  const plain = hide(text, { text, starts: null });
  return plain.includes("%") ? hide(plain, decode(plain)) : plain;
}

function hide(original: string, decoded: Decoded): string {
  let out = "";
  let kept = 0;
  SECRET.lastIndex = 0;
  for (let match = SECRET.exec(decoded.text); match !== null; match = SECRET.exec(decoded.text)) {
    const from = SECRET.lastIndex;
    const to = endOfValue(decoded, from, from - (match[1] ?? match[2]!).length);
    SECRET.lastIndex = to - schemeBefore(decoded.text, from, to);
    if (to === from) continue;
    out += original.slice(kept, startOf(decoded, from)) + REDACTED;
    kept = startOf(decoded, to);
  }
  return out + original.slice(kept);
}

/**
 * Where the value that begins at `from` ends. A mark ends it only if it is encoded no deeper than the separator before it
 * is: in `k=a%26b` the `&` is data, in `k%3Da%26b` it is the end.
 */
function endOfValue(decoded: Decoded, from: number, separator: number): number {
  let depth = Number.POSITIVE_INFINITY;
  for (let i = separator; i < from; i++) depth = Math.min(depth, widthOf(decoded, i));
  let at = from;
  while (at < decoded.text.length) {
    const code = decoded.text.charCodeAt(at);
    if ((code <= SPACE || ENDS.has(code)) && widthOf(decoded, at) <= depth) break;
    at++;
  }
  return at;
}

/** Length of the scheme of an Authorization header that a value ends with: what follows it is another secret. */
function schemeBefore(text: string, from: number, to: number): number {
  return /(?:AWS|OBS|GOOG1)$/i.exec(text.slice(Math.max(from, to - 5), to))?.[0].length ?? 0;
}

function startOf({ starts }: Decoded, i: number): number {
  return starts === null ? i : starts[i]!;
}

/** Characters of the original that character i is written with: 1 as it is, 3 encoded once, 5 twice. */
function widthOf(decoded: Decoded, i: number): number {
  return startOf(decoded, i + 1) - startOf(decoded, i);
}

/** Each `%XX` at the end of what was read becomes one character, which may complete another: `%253D` and `%%33D` are `=`. */
function decode(text: string): Decoded {
  const codes = new Uint16Array(text.length);
  const starts = new Int32Array(text.length + 1);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    codes[n] = text.charCodeAt(i);
    starts[n++] = i;
    while (n >= 3 && codes[n - 3] === PERCENT) {
      const value = hexDigit(codes[n - 2]!) * 16 + hexDigit(codes[n - 1]!);
      if (Number.isNaN(value)) break;
      n -= 2;
      codes[n - 1] = value;
    }
  }
  starts[n] = text.length;
  return { text: Buffer.from(codes.buffer, 0, n * 2).toString("utf16le"), starts };
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}
