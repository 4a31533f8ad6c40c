import type { Facts } from "../../facts.ts";
import type { LogRecord } from "../../record.ts";
import { formatOfAccessLog } from "../access-log-format.ts";
import { createLineSplitter, KEPT, MAX_LINE, TOO_LONG } from "../lines.ts";
import type { Reader, ReaderOptions, Recipient, Source } from "../source.ts";
import { CR, LF } from "./bytes.ts";
import { decodeRecord } from "./decode.ts";
import { createFields } from "./fields.ts";
import { createHotReader, type HotReader } from "./hot.ts";
import { readLine } from "./line.ts";
import { COPY_READ_HALVES } from "./record-facts.ts";

/** Amazon S3 server access logs: text, one record a line, 18 to 27 fields. */
export const s3AccessLog: Source = {
  id: "s3-access-log",
  recognises: (head) => formatOfAccessLog(head) === "s3",
  open,
};

/** One for all log objects that a thread reads: what it keeps from line to line holds for any log, and lines() lends it to none. */
let shared: HotReader | undefined;

function open(recipient: Recipient, options: ReaderOptions = {}): Reader {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, onCopyHalf } = options;
  const isTimed = options.since !== undefined || options.until !== undefined;
  const wants = isTimed ? wantsOf : recipient.see;
  shared ??= createHotReader();
  const hot = shared;
  const fields = createFields();
  let line = 0;
  let passedOver = 0;
  let lastTime: number | null = null;

  const splitter = createLineSplitter({
    lines(bytes, from, to, offset) {
      let window = from;
      while (window < to) {
        const next = hot.load(bytes, window, to);
        if (next === window) {
          const end = bytes.indexOf(LF, window);
          readCarefully(bytes, window, end, ++line, offset + window - from);
          window = end + 1;
          continue;
        }
        while (hot.next(wants)) {
          const at = window + hot.start;
          const end = window + hot.end;
          const lineOffset = offset + at - from;
          if (!hot.isPlain) readCarefully(bytes, at, end, line + hot.lines, lineOffset);
          else recipient.judge(decode(bytes, at, end, line + hot.lines, lineOffset));
        }
        if (hot.isPlain) lastTime = hot.time();
        line += hot.lines;
        window = next;
      }
    },
    malformed(start, length, offset, reason) {
      reject(start, length, ++line, offset, reason);
    },
  });
  return {
    push: splitter.push,
    end: splitter.end,
    get passedOver() {
      return passedOver;
    },
    get lastTime() {
      return lastTime;
    },
  };

  /** What the recipient wants, among the lines that are asked for. */
  function wantsOf(facts: Facts): boolean {
    if (!isOutside(hot.time())) return recipient.see(facts);
    passedOver++;
    return false;
  }

  function readCarefully(bytes: Buffer, at: number, lf: number, line: number, offset: number): void {
    const end = lf > at && bytes[lf - 1] === CR ? lf - 1 : lf;
    const fault = end - at > MAX_LINE ? TOO_LONG : readLine(bytes, at, end, fields);
    if (fault !== null) {
      reject(bytes.subarray(at, end), end - at, line, offset, fault);
      return;
    }
    const record = decodeRecord(bytes, fields, line, offset);
    lastTime = record.time;
    if (isOutside(record.time)) {
      passedOver++;
      return;
    }
    if (COPY_READ_HALVES.includes(record.operation) && record.key !== null) {
      const { requestId, bucket, key, versionId, time } = record;
      onCopyHalf?.({ requestId, bucket, key, versionId, time });
    }
    if (recipient.see(record.facts)) recipient.judge(record);
  }

  /** The record of a line that the hot path has read, and which therefore has no fault. */
  function decode(bytes: Buffer, at: number, lf: number, line: number, offset: number): LogRecord {
    readLine(bytes, at, lf, fields);
    return decodeRecord(bytes, fields, line, offset);
  }

  function reject(start: Buffer, bytes: number, line: number, offset: number, reason: string): void {
    recipient.malformed({ line, offset, bytes, reason, text: start.toString("utf8", 0, KEPT) });
  }

  function isOutside(time: number): boolean {
    return time < since || time >= until;
  }
}
