import { describe, expect, it } from "vitest";
import { cloudtrail } from "../../../lib/sources/cloudtrail/index.ts";
import { type EventMembers, otherEvent, s3Event } from "./events.ts";
import { readAll } from "./read-all.ts";

const MIB = 1 << 20;
const TOO_LONG = "the event is longer than 1048576 bytes";
const NO_OBJECT = "an event was expected here, which is a JSON object";

const small = JSON.stringify(s3Event());
/** An event's text that is exactly so long. */
function long(length: number, changes: EventMembers = {}): string {
  const pad = length - JSON.stringify(s3Event({ userAgent: "", ...changes })).length;
  return JSON.stringify(s3Event({ userAgent: "{".repeat(pad), ...changes }));
}

/** In one piece, in pieces as they come out of a gunzip, and in odd ones. */
function shortly(log: string): unknown {
  const read = (chunks: number[]) => {
    const { records, malformed, passedOver } = readAll(log, { chunks });
    return {
      records: records.map(({ line, offset }) => [line, offset]),
      malformed: malformed.map(({ text, ...rest }) => ({ ...rest, text: [text.slice(0, 5), text.length] })),
      passedOver,
    };
  };
  const whole = read([]);
  for (const size of [16 << 10, 100_003]) {
    expect(read(new Array(Math.ceil(log.length / size)).fill(size))).toEqual(whole);
  }
  return whole;
}

const malformed = (line: number, offset: number, bytes: number, reason = TOO_LONG, start = '{"eve') => [
  { line, offset, bytes, reason, text: [start, Math.min(bytes, 64 << 10)] },
];

describe("an event", () => {
  it("of 1 MiB is read", () => {
    const log = `{"Records":[${long(MIB)},${small}]}`;
    expect(shortly(log)).toEqual({
      records: [
        [1, 12],
        [2, MIB + 13],
      ],
      malformed: [],
      passedOver: 0,
    });
  });

  it("longer than that is malformed, and the rest is read", () => {
    const log = `{"Records":[${small},${long(MIB + 1)},${small}]}`;
    const at = 13 + small.length;
    expect(shortly(log)).toEqual({
      records: [
        [1, 12],
        [3, at + MIB + 2],
      ],
      malformed: malformed(2, at, MIB + 1),
      passedOver: 0,
    });
  });

  it("much longer than that, too, of whatever service", () => {
    const log = `[${JSON.stringify(otherEvent({ requestParameters: { x: ['}\\"{'.repeat(MIB), {}] } }))},${small}]`;
    const length = log.length - small.length - 3;
    expect(length).toBeGreaterThan(1.2 * MIB);
    expect(shortly(log)).toEqual({
      records: [[2, length + 2]],
      malformed: malformed(1, 1, length),
      passedOver: 0,
    });
  });

  it("longer than that on a line", () => {
    const log = `${long(MIB + 1)}\n${small}\n`;
    expect(shortly(log)).toEqual({ records: [[2, MIB + 2]], malformed: malformed(1, 0, MIB + 1), passedOver: 0 });
  });

  it("longer than that which is cut", () => {
    const log = `[${long(MIB + 9999).slice(0, -1000)}`;
    expect(shortly(log)).toEqual({ records: [], malformed: malformed(1, 1, MIB + 8999), passedOver: 0 });
  });

  it("that is broken and has no end", () => {
    const log = `[${small},{"x":,"${"y".repeat(MIB + 999)}`;
    const at = small.length + 2;
    const reason = `byte ${at + 5} of the log object fits no JSON`;
    expect(shortly(log)).toEqual({
      records: [[1, 1]],
      malformed: malformed(2, at, log.length - at, reason, '{"x":'),
      passedOver: 0,
    });
  });
});

it("a line without an event may be as long as it likes", () => {
  const log = `${"x".repeat(MIB + 999)}\n${small}`;
  expect(shortly(log)).toEqual({
    records: [[2, MIB + 999 + 1]],
    malformed: malformed(1, 0, MIB + 999, NO_OBJECT, "xxxxx"),
    passedOver: 0,
  });
});

it("an element without an event, too", () => {
  const log = `["${"x".repeat(MIB)}",${small},"${"x".repeat(9)}"]`;
  expect(shortly(log)).toEqual({
    records: [[2, MIB + 4]],
    malformed: [
      ...malformed(1, 1, MIB + 2, NO_OBJECT, '"xxxx'),
      ...malformed(3, MIB + 5 + small.length, 11, NO_OBJECT, '"xxxx'),
    ],
    passedOver: 0,
  });
});

it("members behind the events that are too long are malformed", () => {
  const rest = `,"x":"${"]".repeat(MIB)}"}`;
  const log = `{"Records":[${small}]${rest}\n[${small}]`;
  expect(shortly(log)).toEqual({
    records: [
      [1, 12],
      [3, log.length - small.length - 1],
    ],
    malformed: malformed(2, 13 + small.length, rest.length, TOO_LONG, ',"x":'),
    passedOver: 0,
  });
});

it("holds no more than its window, whatever comes", () => {
  const reader = cloudtrail.open({ see: () => false, judge() {}, malformed() {} });
  const chunk = Buffer.alloc(MIB, "x");
  reader.push(Buffer.from('[{"eventVersion":"'));
  reader.push(chunk);
  const before = process.memoryUsage();
  for (let i = 0; i < 12; i++) reader.push(chunk);
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(4 * MIB);
});
