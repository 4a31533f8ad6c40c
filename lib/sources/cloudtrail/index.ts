import { ANY_ENCRYPTION, COMPLETE, type Facts, PART, PART_COPY, set } from "../../facts.ts";
import type { LogRecord } from "../../record.ts";
import { createHeld } from "../held.ts";
import { MAX_LINE } from "../lines.ts";
import type { Reader, ReaderOptions, Recipient, Source } from "../source.ts";
import { createCounting } from "./counting.ts";
import { createDocumentReader } from "./documents.ts";
import { createEvent, type Event } from "./event.ts";
import { DETAIL, EVENT_SOURCE, KEY } from "./fields.ts";
import { aloneOf, createHistory } from "./history.ts";
import { recognises } from "./recognise.ts";
import { recordOf, settledRecord } from "./record.ts";
import { createRequestReader, type Request } from "./request.ts";
import { createTape, scanObject, type Tape } from "./scan-object.ts";
import { createWindow, type Window } from "./window.ts";

/** AWS CloudTrail's events, of which those of S3 are records; also single events, as EventBridge delivers them. */
export const cloudtrail: Source = {
  id: "cloudtrail",
  recognises,
  open,
};

const S3 = "s3.amazonaws.com";
/** Bytes of the log object within which a record waits for what is listed behind it. */
const WINDOW = 1 << 27;
const OPEN_BRACE = 123;
const NO_SOURCE = "the event has no eventSource, or more than one";

/** What a reader works with: fit for every log object, and dear to make. */
interface Tools {
  window: Window;
  tape: Tape;
  event: Event;
  /** Null where that is not certain. */
  isS3(): boolean | null;
  readRequest(): Request | string;
}

/** Those of the reader that ended last. */
let idle: Tools | null = null;

function createTools(): Tools {
  const window = createWindow(MAX_LINE);
  const tape = createTape();
  const event = createEvent(window, tape);
  const isS3 = event.reading(([source, another]) => (source && another === undefined ? source === S3 : null));
  return {
    window,
    tape,
    event,
    isS3: () => isS3(EVENT_SOURCE),
    readRequest: createRequestReader(event, window),
  };
}

function open(recipient: Recipient, options: ReaderOptions = {}): Reader {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = options;
  const tools = idle ?? createTools();
  idle = null;
  const { window, tape, event, isS3, readRequest } = tools;
  const history = createHistory(window);
  const held = createHeld(WINDOW);
  const counting = createCounting(history, window, recipient.see);
  let passedOver = 0;
  let lastTime: number | null = null;

  const documents = createDocumentReader(window, tape, {
    walk: event.walk,
    object,
    malformed(line) {
      held.reached(line.offset);
      held.inOrder(line.offset, () => recipient.malformed(line));
    },
  });
  return {
    push: documents.push,
    end() {
      documents.end();
      counting.ask();
      history.end();
      held.end();
      counting.end();
      window.clear();
      idle = tools;
    },
    get passedOver() {
      return passedOver;
    },
    get lastTime() {
      return lastTime;
    },
  };

  function object(at: number, end: number, line: number, isWalked: boolean): string | null {
    if (!isWalked) event.turnToTape();
    const start = event.start(EVENT_SOURCE) === 0 ? turnToDetail() : at;
    const isRecord = isS3();
    if (isRecord === null) return NO_SOURCE;
    if (!isWalked && start === at) event.learn(at, end);
    if (isRecord) return read(line, window.offset + start);
    passedOver++;
    return null;
  }

  /** EventBridge's wrapper. */
  function turnToDetail(): number {
    const start = event.start(DETAIL);
    if (start > 0 && window.bytes[start] === OPEN_BRACE) {
      scanObject(window, start, tape, "event");
      event.turnToTape();
    }
    return start;
  }

  function read(line: number, offset: number): string | null {
    const request = readRequest();
    if (typeof request === "string") return request;
    lastTime = request.time;
    held.reached(offset);
    const hash = event.hash(KEY);
    // Also outside of the time range: other events may rest on it.
    history.note(request, hash);
    if (request.time < since || request.time >= until) {
      passedOver++;
      return null;
    }
    if (recipient.wants?.(widest(request)) === false) {
      counting.add(request, hash);
      return null;
    }
    const question = history.question(request, hash);
    const record = recordOf(request, aloneOf(request), line, offset);
    if (question) held.hold(offset, () => tell(settledRecord(record, history.answer(question))));
    else held.inOrder(offset, () => tell(record));
    return null;
  }

  function tell(record: LogRecord): void {
    if (recipient.see(record.facts)) recipient.judge(record);
  }
}

/** All that may be possible of a request in the end: what contradicts the initiate of its upload leaves both possible. */
function widest({ code, own }: Request): Facts {
  return code === PART || code === COMPLETE || code === PART_COPY ? set(own, "target", ANY_ENCRYPTION) : own;
}
