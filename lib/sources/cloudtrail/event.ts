import { createVocabulary } from "../vocabulary.ts";
import {
  EVENT_KEYS,
  EVENT_SOURCE,
  FIELDS,
  type Field,
  fieldOf,
  find,
  membersUnder,
  NO_KEYS,
  quoted,
} from "./fields.ts";
import { KEY_END, MEMBER, type Tape, type Text, VALUE_END, VALUE_START } from "./scan-object.ts";

/** The wanted members of one event. */
export interface Event {
  /** Turns to the event whose members are on the tape. */
  turnTo(tape: Tape): void;
  /** The same for `eventSource` alone, which is less work; other members may be there or not. */
  glanceAt(tape: Tape): void;
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

const NOTHING: readonly string[] = [];

export function createEvent({ bytes, view }: Text): Event {
  /** Of the member's value; 0 for a member that is not there. */
  const starts = new Int32Array(FIELDS);
  const ends = new Int32Array(FIELDS);
  /** Members that stand there again: field, start and end of each. */
  let again: number[] = [];

  return {
    turnTo,
    glanceAt(tape) {
      starts[EVENT_SOURCE] = 0;
      if (again.length > 0) again = [];
      const { places, used } = tape;
      for (let member = 0; member < used; member += MEMBER) {
        const start = places[member]!;
        if (start < 0) continue;
        const end = places[member + KEY_END]!;
        if (end < 0) {
          turnTo(tape);
          return;
        }
        if (end - start === SOURCE_LENGTH && fieldOf(find(EVENT_KEYS, view, start, end)) === EVENT_SOURCE)
          note(EVENT_SOURCE, places[member + VALUE_START]!, places[member + VALUE_END]!);
      }
    },
    values,
    said,
    only(field) {
      const all = values(field);
      return all.length === 1 && all[0] !== "" ? all[0]! : null;
    },
    reading(meaning) {
      const words = createVocabulary(bytes, (word) => meaning(decode(Buffer.from(word, "latin1"), 0, word.length)));
      const nothing = meaning(NOTHING);
      return (field) => {
        if (starts[field] === 0) return nothing;
        const known = again.length === 0 ? words.find(starts[field]!, ends[field]!) : undefined;
        return known === undefined ? meaning(values(field)) : known;
      };
    },
    json: (field) => (isThere(field) ? parse(bytes, starts[field]!, ends[field]!) : undefined),
    start: (field) => starts[field]!,
    end: (field) => (again.length > 0 ? 0 : ends[field]!),
  };

  function turnTo({ places, used }: Tape): void {
    starts.fill(0);
    if (again.length > 0) again = [];
    let keys = NO_KEYS;
    for (let member = 0; member < used; member += MEMBER) {
      const start = places[member]!;
      const end = places[member + KEY_END]!;
      let key: number;
      if (start >= 0) {
        key = end >= 0 ? find(EVENT_KEYS, view, start, end) : findEscaped(EVENT_KEYS, start, ~end);
        keys = membersUnder(key);
      } else {
        if (keys === NO_KEYS) continue;
        key = end >= 0 ? find(keys, view, ~start, end) : findEscaped(keys, ~start, ~end);
      }
      const field = fieldOf(key);
      if (field >= 0) note(field, places[member + VALUE_START]!, places[member + VALUE_END]!);
    }
  }

  function findEscaped(keys: typeof NO_KEYS, start: number, end: number): number {
    return find(keys, ...quoted(String(parse(bytes, start - 1, end + 1))));
  }

  function note(field: Field, start: number, end: number): void {
    if (starts[field] !== 0) {
      again.push(field, start, end);
      return;
    }
    starts[field] = start;
    ends[field] = end;
  }

  /** In full: of an event that is cut, a value may have no end. */
  function isThere(field: Field): boolean {
    return starts[field] !== 0 && ends[field] !== 0;
  }

  function values(field: Field): readonly string[] {
    if (!isThere(field)) return NOTHING;
    const found = decode(bytes, starts[field]!, ends[field]!);
    if (again.length === 0 && found.length < 2) return found;
    const all = new Set(found);
    for (let i = 0; i < again.length; i += 3) {
      if (again[i] === field) for (const value of decode(bytes, again[i + 1]!, again[i + 2]!)) all.add(value);
    }
    return [...all];
  }

  function said(field: Field): readonly string[] {
    return values(field).filter(saysSomething);
  }
}

const SOURCE_LENGTH = "eventSource".length;

export function saysSomething(value: string): boolean {
  return value !== "" && value !== "-";
}

const QUOTE = 34;
const BACKSLASH = 92;

function decode(bytes: Buffer, start: number, end: number): readonly string[] {
  if (bytes[start] !== QUOTE) return strings(parse(bytes, start, end));
  for (let at = start; at < end; at++) if (bytes[at] === BACKSLASH) return [String(parse(bytes, start, end))];
  return [bytes.toString("utf8", start + 1, end - 1)];
}

function parse(bytes: Buffer, start: number, end: number): unknown {
  return JSON.parse(bytes.toString("utf8", start, end));
}

function strings(value: unknown): string[] {
  if (value === null) return [];
  if (Array.isArray(value))
    return value.flatMap((item) => (Array.isArray(item) ? JSON.stringify(item) : strings(item)));
  return [typeof value === "object" ? JSON.stringify(value) : String(value)];
}
