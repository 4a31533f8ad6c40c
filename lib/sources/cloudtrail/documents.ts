import type { Malformed } from "../../record.ts";
import { KEPT, MAX_LINE } from "../lines.ts";
import { endOf, type Finder, resume, type Unit } from "./resume.ts";
import { type Scanned, scanObject, type Tape } from "./scan-object.ts";
import { skipSpace } from "./tokens.ts";
import { STEP, type Window } from "./window.ts";

export interface Taker {
  /** Goes over the event at `at` of the window, if its shape is known; gives the place behind it, or 0. */
  walk(at: number): number;
  /** An object from `at` to `end` of the window, walked over or its members on the tape. Gives the reason if it can't be read. */
  object(at: number, end: number, line: number, isWalked: boolean): string | null;
  malformed(line: Malformed): void;
}

export interface DocumentReader {
  push(chunk: Buffer): void;
  end(): void;
}

/** Where the reader is: between documents, in an array of events, or behind one, in the object around it. */
type Place = "between" | "events" | "rest";

/** What is dropped although it is longer than the window. */
interface Overlong extends Malformed {
  finder: Finder;
}

const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const COMMA = 44;
const LF = 10;
const BOM = Buffer.from("\uFEFF");

const CUT = "the log object ends here, in the midst of its events";
const TOO_LONG = `the event is longer than ${MAX_LINE} bytes`;
const NO_OBJECT = "an event was expected here, which is a JSON object";

/**
 * Takes the objects out of a log object that holds one document or several: `{"Records":[…]}`, an array, or an object. The
 * window must hold {@link MAX_LINE} bytes. What breaks is given as malformed up to the next sure sign of an event.
 */
export function createDocumentReader(window: Window, tape: Tape, taker: Taker): DocumentReader {
  const { bytes } = window;
  let place: Place = "between";
  let placeBehindEvents: Place = "between";
  /** Events of arrays so far, and line ends between documents and in those that are one event. */
  let events = 0;
  let lineEnds = 0;
  let overlong: Overlong | null = null;
  /** Bytes that were too few to go on with. */
  let tooFew = 0;

  return {
    push(chunk) {
      for (let at = 0; at < chunk.length; at += STEP) {
        window.add(chunk.subarray(at, at + STEP));
        // To look again only when there is twice as much keeps the work linear.
        const enough = Math.min(tooFew * 2, tooFew + STEP, MAX_LINE + 1);
        if (window.end - window.at >= enough) read(false);
      }
    },
    end: () => read(true),
  };

  function read(isLast: boolean): void {
    window.mark(window.at, window.end);
    while (step(isLast));
    tooFew = window.end - window.at;
  }

  /** Takes the next thing; false if that needs more bytes. */
  function step(isLast: boolean): boolean {
    if (overlong) return drop(overlong, isLast);
    if (place === "rest") return scan("rest", isLast);
    skipBetween();
    if (window.at === window.end) {
      if (isLast && place === "events") cut(CUT);
      return false;
    }
    const c = bytes[window.at]!;
    if (c === OPEN_BRACE) return scan(place === "events" ? "event" : "document", isLast);
    if (place === "events" && c === CLOSE_BRACKET) {
      window.at++;
      place = placeBehindEvents;
      return true;
    }
    if (place === "between" && c === OPEN_BRACKET) {
      enterEvents(window.at + 1, "between");
      return true;
    }
    return giveUp(place === "events" ? "event" : "line", window.at, NO_OBJECT, isLast);
  }

  function skipBetween(): void {
    const isStart = window.offset + window.at === 0;
    let at = isStart && bytes.compare(BOM, 0, BOM.length, 0, BOM.length) === 0 ? BOM.length : window.at;
    at = skipSpace(bytes, at);
    while (place === "events" && bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    advance(at);
  }

  function scan(scanned: Scanned, isLast: boolean): boolean {
    const { at, end } = window;
    const walked = scanned === "event" ? taker.walk(at) : 0;
    const result = walked || scanObject(window, at, tape, scanned);
    const stop = result < 0 ? ~result : result;
    if (stop - at > MAX_LINE) return startDropping(scanned, TOO_LONG);
    if (result < 0 && stop >= end) return isLast && cut(CUT);
    if (result < 0) return giveUp(scanned, stop, `byte ${window.offset + stop} of the log object fits no JSON`, isLast);
    if (walked === 0 && tape.inRecords) enterEvents(stop, "rest");
    else if (scanned === "rest") enterDocument(stop);
    else {
      const line = nextLine();
      const fault = taker.object(at, stop, line, walked !== 0);
      if (fault !== null) report(line, stop, fault);
      advance(stop);
    }
    return true;
  }

  /** Rejects what breaks at `broken`, up to where reading can go on for certain. */
  function giveUp(unit: Unit, broken: number, reason: string, isLast: boolean): boolean {
    const { at } = window;
    const end = Math.min(window.end, at + MAX_LINE);
    const { next, isEvent } = resume(unit, bytes, at, broken, end);
    if (next < 0) return window.end > end ? startDropping(unit, reason) : isLast && cut(reason);
    if (next > at) reject(next, reason);
    if (isEvent) place = "events";
    else if (unit === "rest") place = "between";
    return true;
  }

  function startDropping(unit: Unit, reason: string): boolean {
    const { at, offset } = window;
    const text = bytes.toString("utf8", at, at + KEPT);
    overlong = { line: nextLine(), offset: offset + at, bytes: 0, reason, text, finder: endOf(unit, bytes[at]!) };
    if (unit === "rest") place = "between";
    return true;
  }

  function drop({ finder, ...line }: Overlong, isLast: boolean): boolean {
    const stop = finder.find(bytes, window.at, window.end);
    line.bytes += (stop < 0 ? window.end : stop) - window.at;
    advance(stop < 0 ? window.end : stop);
    overlong = stop < 0 && !isLast ? { finder, ...line } : null;
    if (overlong) return false;
    taker.malformed(line);
    if (stop < 0) place = "between";
    return true;
  }

  /** The log object ends before what it is at does. */
  function cut(reason: string): false {
    reject(window.end, reason);
    place = "between";
    return false;
  }

  function reject(stop: number, reason: string): void {
    report(nextLine(), stop, reason);
    advance(stop);
  }

  function report(line: number, stop: number, reason: string): void {
    const { at, offset } = window;
    const text = bytes.toString("utf8", at, Math.min(stop, at + KEPT));
    taker.malformed({ line, offset: offset + at, bytes: stop - at, reason, text });
  }

  function enterEvents(at: number, behind: Place): void {
    advance(at);
    place = "events";
    placeBehindEvents = behind;
  }

  function enterDocument(at: number): void {
    window.at = at;
    place = "between";
  }

  /** The next place in the array, or the line between documents. */
  function nextLine(): number {
    return place === "between" ? lineEnds + 1 : ++events;
  }

  function advance(to: number): void {
    if (place === "between") {
      for (let lf = bytes.indexOf(LF, window.at); lf >= 0 && lf < to; lf = bytes.indexOf(LF, lf + 1)) lineEnds++;
    }
    window.at = to;
  }
}
