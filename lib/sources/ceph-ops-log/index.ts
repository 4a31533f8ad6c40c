import { createHeld } from "../held.ts";
import { createLineSplitter, KEPT, MAX_LINE, TOO_LONG } from "../lines.ts";
import type { Reader, ReaderOptions, Recipient, Source } from "../source.ts";
import type { Details, Entry } from "./entry.ts";
import { createHistory } from "./history.ts";
import { createHotReader } from "./hot.ts";
import { ownFacts } from "./own-facts.ts";
import { parseEntry } from "./parse.ts";
import { recognises } from "./recognise.ts";
import { recordOf } from "./record.ts";
import { requestOf } from "./request.ts";
import { objectStarts } from "./run-together.ts";

/** The ops log of Ceph's object gateway as a file: JSON, one record a line or, written at once, several. */
export const cephOpsLog: Source = {
  id: "ceph-ops-log",
  recognises,
  open,
};

/** Bytes of the log within which a record waits for writes that ended later: thousands of requests. */
const WINDOW = 1 << 24;
const LF = 0x0a;
const CR = 0x0d;

function open(recipient: Recipient, options: ReaderOptions = {}): Reader {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = options;
  const hot = createHotReader();
  const history = createHistory();
  const held = createHeld(WINDOW);
  let line = 0;
  let passedOver = 0;
  let lastTime: number | null = null;

  const splitter = createLineSplitter({
    lines(bytes, from, to, offset) {
      let window = from;
      while (window < to) {
        const next = hot.load(bytes, window, to);
        if (next === window) {
          const lf = bytes.indexOf(LF, window);
          line++;
          read(null, bytes, window, lf, offset + window - from);
          window = lf + 1;
          continue;
        }
        while (hot.end + 1 < next - window) {
          const entry = hot.next();
          if (hot.beginsLine) line++;
          const at = window + hot.start;
          read(entry, bytes, at, window + hot.end, offset + at - from);
        }
        window = next;
      }
    },
    malformed(start, length, offset, reason) {
      line++;
      reject(start, length, offset, reason);
    },
  });
  return {
    push: splitter.push,
    // JSON is whole or it is not, so that a line that is cut tells.
    end() {
      splitter.end();
      held.end();
    },
    get passedOver() {
      return passedOver;
    },
    get lastTime() {
      return lastTime;
    },
  };

  /** @param plain what the hot path has read from `at` to `end` */
  function read(plain: Entry | null, bytes: Buffer, at: number, end: number, offset: number): void {
    if (plain) {
      take(plain, bytes, at, end, offset);
      return;
    }
    const entry = parse(bytes, at, end);
    const starts = typeof entry === "string" && entry !== TOO_LONG ? objectStarts(bytes, at, end) : [at];
    if (starts.length === 1) {
      take(entry, bytes, at, end, offset);
      return;
    }
    for (const [i, start] of starts.entries()) {
      const next = starts[i + 1] ?? end;
      take(parse(bytes, start, next), bytes, start, next, offset + start - at);
    }
  }

  /** @param entry a text says what is wrong with it */
  function take(entry: Entry | string, bytes: Buffer, at: number, end: number, offset: number): void {
    if (typeof entry === "string") {
      const start = lineOf(bytes, at, end);
      reject(start, start.length, offset, entry);
      return;
    }
    lastTime = entry.time;
    held.reached(offset);
    const request = requestOf(entry);
    const own = ownFacts(request);
    const settled = history.settle(request, own);
    // Also outside of the time range: later records may rest on it.
    history.note(request, settled.facts);
    if (entry.time < since || entry.time >= until) {
      passedOver++;
      return;
    }
    const watch = history.watch(request, settled);
    const doubted = watch && history.withoutWrites(request, own);
    const inTheEnd = () => (doubted && watch.end() ? doubted : settled);
    // Where the record and what came before it contradict each other, both stay possible.
    if (recipient.wants?.(own | settled.facts) === false) {
      if (watch === null) recipient.see(settled.facts);
      else held.hold(offset, () => recipient.see(inTheEnd().facts));
      return;
    }
    // What the hot path reads, parseEntry reads too.
    const details = parse(bytes, at, end) as Details;
    const place = line;
    function tell(): void {
      const known = inTheEnd();
      if (recipient.see(known.facts)) recipient.judge(recordOf(request, details, known, place, offset));
    }
    if (watch === null) held.inOrder(offset, tell);
    else held.hold(offset, tell);
  }

  function reject(start: Buffer, bytes: number, offset: number, reason: string): void {
    held.reached(offset);
    const malformed = { line, offset, bytes, reason, text: start.toString("utf8", 0, KEPT) };
    held.inOrder(offset, () => recipient.malformed(malformed));
  }
}

function parse(bytes: Buffer, at: number, end: number): (Entry & Details) | string {
  const line = lineOf(bytes, at, end);
  return line.length > MAX_LINE ? TOO_LONG : parseEntry(line.toString());
}

function lineOf(bytes: Buffer, at: number, end: number): Buffer {
  return bytes.subarray(at, end > at && bytes[end - 1] === CR ? end - 1 : end);
}
