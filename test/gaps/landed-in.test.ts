import fc from "fast-check";
import { expect, test } from "vitest";
import { landedIn, OutOfTime } from "../../lib/gaps/landed-in.ts";
import type { Window } from "../../lib/gaps/named-times.ts";
import type { ObjectRef } from "../../lib/inputs/bucket.ts";
import { landed, listingOf } from "./bucket-listing.ts";

const HOUR = 3_600_000;
const MIDNIGHT = Date.parse("2026-02-06T00:00:00Z");
const ALWAYS = () => true;

async function keysIn(window: Window, objects: readonly ObjectRef[]): Promise<string[]> {
  const keys = [];
  for await (const { key } of landedIn(window, listingOf(objects).list, ALWAYS)) keys.push(key);
  return keys;
}

const stamp = (time: number) => new Date(time).toISOString().slice(0, 19).replace(/[T:]/g, "-");
const day = (time: number) => new Date(time).toISOString().slice(0, 10).replaceAll("-", "/");

/** How the names of a series of log objects are made. */
const NAMES: ((time: number, i: number) => string)[] = [
  (time, i) => `${stamp(time)}-0C6A${i}`,
  (time, i) => `photos/${stamp(time)}-0C6A${i}`,
  (time, i) => `photos${stamp(time)}-0C6A${i}`,
  (time, i) => `1/eu/photos/${day(time)}/${stamp(time)}-0C6A${i}`,
  (time, i) => `1/eu/films/${day(time)}/${stamp(time).slice(0, 10)}-00-00-00-0C6A${i}`,
  (time, i) => `AWSLogs/1/CloudTrail/eu/${day(time)}/1_CloudTrail_${i}.json.gz`,
  (_, i) => `zone/ops-${i}.log`,
];

const OBJECTS = fc
  .array(fc.tuple(fc.nat(NAMES.length - 1), fc.integer({ min: -400, max: 400 })), { maxLength: 60 })
  .map((made) =>
    made.map(([series, hours], i) => landed(NAMES[series]!(MIDNIGHT + hours * HOUR, i), MIDNIGHT + hours * HOUR)),
  );
const WINDOWS = fc
  .tuple(fc.integer({ min: -450, max: 450 }), fc.integer({ min: 1, max: 100 }))
  .map(([from, hours]) => ({ from: MIDNIGHT + from * HOUR, to: MIDNIGHT + (from + hours) * HOUR }));

test("whatever lies in the bucket, exactly what landed in the window is found, in the order of the keys", async () => {
  await fc.assert(
    fc.asyncProperty(OBJECTS, WINDOWS, async (objects, window) => {
      const expected: string[] = [];
      for await (const { key, lastModified } of listingOf(objects).list()) {
        if (lastModified >= window.from && lastModified < window.to) expected.push(key);
      }
      expect(await keysIn(window, objects)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test("what landed an hour after its name, or three days after the day of its requests, is found", async () => {
  const window = { from: MIDNIGHT, to: MIDNIGHT + HOUR };
  const late = [
    landed(`p/${stamp(MIDNIGHT - HOUR)}-0`, MIDNIGHT),
    landed(`q/${day(MIDNIGHT - 72 * HOUR)}/x`, MIDNIGHT + 1),
  ];
  expect(await keysIn(window, late)).toEqual(late.map(({ key }) => key));
});

test("of a flat bucket with years of logs only the window is listed, in each series", async () => {
  const objects = ["a/", "b/", ""].flatMap((prefix) =>
    Array.from({ length: 5000 }, (_, i) => landed(`${prefix}${stamp(MIDNIGHT + i * HOUR)}-0C6A`, MIDNIGHT + i * HOUR)),
  );
  const { list, asked } = listingOf(objects);
  const window = { from: MIDNIGHT + 4000 * HOUR, to: MIDNIGHT + 4002 * HOUR };
  let found = 0;
  for await (const _ of landedIn(window, list, ALWAYS)) found++;
  expect(found).toBe(6);
  expect(asked).toEqual({ listings: 7, objects: 3 * (1 + 5 + 1) });
});

test("without time it ends, and says where", async () => {
  let left = 2;
  const objects = ["a", "b", "c"].map((key) => landed(key, MIDNIGHT));
  const listing = landedIn({ from: 0, to: MIDNIGHT + 1 }, listingOf(objects).list, () => left-- > 0);
  expect((await listing.next()).value?.key).toBe("a");
  expect((await listing.next()).value?.key).toBe("b");
  const error = new OutOfTime('no time to list it to its end; left off at "c"');
  await expect(listing.next()).rejects.toThrow(Object.assign(error, { after: "b" }));
});
