import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEvent } from "../../../lib/sources/cloudtrail/event.ts";
import { FIELDS } from "../../../lib/sources/cloudtrail/fields.ts";
import { createTape, scanObject } from "../../../lib/sources/cloudtrail/scan-object.ts";
import { createPage } from "../../../lib/sources/cloudtrail/text.ts";
import { otherEvent, s3Event } from "./events.ts";
import { readPlainly } from "./plain.ts";
import { readAll } from "./read-all.ts";

const RUNS = Number(process.env["RUNS"] ?? 300);
const MOST = 1 << 20;

interface Found {
  /** Behind the event; 0 or less if it was not gone over. */
  end: number;
  /** Of every member, rare ones last, so that the event is asked for usual ones as it was found. */
  values: (readonly string[])[];
}

/** A place where events are learnt, and one where they are not. */
function place() {
  const page = createPage(MOST);
  const tape = createTape();
  const event = createEvent(page, tape);
  const load = (text: string) => page.mark(3, 3 + page.bytes.write(text, 3));
  const found = (end: number): Found => ({
    end: end - 3,
    values: end > 0 ? Array.from({ length: FIELDS }, (_, field) => event.values(field)) : [],
  });
  return {
    learn(text: string) {
      load(text);
      const end = scanObject(page, 3, tape, "event");
      expect(end).toBeGreaterThan(0);
      event.turnToTape();
      event.learn(3, end);
    },
    walk(text: string): Found {
      load(text);
      return found(event.walk(3));
    },
    scan(text: string): Found {
      load(text);
      const end = scanObject(page, 3, tape, "event");
      event.turnToTape();
      return found(end);
    },
  };
}
const plain = place();

const word = fc.constantFrom(
  "",
  "-",
  "s3.amazonaws.com",
  "ec2.amazonaws.com",
  "PutObject",
  "2026-02-06T10:00:01Z",
  "ü😀",
);
const number = fc.constantFrom(0, -1.5, 1e21, 12345);
/** Events of few shapes. */
const anyEvent = fc
  .record({ word, another: word, number, isOther: fc.boolean(), isShort: fc.boolean() })
  .map(({ word, another, number, isOther, isShort }) => {
    const changes = {
      eventName: word,
      sourceIPAddress: another,
      requestParameters: {
        key: another,
        list: [word, another, number],
        n: number,
        ...(isShort && { Host: undefined }),
      },
      tlsDetails: isShort ? null : { tlsVersion: number },
      readOnly: isShort,
    };
    return isOther ? otherEvent(changes) : s3Event(changes);
  });

describe("the shape of an event", () => {
  it("is known again whatever its values", () => {
    const learner = place();
    const learnt = new Set<string>();
    fc.assert(
      fc.property(anyEvent, fc.constantFrom(undefined, 1, "\n"), (event, space) => {
        const text = JSON.stringify(event, null, space);
        const shape = JSON.stringify(
          event,
          (_, value) => (/string|number/.test(typeof value) ? typeof value : value),
          space,
        );
        const walked = learner.walk(text);
        expect(walked.end > 0).toBe(learnt.has(shape));
        if (walked.end > 0) expect(walked).toEqual(plain.scan(text));
        learner.learn(text);
        learnt.add(shape);
        expect(learner.walk(text)).toEqual(plain.scan(text));
      }),
      { numRuns: RUNS },
    );
    expect(learnt.size).toBeLessThan(100);
  });

  it("is never seen in what differs by a byte, and reads otherwise", () => {
    const learner = place();
    const piece = fc.constantFrom("", ...'{}[]",:\\ \n\t\0+-.019eEtfnu/', '","key":"', "null", '\\"', "\\u0041");
    fc.assert(
      fc.property(anyEvent, fc.nat(), fc.nat(3), piece, (event, at, length, inserted) => {
        const text = JSON.stringify(event);
        learner.learn(text);
        const cut = 1 + (at % text.length);
        const changed = text.slice(0, cut) + inserted + text.slice(cut + length);
        const walked = learner.walk(changed);
        if (walked.end > 0) expect([changed, walked]).toEqual([changed, plain.scan(changed)]);
      }),
      { numRuns: RUNS * 10 },
    );
  });

  it.each([
    ["a string with escapes", { userAgent: 'a "b"' }],
    ["a list of values", { eventName: ["PutObject"] }],
    ["no value", { errorCode: null }],
    ["an object for a value", { eventTime: {} }],
    ["a member twice", { EVENTNAME: "x" }],
  ])("is not learnt from one with %s", (_, changes) => {
    const learner = place();
    const text = JSON.stringify(s3Event(changes));
    learner.learn(text);
    expect(learner.walk(text).end).toBeLessThanOrEqual(0);
  });

  const manyMembers = JSON.stringify({ eventName: "a", ...Array.from({ length: 9000 }, (_, i) => `${i}`) });
  const longKey = JSON.stringify({ eventName: "a", ["k".repeat(300_000)]: "v" });
  const branches = Array.from({ length: 26 }, (_, i) => JSON.stringify({ [`k${i}`]: "v" }));
  const many = Array.from({ length: 2001 }, (_, i) =>
    JSON.stringify({ a: "v", ["x".repeat(1 + (i % 20))]: "v", [`k${i}`]: "v" }),
  );
  it.each([
    ["has more members than there is room for", [manyMembers], 0],
    ["is longer than there is room for", [longKey], 0],
    ["parts from too many others", branches, 25],
    ["comes after too many others", [...many.slice(0, 2000).map(() => branches[0]!), branches[1]!], 2000],
  ])("is not learnt if it %s", (_, texts, known) => {
    const learner = place();
    for (const text of texts) learner.learn(text);
    expect(texts.filter((text) => learner.walk(text).end > 0)).toHaveLength(known);
  });
});

it("logs whose events are of few shapes are read as plainly as others", () => {
  const time = fc.integer({ min: 10, max: 20 }).map((second) => `2026-02-06T10:00:${second}Z`);
  const name = fc.constantFrom("PutObject", "GetObject", "DeleteObject", "CompleteMultipartUpload", 'Get"Object');
  const key = fc.constantFrom("2026/l", "k", "2026/\u00fc", 'a"b');
  const s3 = fc.record({ time, name, key, isStored: fc.boolean(), isVersioned: fc.boolean() }).map((event) =>
    s3Event({
      eventTime: event.time,
      eventName: event.name,
      requestParameters: { bucketName: "a", key: event.key },
      responseElements: event.isVersioned ? { "x-amz-version-id": event.key } : null,
      additionalEventData: { SSEApplied: event.isStored ? "SSE_KMS" : undefined },
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(s3, anyEvent), { maxLength: 20 }), fc.array(fc.nat(3000)), (events, chunks) => {
      const { records, malformed, passedOver } = readAll(JSON.stringify({ Records: events }), { chunks });
      expect({
        records: records.map(
          ({ facts, line, requestId, key, copySource }) =>
            `${facts} ${line} ${requestId} ${key} ${copySource?.bucket ?? null}`,
        ),
        malformed: malformed.map(({ line }) => line),
        passedOver,
      }).toEqual(readPlainly(JSON.parse(JSON.stringify(events))));
    }),
    { numRuns: RUNS },
  );
});
