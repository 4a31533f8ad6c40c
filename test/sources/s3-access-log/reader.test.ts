import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KEPT, MAX_LINE } from "../../../lib/sources/lines.ts";
import { s3AccessLog } from "../../../lib/sources/s3-access-log/index.ts";
import { WINDOW } from "../../../lib/sources/structure.ts";
import { damage } from "./damage.ts";
import { readAll, readLines, toLog } from "./drive.ts";
import { GET_CAT, varied } from "./varied.ts";
import { lineOf, logged, ordinary } from "./written.ts";

const LINE = lineOf(varied({}));
const anyLine = fc.oneof(logged, ordinary).map(lineOf);
const damagedLine = fc.tuple(anyLine, anyLine, damage).map(([line, other, spoil]) => spoil(line, other));
const noise = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const lineEnd = fc.constantFrom("\n", "\n", "\r\n");
/** Whole logs, some with noise and damage, the last line without an end or not. */
const anyLog = fc
  .tuple(fc.array(fc.tuple(fc.oneof(anyLine, damagedLine, noise), lineEnd)), fc.boolean())
  .map(([lines, isEnded]) => {
    const text = lines.map(([line, end]) => line + end).join("");
    return Buffer.from(isEnded ? text : text.replace(/\r?\n$/, ""), "latin1");
  });

function cut(log: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    chunks.push(log.subarray(at, at + length));
    at += length;
  }
  return [...chunks, log.subarray(at)];
}

function lineStarts(log: Buffer): number[] {
  const starts: number[] = [];
  for (let at = 0; at < log.length; at = log.indexOf(0x0a, at) + 1 || log.length) starts.push(at);
  return starts;
}

describe("the reader", () => {
  it("accounts for every line, with its number and place", () => {
    fc.assert(
      fc.property(anyLog, fc.option(fc.integer({ min: 0, max: 4e12 })), (log, since) => {
        const starts = lineStarts(log);
        const { events, seen, passedOver } = readAll(log, since === null ? {} : { since });
        expect(events.length + passedOver).toBe(starts.length);
        expect(seen.length).toBe(events.filter((event) => "facts" in event).length);
        for (const { line, offset } of events) expect(offset).toBe(starts[line - 1]);
        expect(events.map(({ line }) => line)).toEqual(events.map(({ line }) => line).toSorted((a, b) => a - b));
      }),
      { numRuns: 150 },
    );
  });

  it("reads the same however the bytes are cut", () => {
    fc.assert(
      fc.property(anyLog, fc.array(fc.nat({ max: 700 })), (log, lengths) => {
        expect(readAll(cut(log, lengths))).toEqual(readAll(log));
      }),
      { numRuns: 150 },
    );
    const log = toLog([LINE, `${LINE}\r`, "", "x", LINE]).subarray(0, -1);
    const whole = readAll(log);
    for (let at = 0; at <= log.length; at++) expect(readAll(cut(log, [at]))).toEqual(whole);
    expect(readAll(cut(log, new Array(log.length).fill(1)))).toEqual(whole);
  });

  it("counts without decoding what nobody wants", () => {
    fc.assert(
      fc.property(anyLog, (log) => {
        const wanted = readAll(log);
        const counted = readAll(log, {}, () => false);
        expect(counted).toEqual({ ...wanted, records: [], events: wanted.malformed });
        const [some] = wanted.seen;
        const picked = readAll(log, {}, (facts) => facts === some);
        expect(picked.records).toEqual(wanted.records.filter(({ facts }) => facts === some));
      }),
      { numRuns: 100 },
    );
  });

  it("reads several logs by turns", () => {
    const logs = [toLog([LINE, "x", LINE]), toLog([`${LINE} new`, `${LINE}${LINE}`])];
    const lines: number[][] = [[], []];
    const readers = lines.map((seen) =>
      s3AccessLog.open({
        see: () => true,
        judge: ({ line }) => seen.push(line),
        malformed: ({ line }) => seen.push(-line),
      }),
    );
    for (let at = 0; at < logs[1]!.length; at += 100) {
      for (const [i, reader] of readers.entries()) reader.push(logs[i]!.subarray(at, at + 100));
    }
    for (const reader of readers) reader.end();
    expect(lines).toEqual([
      [1, -2, 3],
      [1, -2],
    ]);
  });

  it("reads nothing in nothing", () => {
    expect(readAll(Buffer.alloc(0)).events).toEqual([]);
    expect(readAll([]).events).toEqual([]);
  });
});

describe("long logs and lines", () => {
  function lineOfLength(length: number): string {
    const empty = lineOf(varied({ userAgent: "" }));
    return lineOf(varied({ userAgent: "x".repeat(length - empty.length) }));
  }

  it("are read over the borders of the window", () => {
    const lines = Array.from({ length: 2000 }, (_, i) => lineOf(varied({ userAgent: "x".repeat(i % 97) })));
    const { records, malformed } = readLines(...lines);
    expect(records.map(({ line, userAgent }) => [line, userAgent?.length])).toEqual(
      lines.map((_, i) => [i + 1, i % 97]),
    );
    expect(malformed).toEqual([]);
    expect(toLog(lines).length).toBeGreaterThan(3 * WINDOW);
  });

  it.each([WINDOW - 2, WINDOW - 1, WINDOW, WINDOW + 1, MAX_LINE - 1, MAX_LINE])(
    "are read at %i bytes a line",
    (length) => {
      const long = lineOfLength(length);
      for (const log of [toLog([LINE, long, LINE]), toLog([long, long, LINE]), toLog([LINE, long, LINE], "\r\n")]) {
        const { records, malformed } = readAll(log);
        expect(records.map(({ line, offset }) => [line, offset])).toEqual(lineStarts(log).map((at, i) => [i + 1, at]));
        expect(malformed).toEqual([]);
        expect(readAll(cut(log, [LINE.length + 5])).records).toEqual(records);
        expect(readAll(cut(log, new Array(50).fill(50_000))).records).toEqual(records);
        expect(readAll(log.subarray(0, -1)).records).toEqual(records);
      }
    },
  );

  it.each([MAX_LINE + 1, MAX_LINE + 2, 3 * MAX_LINE])("are malformed at %i bytes a line", (length) => {
    const long = lineOfLength(length);
    for (const lineEnd of ["\n", "\r\n"]) {
      const log = toLog([LINE, long, LINE], lineEnd);
      const expected = {
        line: 2,
        offset: LINE.length + lineEnd.length,
        bytes: length,
        reason: "the line is longer than 1048576 bytes",
        text: long.slice(0, KEPT),
      };
      for (const chunks of [
        [log],
        cut(log, [LINE.length + 5]),
        cut(log, new Array(200).fill(40_000)),
        cut(log, [log.length - LINE.length - 2]),
      ]) {
        const { records, malformed } = readAll(chunks);
        expect(malformed).toEqual([expected]);
        expect(records.map(({ line, offset }) => [line, offset])).toEqual([
          [1, 0],
          [3, log.length - LINE.length - lineEnd.length],
        ]);
      }
    }
  });
});

describe("the time range", () => {
  const at = (minute: number, texts = {}) =>
    varied({ time: `06/Feb/2026:00:${minute}:38 +0000`, ...texts }, { time: Date.UTC(2026, 1, 6, 0, minute, 38) });
  const requests = [10, 11, 12, 13].flatMap((minute) => [
    at(minute),
    at(minute, { userAgent: null, cipher: null, tlsVersion: null }),
  ]);
  const lines = requests.map(lineOf);
  const time = (minute: number) => at(minute).time;

  it.each<[since: number | undefined, until: number | undefined, minutes: number[]]>([
    [undefined, undefined, [10, 11, 12, 13]],
    [time(11), undefined, [11, 12, 13]],
    [time(11) + 1, undefined, [12, 13]],
    [undefined, time(12), [10, 11]],
    [undefined, time(12) + 1, [10, 11, 12]],
    [time(11), time(12), [11]],
    [time(13) + 1, undefined, []],
  ])("[%s, %s)", (since, until, minutes) => {
    const { records, passedOver, malformed } = readAll(toLog([...lines, "x"]), {
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    });
    expect(records.map((record) => new Date(record.time).getUTCMinutes())).toEqual(
      minutes.flatMap((minute) => [minute, minute]),
    );
    expect(passedOver).toBe(8 - 2 * minutes.length);
    expect(malformed).toHaveLength(1);
  });

  it("holds for the read halves of copies too", () => {
    const half = lineOf(at(10, { operation: "REST.COPY.OBJECT_GET" }));
    expect(readAll(toLog([half]), { since: time(11) })).toMatchObject({ halves: [], passedOver: 1 });
    expect(readAll(toLog([half]), { until: time(11) })).toMatchObject({ halves: [{ time: time(10) }], passedOver: 0 });
  });
});

describe("the read half of a copy", () => {
  const bare = { uri: null, referer: null, userAgent: null };
  const { requestId, bucket } = GET_CAT.texts;
  const half = { requestId, bucket, key: "cat.jpg", versionId: "3HL4kqtJvjVBH40Nrjfkd", time: GET_CAT.time };

  it.each([
    ["REST.COPY.OBJECT_GET", [half]],
    ["REST.COPY.PART_GET", [half]],
    ["REST.COPY.OBJECT", []],
    ["REST.COPY.PART", []],
    ["REST.GET.OBJECT", []],
  ])("is offered, and counted: %s", (operation, halves) => {
    for (const texts of [{ operation }, { operation, ...bare }]) {
      for (const wants of [() => true, () => false]) {
        const read = readAll(toLog([lineOf(varied(texts))]), {}, wants);
        expect(read.halves).toEqual(halves);
        expect(read.seen).toHaveLength(1);
      }
    }
  });

  it("is not offered without a key", () => {
    const line = lineOf(varied({ operation: "REST.COPY.OBJECT_GET", key: null }));
    expect(readLines(line)).toMatchObject({ halves: [], seen: [expect.any(Number)] });
  });

  it("is counted where nobody asks for halves", () => {
    const lines = [{}, bare].map((texts) => lineOf(varied({ operation: "REST.COPY.OBJECT_GET", ...texts })));
    const seen: number[] = [];
    const reader = s3AccessLog.open({ see: (facts) => seen.push(facts) === 0, judge() {}, malformed() {} });
    reader.push(toLog(lines));
    reader.end();
    expect(seen).toEqual(readLines(...lines).seen);
    expect(seen).toHaveLength(2);
  });
});
