import { interfaceCode, OFF_NETWORK } from "../../facts.ts";
import type { LogRecord } from "../../record.ts";
import { formatOfAccessLog } from "../access-log-format.ts";
import { createLineSplitter, KEPT, MAX_LINE, TOO_LONG } from "../lines.ts";
import { CR, LF } from "../s3-access-log/bytes.ts";
import { createFields, TIME } from "../s3-access-log/fields.ts";
import { COPY_READ_HALVES } from "../s3-access-log/record-facts.ts";
import { timeAt } from "../s3-access-log/time.ts";
import type { CopyHalf, Reader, ReaderOptions, Recipient, Source } from "../source.ts";
import { readLine } from "./line.ts";
import { lineFacts, recordOf } from "./record.ts";

/**
 * Access logs of Huawei Cloud OBS and its sisters: text, one record a line, 19 fields and more. Source: OBS User Guide,
 * "Logging Overview". They tell no transport and no encryption, and the signature only of presigned requests.
 */
export const obsAccessLog: Source = {
  id: "obs-access-log",
  recognises: (head) => formatOfAccessLog(head) === "obs",
  open,
};

function open(recipient: Recipient, options: ReaderOptions = {}): Reader {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, onCopyHalf } = options;
  const fields = createFields();
  let line = 0;
  let passedOver = 0;
  let lastTime: number | null = null;

  const splitter = createLineSplitter({
    lines(bytes, from, to, offset) {
      for (let at = from; at < to; ) {
        const lf = bytes.indexOf(LF, at);
        line++;
        read(bytes, at, lf > at && bytes[lf - 1] === CR ? lf - 1 : lf, offset + at - from);
        at = lf + 1;
      }
    },
    malformed(start, length, offset, reason) {
      line++;
      reject(start, length, offset, reason);
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

  function read(bytes: Buffer, at: number, end: number, offset: number): void {
    const versions = end - at > MAX_LINE ? TOO_LONG : readLine(bytes, at, end, fields);
    if (typeof versions === "string") {
      reject(bytes.subarray(at, end), end - at, offset, versions);
      return;
    }
    const time = timeAt(bytes, fields.start[TIME]!);
    lastTime = time;
    if (time < since || time >= until) {
      passedOver++;
      return;
    }
    const whole = () => recordOf(bytes, fields, versions, line, offset);
    const { facts } = lineFacts(bytes, fields);
    // A copy's read half is one of the few records that no request of their own made.
    if (onCopyHalf && interfaceCode(facts) === OFF_NETWORK) offerCopyHalf(whole(), onCopyHalf);
    if (recipient.see(facts)) recipient.judge(whole());
  }

  function reject(start: Buffer, bytes: number, offset: number, reason: string): void {
    recipient.malformed({ line, offset, bytes, reason, text: start.toString("utf8", 0, KEPT) });
  }
}

function offerCopyHalf(record: LogRecord, onCopyHalf: (half: CopyHalf) => void): void {
  const { operation, requestId, bucket, key, versionId, time } = record;
  if (COPY_READ_HALVES.includes(operation) && key !== null) onCopyHalf({ requestId, bucket, key, versionId, time });
}
