import { type Facts, OTHER, openEncryption, UNSIGNED, V2, V4 } from "../../facts.ts";
import { createStructure, WINDOW } from "../structure.ts";
import { createVocabulary } from "../vocabulary.ts";
import { BRACKET, COLON, DASH, DIGIT, IP, KIND, LETTER, LF, OP, QUOTE, SPACE } from "./bytes.ts";
import { COPY_READ_HALVES, OPERATIONS } from "./record-facts.ts";
import { TIME_LENGTH, timeAt } from "./time.ts";
import { transportOf } from "./tls.ts";

/**
 * The hot path: reads lines of the plain shape, which nearly all are: no quote inside the Referer, one host id, a cipher
 * suite, a TLS version, no read half of a copy. It goes from one structural byte to the next; between two of them is
 * a token by definition. All else, any fault and any doubt is left to the careful reader, and a property test holds the
 * two to the same facts on every line that this one takes.
 */
export interface HotReader {
  /**
   * Looks ahead over whole lines, as many as fit a window. Returns where the last of them ends; `from` if not one line fits.
   */
  load(bytes: Buffer, from: number, to: number): number;
  /**
   * Goes to the window's next line that is not plain, or whose facts `wants` a look at; false if there is none. The loop is here,
   * where it is compiled once: what `open` makes for each log object is compiled anew for some.
   */
  next(wants: (facts: Facts) => boolean): boolean;
  /** Lines of the window so far. */
  lines: number;
  /** The line read last, from its first byte to its LF, counted from the window's start. */
  start: number;
  end: number;
  /** If not, only its place is known. */
  isPlain: boolean;
  facts: Facts;
  /** Its time in ms since 1970. */
  time(): number;
}

/** `HTTP/1.1"` stands after the target of a request line. */
const [HTTP, SLASH_1_1] = [word("HTTP"), word("/1.1")];
/** Lines of one log object mostly share `[06/Feb/2026:00:` with the line before. */
const HOUR = 16;
const [UTC_START, UTC_END] = [word(" +00"), word("00] ")];

export function createHotReader(): HotReader {
  const { bytes: b, at, load } = createStructure();
  const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  const operations = createVocabulary(b, operationOf);
  const signed = createVocabulary(b, signatureOf);
  const versions = createVocabulary(b, (name) => (/^TLS[vV]1\.[0-3]$/.test(name) ? transportOf(name) : undefined));
  const hour = new DataView(new ArrayBuffer(HOUR));
  let count = 0;
  /** Index into `at` of the line's first structural byte. */
  let i = 0;
  let timeStart = 0;

  const reader: HotReader = {
    load(bytes, from, to) {
      const limit = to - from > WINDOW ? bytes.lastIndexOf(LF, from + WINDOW - 1) + 1 : to;
      count = limit > from ? load(bytes, from, limit) : 0;
      i = 0;
      reader.lines = 0;
      reader.end = -1;
      return Math.max(limit, from);
    },
    next(wants) {
      while (i < count) {
        readNext();
        if (!reader.isPlain || wants(reader.facts)) return true;
      }
      return false;
    },
    lines: 0,
    start: 0,
    end: -1,
    isPlain: false,
    facts: 0,
    time: () => timeAt(b, timeStart),
  };
  return reader;

  function readNext(): void {
    reader.lines++;
    reader.start = reader.end + 1;
    const first = i;
    reader.isPlain = readPlain(reader.start);
    if (!reader.isPlain) i = first;
    while (b[at[i]!] !== LF) i++;
    reader.end = at[i++]!;
  }

  /** Whether `tokens` tokens, each with a space after it, begin at `from`; the first space is structural byte number `k`. */
  function areTokens(from: number, k: number, tokens: number): boolean {
    let before = from - 1;
    let others = 0;
    for (let j = k; j < k + tokens; j++) {
      const space = at[j]!;
      if (space === before + 1) return false;
      others |= b[space]! ^ SPACE;
      before = space;
    }
    return others === 0;
  }

  /** Reads the line at `start`. Leaves `i` somewhere on the line. */
  function readPlain(start: number): boolean {
    // A plain line has 23 spaces, two quotes and its LF at least.
    if (i + 26 > count) return false;

    // Owner, bucket, time (a space inside), IP, requester, request id, operation, key.
    if (!areTokens(start, i, 9)) return false;
    timeStart = at[i + 1]! + 1;
    const ip = at[i + 4]!;
    const requester = at[i + 5]!;
    const operation = at[i + 7]!;
    const key = at[i + 8]!;
    if (at[i + 3] !== timeStart + TIME_LENGTH || !isTime(timeStart)) return false;
    if (!isAll(IP, timeStart + TIME_LENGTH + 1, ip) && !isDash(timeStart + TIME_LENGTH + 1, ip)) return false;
    const op = operations.find(at[i + 6]! + 1, operation);
    if (op === undefined) return false;

    // "METHOD target HTTP/1.1"
    const target = at[i + 11]!;
    const uri = target + 10;
    if (at[i + 9] !== key + 1 || b[key + 1] !== QUOTE || !areTokens(key + 2, i + 10, 2)) return false;
    if (!isAll(LETTER, key + 2, at[i + 10]!)) return false;
    if (view.getInt32(target + 1) !== HTTP || view.getInt32(target + 5) !== SLASH_1_1) return false;
    if (at[i + 12] !== uri - 1 || b[uri - 1] !== QUOTE || at[i + 13] !== uri || b[uri] !== SPACE) return false;

    // Status, error code, and four numbers.
    if (!areTokens(uri + 1, i + 14, 6)) return false;
    const error = at[i + 14]! + 1;
    if (!isDash(uri + 1, error - 1) && (error !== uri + 5 || !isAll(DIGIT, uri + 1, error - 1))) return false;
    if (!isDash(error, at[i + 15]!) && !isAll(OP, error, at[i + 15]!)) return false;
    for (let j = i + 15; j < i + 19; j++) {
      if (!isDash(at[j]! + 1, at[j + 1]!) && !isAll(DIGIT, at[j]! + 1, at[j + 1]!)) return false;
    }

    i += 20;
    if (!(skipDash() || skipReferer()) || !(skipDash() || skipUserAgent())) return false;

    // Version id, host id, signature, cipher, authentication type, host; then the TLS version, which may end the line.
    const versionId = at[i - 1]! + 1;
    if (b[versionId] === BRACKET || !areTokens(versionId, i, 6)) return false;
    const signature = signed.find(at[i + 1]! + 1, at[i + 4]!);
    const transport = versions.find(at[i + 5]! + 1, at[i + 6]!);
    if (signature === undefined || transport === undefined) return false;

    i += 6;
    let end = b[at[i]!]!;
    while (end === SPACE) {
      if (b[at[i]! + 1] === BRACKET) return false;
      end = b[at[++i]!]!;
    }
    if (end !== LF) return false;
    const bits = signature !== 0 ? signature : isDash(ip + 1, requester) ? UNSIGNED : V2 | V4;
    reader.facts = openEncryption(op, transport, bits);
    return true;
  }

  /** A bare `-` and the space after it. Like all that skips, it begins behind a space and leaves `i` behind the next. */
  function skipDash(): boolean {
    const from = at[i - 1]! + 1;
    if (b[from] !== DASH || at[i] !== from + 1 || b[from + 1] !== SPACE) return false;
    i++;
    return true;
  }

  /** A quoted field without a quote inside. */
  function skipReferer(): boolean {
    if (!isQuoteAt(i)) return false;
    do i++;
    while (b[at[i]!]! !== QUOTE && b[at[i]!] !== LF);
    return endQuoted(i);
  }

  /** A quoted field that ends with the last quote of the line. With quotes inside it may be a second record: not if no token begins with a bracket. */
  function skipUserAgent(): boolean {
    if (!isQuoteAt(i)) return false;
    let last = i;
    let brackets = 0;
    let quotes = 0;
    let j = i + 1;
    for (; b[at[j]!] !== LF; j++) {
      if (b[at[j]!] === QUOTE) {
        last = j;
        quotes++;
      } else if (b[at[j]! + 1] === BRACKET) brackets++;
    }
    return (quotes === 1 || brackets === 0) && last > i && endQuoted(last);
  }

  function isQuoteAt(j: number): boolean {
    return at[j] === at[j - 1]! + 1 && b[at[j]!] === QUOTE;
  }

  /** Goes behind the quote at `j` and the space that must follow. */
  function endQuoted(j: number): boolean {
    i = j + 2;
    return b[at[j]!] === QUOTE && at[j + 1] === at[j]! + 1 && b[at[j + 1]!] === SPACE;
  }

  function isTime(from: number): boolean {
    for (let j = 0; j < HOUR; j += 4) if (view.getInt32(from + j) !== hour.getInt32(j)) return learnHour(from);
    return (
      isSixty(from + HOUR) &&
      b[from + 18] === COLON &&
      isSixty(from + 19) &&
      view.getInt32(from + 21) === UTC_START &&
      view.getInt32(from + 25) === UTC_END
    );
  }

  function isSixty(from: number): boolean {
    const tens = b[from]!;
    return tens >= 0x30 && tens <= 0x35 && (KIND[b[from + 1]!]! & DIGIT) !== 0;
  }

  function learnHour(from: number): boolean {
    if (Number.isNaN(timeAt(b, from))) return false;
    for (let j = 0; j < HOUR; j += 4) hour.setInt32(j, view.getInt32(from + j));
    return true;
  }

  function isAll(kind: number, from: number, to: number): boolean {
    for (let j = from; j < to; j++) if (!(KIND[b[j]!]! & kind)) return false;
    return true;
  }

  function isDash(from: number, to: number): boolean {
    return to === from + 1 && b[from] === DASH;
  }
}

/** The interface. Read halves of copies are few, and more is asked of them than to be counted. */
function operationOf(name: string): number | undefined {
  if (!/^[A-Z0-9]+\.[A-Za-z0-9_.]+$/.test(name) || COPY_READ_HALVES.includes(name)) return undefined;
  return OPERATIONS[name] ?? OTHER;
}

/** The bits of `SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader`; 0 where the signature is `-` and the requester decides. */
function signatureOf(words: string): number | undefined {
  const [, version] = /^(SigV[24]|-) [A-Z][A-Z0-9_-]* (?:AuthHeader|QueryString|-)$/.exec(words) ?? [];
  return version === undefined ? undefined : version === "-" ? 0 : version === "SigV2" ? V2 : V4;
}

/** Four letters as the big-endian number that a DataView reads. */
function word(text: string): number {
  return Buffer.from(text).readInt32BE(0);
}
