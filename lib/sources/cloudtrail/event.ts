import { createVocabulary } from "../vocabulary.ts";
import {
  ALL_KEYS,
  EVENT_SOURCE,
  FIELDS,
  FIRST_RARE,
  type Field,
  fieldOf,
  find,
  type Keys,
  membersUnder,
  NO_KEYS,
  quoted,
  USUAL_KEYS,
} from "./fields.ts";
import { KEY_END, MEMBER, type Tape, type Text, VALUE_END, VALUE_START } from "./scan-object.ts";

/** The wanted members of one event. */
export interface Event {
  /** Turns to the event whose members are on the tape. */
  turnTo(tape: Tape): void;
  /**
   * Every different value of a member, which may be an array, or stand there twice. Numbers and objects are given as their
   * text; `null` is no value.
   */
  values(field: Field): readonly string[];
  /** Those that say something: neither empty nor `-`. */
  said(field: Field): readonly string[];
  /** The value, if there is exactly one and it is not empty. */
  only(field: Field): string | null;
  /** Makes a function that gives what a member's values mean, and knows those again that it has met. */
  reading<T>(meaning: (values: readonly string[]) => T): (field: Field) => T;
  /** A member's value as JSON.parse reads it; undefined if it is not there. */
  json(field: Field): unknown;
  /** Where the value of a member starts; 0 if it is not there. */
  start(field: Field): number;
  /** Where it ends; 0 also if some member stands there twice, so that its place does not tell all. */
  end(field: Field): number;
}

/** How many of an event's members have been looked for. */
const NONE = 0;
const SOURCE = 1;
const USUAL = 2;
const ALL = 3;

const NOTHING: readonly string[] = [];

export function createEvent({ bytes, view }: Text): Event {
  let tape: Tape;
  let found = NONE;
  /** Of the member's value; 0 for a member that is not there. */
  const starts = new Int32Array(FIELDS);
  /** `~end` of a string with escapes; 0 of a value that is cut. */
  const ends = new Int32Array(FIELDS);
  /** Members that stand there again: field, start and end of each. */
  let again: number[] = [];

  return {
    turnTo(next) {
      tape = next;
      found = NONE;
    },
    values,
    said: (field) => values(field).filter(saysSomething),
    only(field) {
      const all = values(field);
      return all.length === 1 && all[0] !== "" ? all[0]! : null;
    },
    reading(meaning) {
      const words = createVocabulary(bytes, (word) => meaning(decode(Buffer.from(word, "latin1"), 0, word.length)));
      const nothing = meaning(NOTHING);
      return (field) => {
        lookFor(field);
        const start = starts[field]!;
        if (start === 0) return nothing;
        const known = again.length === 0 ? words.find(start, ends[field]!) : undefined;
        return known === undefined ? meaning(values(field)) : known;
      };
    },
    json: (field) => (isThere(field) ? parse(bytes, starts[field]!, ends[field]!) : undefined),
    start(field) {
      lookFor(field);
      return starts[field]!;
    },
    end(field) {
      lookFor(field);
      return again.length > 0 ? 0 : ends[field]!;
    },
  };

  /** Makes sure that the member has been looked for. */
  function lookFor(field: Field): void {
    const wanted = field === EVENT_SOURCE ? SOURCE : field < FIRST_RARE ? USUAL : ALL;
    if (found >= wanted) return;
    found = wanted;
    starts.fill(0);
    again = NO_PLACES;
    if (wanted === SOURCE) lookForSource();
    else lookForKeys(wanted === USUAL ? USUAL_KEYS : ALL_KEYS);
  }

  /** Most events are other services', and are asked for nothing else. */
  function lookForSource(): void {
    const { places, used } = tape;
    for (let member = 0; member < used; member += MEMBER) {
      const start = places[member]!;
      const end = places[member + KEY_END]!;
      if (start < 0 || (end - start !== SOURCE_LENGTH && end >= 0)) continue;
      if (keyAt(USUAL_KEYS, start, end) === SOURCE_KEY) note(EVENT_SOURCE, member);
    }
  }

  function lookForKeys(wanted: Keys): void {
    const { places, used } = tape;
    let inner = NO_KEYS;
    for (let member = 0; member < used; member += MEMBER) {
      const start = places[member]!;
      const isInner = start < 0;
      if (isInner && inner === NO_KEYS) continue;
      const key = keyAt(isInner ? inner : wanted, isInner ? ~start : start, places[member + KEY_END]!);
      if (!isInner) inner = membersUnder(key);
      const field = fieldOf(key);
      if (field >= 0) note(field, member);
    }
  }

  function keyAt(keys: Keys, start: number, end: number): number {
    if (end >= 0) return find(keys, view, start, end);
    return find(keys, ...quoted(JSON.parse(bytes.toString("utf8", start - 1, ~end + 1)) as string));
  }

  function note(field: Field, member: number): void {
    const start = tape.places[member + VALUE_START]!;
    const end = tape.places[member + VALUE_END]!;
    if (starts[field] === 0) {
      starts[field] = start;
      ends[field] = end;
    } else again = [...again, field, start, end];
  }

  function isThere(field: Field): boolean {
    lookFor(field);
    return starts[field] !== 0 && ends[field] !== 0;
  }

  function values(field: Field): readonly string[] {
    if (!isThere(field)) return NOTHING;
    const first = decode(bytes, starts[field]!, ends[field]!);
    if (again.length === 0 && first.length < 2) return first;
    const all = new Set(first);
    for (let i = 0; i < again.length; i += 3) {
      if (again[i] === field) for (const value of decode(bytes, again[i + 1]!, again[i + 2]!)) all.add(value);
    }
    return [...all];
  }
}

const NO_PLACES: number[] = [];
const SOURCE_LENGTH = "eventSource".length;
const SOURCE_KEY = find(USUAL_KEYS, ...quoted("eventSource"));

export function saysSomething(value: string): boolean {
  return value !== "" && value !== "-";
}

const QUOTE = 34;

function decode(bytes: Buffer, start: number, end: number): readonly string[] {
  if (bytes[start] === QUOTE && end > 0) return [bytes.toString("utf8", start + 1, end - 1)];
  return strings(parse(bytes, start, end));
}

function parse(bytes: Buffer, start: number, end: number): unknown {
  return JSON.parse(bytes.toString("utf8", start, end < 0 ? ~end : end));
}

function strings(value: unknown): string[] {
  if (value === null) return [];
  if (Array.isArray(value))
    return value.flatMap((item) => (Array.isArray(item) ? JSON.stringify(item) : strings(item)));
  return [typeof value === "object" ? JSON.stringify(value) : String(value)];
}
