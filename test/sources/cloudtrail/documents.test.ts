import { describe, expect, it } from "vitest";
import { type EventMembers, logOf, otherEvent, s3Event, wrapped } from "./events.ts";
import { readAll } from "./read-all.ts";

const named = (key: string, changes: EventMembers = {}) => s3Event({ requestParameters: { key }, ...changes });
const text = (value: unknown) => JSON.stringify(value);
const [A, B, C] = ["a", "b", "c"].map((key) => text(named(key))) as [string, string, string];
const OTHER = text(otherEvent());

/** What was read, in short: `line key` of each record, `line offset text` of what is malformed, and what was passed over. */
function shortly(log: string | Buffer, chunks: number[] = []): unknown {
  const bytes = Buffer.from(log);
  const { records, malformed, passedOver } = readAll(bytes, { chunks });
  for (const { offset, key } of records) {
    const event = bytes.toString("utf8", offset);
    expect([event[0], event.slice(0, event.indexOf('"key"') + 12)]).toEqual(["{", expect.stringContaining(`"${key}"`)]);
  }
  for (const { offset, bytes: length, text: shown } of malformed) {
    expect(shown).toBe(bytes.toString("utf8", offset, offset + length));
  }
  return {
    records: records.map(({ line, key }) => `${line} ${key}`),
    malformed: malformed.map(({ line, text: shown, reason }) => `${line} ${shown.slice(0, 30)}: ${reason}`),
    passedOver,
  };
}

const read = (...records: string[]) => ({ records, malformed: [] as string[], passedOver: 0 });

describe("what holds the events", () => {
  const pretty = (value: unknown) => JSON.stringify(value, null, 2);
  const cases: [what: string, log: string, expected: unknown][] = [
    ["nothing", "", read()],
    ["white space", " \r\n\t", read()],
    ["a log object", logOf(named("a"), otherEvent(), named("b")), { ...read("1 a", "3 b"), passedOver: 1 }],
    ["a log object without events", '{"Records":[]}', read()],
    ["with a byte order mark", `\uFEFF${logOf(named("a"))}`, read("1 a")],
    ["indented", pretty({ Records: [named("a"), named("b")] }), read("1 a", "2 b")],
    ["with other members around", `{"x":[1,{"Records":[]}],"y":{},"Records":[${A}],"z":"]}","w":[{}]}`, read("1 a")],
    ["with Records twice", `{"Records":[${A}],"Records":[${B}]}`, read("1 a", "2 b")],
    ["an array", `[${A},${B}]`, read("1 a", "2 b")],
    ["an empty array", "[]", read()],
    ["an indented array", pretty([named("a"), named("b")]), read("1 a", "2 b")],
    ["one event", A, read("1 a")],
    ["one event, indented", `\n\n${pretty(named("a"))}\n`, read("3 a")],
    ["one event of EventBridge", text(wrapped(named("a"))), read("1 a")],
    ["another service's of EventBridge", text(wrapped(otherEvent())), { ...read(), passedOver: 1 }],
    ["lines", `${A}\n${OTHER}\n\n${B}\r\n${C}`, { ...read("1 a", "4 b", "5 c"), passedOver: 1 }],
    [
      "indented events after one another",
      `${pretty(named("a"))}\n${A}`,
      read("1 a", `${pretty(named("a")).split("\n").length + 1} a`),
    ],
    ["lines of EventBridge", `${text(wrapped(named("a")))}\n${text(wrapped(named("b")))}\n`, read("1 a", "2 b")],
    [
      "lines of log objects",
      `${logOf(named("a"))}\n${logOf(named("b"))}\n[${C}]\n${A}`,
      read("1 a", "2 b", "3 c", "4 a"),
    ],
    ["an array of EventBridge's", `[${text(wrapped(named("a")))},${B}]`, read("1 a", "2 b")],
  ];
  it.each(cases)("%s", (_, log, expected) => expect(shortly(log)).toEqual(expected));

  it("the offset of an event of EventBridge is its own", () => {
    const log = text(wrapped(named("a")));
    expect(readAll(log).records.map(({ offset }) => offset)).toEqual([log.indexOf('{"eventVersion"')]);
  });
});

describe("what is cut", () => {
  const CUT = "the log object ends here, in the midst of its events";
  const log = `{"Records":[${A},${B}],"x":1}`;

  it("anywhere is malformed once, after all that came before", () => {
    const ends = [log.indexOf(`,${B}`), log.indexOf(`,${B}`) + 1 + B.length] as const;
    for (let length = 1; length < log.length; length++) {
      const { records, malformed } = readAll(log.slice(0, length));
      const whole = ends.filter((end) => end <= length).length;
      expect([length, records.map(({ key }) => key)]).toEqual([length, ["a", "b"].slice(0, whole)]);
      expect([length, malformed.map(({ reason }) => reason)]).toEqual([length, [CUT]]);
      const [{ offset, bytes }] = malformed as [(typeof malformed)[0]];
      expect(offset + bytes).toBe(length);
    }
  });

  const cases: [what: string, log: string, expected: unknown][] = [
    [
      "in an event",
      `{"Records":[${A},${B.slice(0, 99)}`,
      { ...read("1 a"), malformed: [`2 ${B.slice(0, 30)}: ${CUT}`] },
    ],
    ["behind an event", `{"Records":[${A}`, { ...read("1 a"), malformed: [`2 : ${CUT}`] }],
    ["behind a comma", `[${A},\n`, { ...read("1 a"), malformed: [`2 : ${CUT}`] }],
    ["behind the events", `{"Records":[${A}] `, { ...read("1 a"), malformed: [`2  : ${CUT}`] }],
    ["before the events", `{"x":1,"Records":`, { ...read(), malformed: [`1 {"x":1,"Records":: ${CUT}`] }],
    ["in a line", `${A}\n${B.slice(0, 99)}`, { ...read("1 a"), malformed: [`2 ${B.slice(0, 30)}: ${CUT}`] }],
  ];
  it.each(cases)("%s", (_, cut, expected) => expect(shortly(cut)).toEqual(expected));
});

describe("what is broken", () => {
  const broken = (reason: RegExp | string, shown = "") =>
    expect.stringMatching(new RegExp(`^\\d+ ${shown}.*: ${typeof reason === "string" ? reason : reason.source}`, "s"));
  const NO_JSON = /byte \d+ of the log object fits no JSON$/;
  const NO_OBJECT = "an event was expected here, which is a JSON object";
  /** The first event's text with one change. */
  const spoilt = (from: string, to: string) => {
    expect(A).toContain(from);
    return A.replace(from, to);
  };
  const one = (event: string) => `{"Records":[${A},${event},${B},${C}]}`;
  const cases: [what: string, log: string, keys: string][] = [
    ["a missing colon", one(spoilt('"eventName":', '"eventName"')), "1 a|3 b|4 c"],
    ["a missing value", one(spoilt('"readOnly":true', '"readOnly":')), "1 a|3 b|4 c"],
    ["a missing comma", one(spoilt('"readOnly":true,', '"readOnly":true')), "1 a|3 b|4 c"],
    ["a comma too many", one(spoilt('"readOnly":true,', '"readOnly":true,,')), "1 a|3 b|4 c"],
    ["a wrong literal", one(spoilt("true", "True")), "1 a|3 b|4 c"],
    ["a wrong number", one(spoilt('"bytesTransferredIn":0', '"bytesTransferredIn":00')), "1 a|3 b|4 c"],
    ["a wrong escape", one(spoilt("GetObject", "Get\\Object")), "1 a|3 b|4 c"],
    ["a line end in a string", one(spoilt("GetObject", "Get\nObject")), "1 a|3 b|4 c"],
    ["a NUL", one(spoilt('"readOnly"', '\0"readOnly"')), "1 a|3 b|4 c"],
    ["the wrong bracket", one(spoilt('"attributes":{}', '"attributes":{]')), "1 a|3 b|4 c"],
    ["a missing quote before a value", one(spoilt('"eventName":"Get', '"eventName":Get')), "1 a|3 b|4 c"],
    ["a missing quote behind a value", one(spoilt('"GetObject"', '"GetObject')), "1 a|3 b|4 c"],
    ["a quote too many", one(spoilt("GetObject", 'Get"Object')), "1 a|3 b|4 c"],
    ["a missing brace at the end", one(A.slice(0, -1)), "1 a|3 b|4 c"],
    ["a missing quote at the end", one(A.slice(0, -3)), "1 a|3 b|4 c"],
    ["a missing bracket", one(spoilt('"attributes":{}}', '"attributes":{}')), "1 a|3 b|4 c"],
  ];
  it.each(cases)("%s in an event costs no other", (_, log, keys) => {
    expect(shortly(log)).toEqual({ records: keys.split("|"), malformed: [broken(NO_JSON)], passedOver: 0 });
  });

  const ends: [what: string, log: string, expected: unknown][] = [
    ["in the last event", `[${A},${spoilt("true", "True")}]`, { ...read("1 a"), malformed: [broken(NO_JSON)] }],
    [
      "in the last event, and cut",
      `[${A},${spoilt("true", "True").slice(0, -9)}`,
      { ...read("1 a"), malformed: [broken(NO_JSON)] },
    ],
    ["a number for an event", `[${A},17,${B}]`, { ...read("1 a", "3 b"), malformed: [`2 17: ${NO_OBJECT}`] }],
    [
      "a string for an event",
      `[${A},"x,]\\",",${B}]`,
      { ...read("1 a", "3 b"), malformed: [`2 "x,]\\",": ${NO_OBJECT}`] },
    ],
    [
      "an array for an event",
      `[${A},[1,[2],{"x":"]"}],${B}]`,
      { ...read("1 a", "3 b"), malformed: [`2 [1,[2],{"x":"]"}]: ${NO_OBJECT}`] },
    ],
    ["a stray brace", `[${A},},${B}]`, { ...read("1 a", "3 b"), malformed: [`2 }: ${NO_OBJECT}`] }],
    ["an open string for an event", `[${A},"x,${B}]`, { ...read("1 a", "3 b"), malformed: [`2 "x: ${NO_OBJECT}`] }],
    ["anything at the end", `[${A},null`, { ...read("1 a"), malformed: [`2 null: ${NO_OBJECT}`] }],
    ["commas that are missing or too many", `[,${A}${B},,${C},]`, read("1 a", "2 b", "3 c")],
    [
      "a bracket that ends the events early",
      `{"Records":[${A}],${B},${C}]}`,
      { ...read("1 a", "3 c"), malformed: [broken(NO_JSON, ",{")] },
    ],
    [
      "something behind the events",
      `{"Records":[${A}] x}\n${B}`,
      { ...read("1 a", "2 b"), malformed: [`2  x}: byte ${13 + A.length + 1} of the log object fits no JSON`] },
    ],
    ["something behind the events, and cut", `{"Records":[${A}] x`, { ...read("1 a"), malformed: [broken(NO_JSON)] }],
    ["a line", `${A}\n${spoilt("true", "True")}\n${B}\n`, { ...read("1 a", "3 b"), malformed: [broken(NO_JSON)] }],
    ["a line that is cut", `${A}\n${B.slice(0, 200)}\n${C}\n`, { ...read("1 a", "3 c"), malformed: [broken(NO_JSON)] }],
    ["the last line", `${A}\n{"eventName":,}`, { ...read("1 a"), malformed: [broken(NO_JSON)] }],
    [
      "lines that are no JSON",
      `x\n${A}\ny\nz\n[${B}]\nw`,
      { ...read("2 a", "1 b"), malformed: ["1 x", "3 y", "4 z", "6 w"].map((line) => `${line}: ${NO_OBJECT}`) },
    ],
    ["a document of several lines", `{\n"x":1,\n"y" 2\n}\n${A}`, { ...read("5 a"), malformed: [broken(NO_JSON)] }],
  ];
  it.each(ends)("%s", (_, log, expected) => expect(shortly(log)).toEqual(expected));

  it("nested too deep", () => {
    const deep = (depth: number) => spoilt('"attributes":{}', `"attributes":${"[".repeat(depth)}${"]".repeat(depth)}`);
    expect(shortly(`[${deep(500)},${B}]`)).toEqual(read("1 a", "2 b"));
    expect(shortly(`[${deep(600)},${B}]`)).toEqual({ ...read("2 b"), malformed: [broken(NO_JSON)] });
  });
});
