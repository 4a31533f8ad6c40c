import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createTape,
  KEY_END,
  MEMBER,
  scanObject,
  type Tape,
  VALUE_END,
  VALUE_START,
} from "../../../lib/sources/cloudtrail/scan-object.ts";
import { createPage } from "../../../lib/sources/cloudtrail/text.ts";

const RUNS = Number(process.env["RUNS"] ?? 800);
const START = 3;

interface Scan {
  /** Where it stopped, from the object's start. */
  stop: number;
  isWhole: boolean;
  tape: Tape;
  bytes: Buffer;
}

const page = createPage(1 << 20);

/**
 * Scans an object that stands between other bytes, which are as misleading as can be, and on a page that holds the marks of all those
 * before.
 */
function scan(text: string | Buffer, behind = "\0}}]]"): Scan {
  const { bytes } = page;
  const length = Buffer.concat([Buffer.from('"{['), Buffer.from(text), Buffer.from(behind)]).copy(bytes);
  const tape = createTape();
  page.mark(0, length - behind.length);
  const result = scanObject(page, START, tape, "event");
  return { stop: (result < 0 ? ~result : result) - START, isWhole: result >= 0, tape, bytes };
}

/** Every member on the tape, as JSON.parse reads its parts; inner ones are indented by a space. */
function membersOf({ tape, bytes }: Scan): [string, unknown][] {
  const members: [string, unknown][] = [];
  for (let at = 0; at < tape.used; at += MEMBER) {
    const start = tape.places[at]!;
    const end = tape.places[at + KEY_END]!;
    const key = JSON.parse(`"${bytes.toString("utf8", start < 0 ? ~start : start, end < 0 ? ~end : end)}"`) as string;
    const valueEnd = tape.places[at + VALUE_END]!;
    const value = bytes.toString("utf8", tape.places[at + VALUE_START]!, valueEnd < 0 ? ~valueEnd : valueEnd);
    expect(valueEnd < 0).toBe(value[0] === '"' && value.includes("\\"));
    members.push([start < 0 ? ` ${key}` : key, JSON.parse(value)]);
  }
  return members;
}

function membersIn(object: object): [string, unknown][] {
  return Object.entries(object).flatMap(([key, value]) => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    const inner = isObject ? Object.entries(value as object) : [];
    return [[key, value], ...inner.map(([name, part]): [string, unknown] => [` ${name}`, part])] as [string, unknown][];
  });
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('"', "\\", "{", "}", "[", "]", ",", ":", "\n", "a", " ", "\u0000", "ü", "😀"),
    maxLength: 9,
  }),
);
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>(null, true, false, 0, -0.5, 1e21, -1.5e-7, 12345),
    anyText,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(anyText, tie("value"), { maxKeys: 4 }),
  ),
})).value;
const anyObject = fc
  .dictionary(anyText, anyValue, { maxKeys: 6 })
  .map((object) => ({ ...object, __proto__: Object.prototype }));
const spacing = fc.constantFrom(undefined, 1, "\t", "\n", "\r\n  ".slice(0, 4));

describe("a scan", () => {
  it("goes over any object and finds its members", () => {
    fc.assert(
      fc.property(anyObject, spacing, (object, space) => {
        const text = JSON.stringify(object, null, space);
        const scanned = scan(text);
        expect([scanned.isWhole, scanned.stop]).toEqual([true, Buffer.byteLength(text)]);
        expect(membersOf(scanned)).toEqual(membersIn(JSON.parse(text) as object));
      }),
      { numRuns: RUNS },
    );
  });

  it("accepts what JSON.parse accepts, and no more", () => {
    const piece = fc.constantFrom(
      "",
      ...'{}[]",:\\/ \n\t\r\0+-.0123456789eEaubtrfnlsü\u007f\u00a0\u2028',
      "\\u00",
      "null",
      "true",
      "false",
      '"":',
    );
    fc.assert(
      fc.property(anyObject, fc.nat(), fc.nat(3), piece, (object, at, length, inserted) => {
        const text = JSON.stringify(object);
        const place = at % text.length;
        const changed = `{${(text.slice(0, place) + inserted + text.slice(place + length)).slice(1)}`;
        const { isWhole, stop } = scan(changed);
        // An object may come to an end before the text does.
        const scanned = isWhole ? Buffer.from(changed).toString("utf8", 0, stop) : changed;
        expect([changed, isWhole]).toEqual([changed, isJson(scanned)]);
      }),
      { numRuns: RUNS },
    );
  });

  it("of the beginning of an object stops where that ends", () => {
    fc.assert(
      fc.property(anyObject, spacing, fc.nat(), (object, space, cut) => {
        const bytes = Buffer.from(JSON.stringify(object, null, space));
        const begun = bytes.subarray(0, 1 + (cut % (bytes.length - 1)));
        const { isWhole, stop } = scan(begun);
        expect([isWhole, stop]).toEqual([false, begun.length]);
      }),
      { numRuns: RUNS },
    );
  });

  it("is not misled by bytes behind a NUL", () => {
    for (const begun of [
      "{",
      '{"',
      '{"a\\',
      '{"a\\u00',
      '{"a"',
      '{"a":',
      '{"a":t',
      '{"a":-',
      '{"a":0',
      '{"a":1.',
      '{"a":1e',
      '{"a":1e+',
      '{"a":[',
      '{"a":"b',
    ]) {
      for (const behind of ['\0"":1}', "\0rue}", "\x000000}", "\x001,1]}"]) {
        const { isWhole, stop } = scan(begun, behind);
        expect([begun, isWhole, stop]).toEqual([begun, false, begun.length]);
      }
    }
  });

  const broken: [text: string, at: number][] = [
    ['{"a":1,}', 7],
    ["{,}", 1],
    ["{1:1}", 1],
    ['{"a"}', 4],
    ['{"a":}', 5],
    ['{"a":1 "b":2}', 7],
    ['{"a":[1,]}', 8],
    ['{"a":[}', 6],
    ['{"a":{]', 6],
    ['{"a":[1}', 7],
    ['{"a":{"b":1]', 11],
    ['{"a":"\t"}', 6],
    ['{"a\u0001":1}', 3],
    ['{"a":"\\x"}', 7],
    ['{"a":"\\u12g4"}', 10],
    ['{"a":"\\u/000"}', 8],
    ['{"a":01}', 6],
    ['{"a":-}', 6],
    ['{"a":+1}', 5],
    ['{"a":.5}', 5],
    ['{"a":1.}', 7],
    ['{"a":1.e5}', 7],
    ['{"a":1e}', 7],
    ['{"a":1e+}', 8],
    ['{"a":nul}', 8],
    ['{"a":trUe}', 7],
    ['{"a":NaN}', 5],
    ["{'a':1}", 1],
    ['{"a":1;"b":2}', 6],
    ['{"a":\u00a01}', 5],
  ];
  it.each(broken)("tells where %s breaks", (text, at) => {
    expect(isJson(text)).toBe(false);
    const { isWhole, stop } = scan(text);
    expect([isWhole, stop]).toEqual([false, at]);
  });

  it.each([(i: number) => ({ i }), (i: number) => `v${i}`])("finds any number of members", (value) => {
    const object = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, value(i)]));
    expect(membersOf(scan(JSON.stringify(object)))).toEqual(membersIn(object));
  });

  it.each(['{"a" :"b"}', '{"a"\n:"b","c":"d" ,"e":"f"}', '{ "a": "b" , "c" : { "d" :"e"} }'])(
    "takes white space wherever JSON may have it: %j",
    (text) => {
      const scanned = scan(text);
      expect([scanned.isWhole, scanned.stop]).toEqual([true, text.length]);
      expect(membersOf(scanned)).toEqual(membersIn(JSON.parse(text) as object));
    },
  );

  it("takes any byte of a string but control characters, in whichever place of a word", () => {
    for (let byte = 0; byte < 256; byte++) {
      for (let before = 0; before < 9; before++) {
        const text = Buffer.concat([
          Buffer.from(`{"${"x".repeat(before)}`),
          Buffer.from([byte]),
          Buffer.from('yyyyyyyyy":0}'),
        ]);
        const { isWhole } = scan(text);
        expect([byte, before, isWhole]).toEqual([byte, before, byte >= 0x20 && byte !== 0x22 && byte !== 0x5c]);
      }
    }
  });
});
