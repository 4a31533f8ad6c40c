import { createVocabulary } from "../vocabulary.ts";
import {
  ALL_KEYS,
  EVENT_NAME,
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
import { KEY_END, MEMBER, scanObject, type Tape, VALUE_END, VALUE_START } from "./scan-object.ts";
import { createShapes } from "./shapes.ts";
import type { MarkedText } from "./text.ts";

/** The wanted members of one event. */
export interface Event {
  /** Turns to the event whose members are on the tape. */
  turnToTape(): void;
  /** Turns to the event that begins at `at`, if its shape is known; gives the place behind it, or 0. */
  walk(at: number): number;
  /** Learns the shape of the event that is turned to, from `at` to `end`. */
  learn(at: number, end: number): void;
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
  /** A value's {@link hashOfText}, which is the same for the same value of `only`; 0 where that must be decoded to be told. */
  hash(field: Field): number;
  /** Length of the value, between its quotes, if it is one string without escapes; else 0. */
  plainLength(field: Field): number;
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

export function createEvent(text: MarkedText, tape: Tape): Event {
  const { bytes, view } = text;
  let found = NONE;
  /** Where the event begins whose members are not on the tape, but known by its shape; else -1. */
  let walkedAt = -1;
  /** Of the member's value; 0 for a member that is not there. */
  const starts = new Int32Array(FIELDS + 1);
  /** `~end` of a string with escapes; 0 of a value that is cut. */
  const ends = new Int32Array(FIELDS + 1);
  const shapes = createShapes(text, starts, ends);
  /** Members that stand there again: field, start and end of each. */
  let again: number[] = [];

  return {
    turnToTape() {
      found = NONE;
      walkedAt = -1;
    },
    walk(at) {
      const end = shapes.walk(at);
      found = USUAL;
      again = NO_PLACES;
      walkedAt = at;
      return end;
    },
    learn(at, end) {
      lookFor(EVENT_NAME);
      if (again.length === 0) shapes.learn(at, end);
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
    hash(field) {
      const length = plainLength(field);
      return length < SHORTEST_HASHED ? 0 : hashOf(view, starts[field]! + 1, length);
    },
    plainLength,
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
    if (walkedAt >= 0) scanObject(text, walkedAt, tape, "event");
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
    } else if (again === NO_PLACES) again = [field, start, end];
    else again.push(field, start, end);
  }

  function isThere(field: Field): boolean {
    lookFor(field);
    return starts[field] !== 0 && ends[field] !== 0;
  }

  function plainLength(field: Field): number {
    lookFor(field);
    const start = starts[field]!;
    const length = ends[field]! - start - 2;
    return length > 0 && again.length === 0 && bytes[start] === QUOTE ? length : 0;
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

const SHORTEST_HASHED = 4;

/** As {@link Event.hash}, of the value itself. */
export function hashOfText(text: string): number {
  const bytes = Buffer.from(text);
  if (bytes.length < SHORTEST_HASHED) return 0;
  return hashOf(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
}

/** The last word ends with the text, and may overlap the one before. */
function hashOf(view: DataView, start: number, length: number): number {
  const last = start + length - 4;
  let hash = length;
  for (let at = start; at < last; at += 4) hash = mixed(hash, view.getInt32(at, true));
  return mixed(hash, view.getInt32(last, true));
}

/** By multiplying, every bit reaches those above; by shifting, those below. */
function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1 | 0);
  return product ^ (product >>> 15);
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
