import { createEvent, type Event } from "./event.ts";
import { DETAIL, EVENT_SOURCE } from "./fields.ts";
import { createTape, scanObject, type Tape } from "./scan-object.ts";
import { createPage, type MarkedText } from "./text.ts";
import { skipSpace } from "./tokens.ts";

const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const COMMA = 44;
const BOM = Buffer.from("\uFEFF");

/** `ec2.amazonaws.com`; other JSON with `Records` has sources such as `aws:s3`, and digests and Insights have none. */
const AWS_SERVICE = /\.amazonaws\.com(?:\.cn)?$/;

/** The first event is mostly within these. */
const GLANCED = 1 << 14;

/** Whether one of the first events names an AWS service as its source, or there is a `Records` without any event. */
export function recognises(head: Buffer): boolean {
  return isCertain(head.subarray(0, GLANCED)) || (head.length > GLANCED && isCertain(head));
}

function isCertain(head: Buffer): boolean {
  const text = createPage(head.length);
  const { bytes } = text;
  text.mark(0, head.copy(bytes));
  const tape = createTape();
  const event = createEvent(text, tape);

  let at = skipSpace(bytes, bytes.indexOf(BOM) === 0 ? BOM.length : 0);
  if (bytes[at] === OPEN_BRACE) {
    const stop = scanObject(text, at, tape, "document");
    if (!tape.inRecords) return isEvent(text, tape, event);
    at = skipSpace(bytes, stop);
    if (bytes[at] === CLOSE_BRACKET) return true;
  } else if (bytes[at] === OPEN_BRACKET) at = skipSpace(bytes, at + 1);

  while (bytes[at] === OPEN_BRACE) {
    const stop = scanObject(text, at, tape, "event");
    if (isEvent(text, tape, event)) return true;
    if (stop < 0) return false;
    at = skipSpace(bytes, stop);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
  }
  return false;
}

function isEvent(text: MarkedText, tape: Tape, event: Event): boolean {
  event.turnToTape();
  const detail = event.start(DETAIL);
  if (event.start(EVENT_SOURCE) === 0 && text.bytes[detail] === OPEN_BRACE && detail > 0) {
    scanObject(text, detail, tape, "event");
    event.turnToTape();
  }
  return event.values(EVENT_SOURCE).some((source) => AWS_SERVICE.test(source));
}
