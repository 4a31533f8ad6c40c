import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Exception } from "../../lib/exceptions/exception.ts";
import { exceptionsOf } from "../../lib/exceptions/match.ts";
import { EXCEPTIONS, found, IMPORTER, NOON, PATTERNS, RECORDS, type Request, TEXTS } from "./worlds.ts";

const idsOf = (request: Request, ...exceptions: Exception[]) =>
  exceptionsOf(found(request), exceptions)?.map(({ id }) => id) ?? null;
const END = Date.UTC(2026, 1, 7);

interface Case {
  name: string;
  exception?: Partial<Exception>;
  finding?: Request;
  covers: boolean;
}

const CASES: Case[] = [
  { name: "all of it", covers: true },
  { name: "another rule", finding: { rules: ["a.head"] }, covers: false },
  { name: "any rule", exception: { rules: null }, finding: { rules: ["a.head"] }, covers: true },
  { name: "both rules", finding: { rules: ["a.get", "a.put"] }, covers: true },
  { name: "one of two rules", finding: { rules: ["a.put", "a.head"] }, covers: false },
  { name: "no rule", exception: { rules: null }, finding: { rules: [] }, covers: false },
  { name: "another bucket", finding: { bucket: "photo" }, covers: false },
  { name: "a bucket that only begins so", finding: { bucket: "photos-2" }, covers: false },
  { name: "a bucket in capitals", finding: { bucket: "Photos" }, covers: false },
  { name: "buckets that begin so", exception: { bucket: "pho*" }, covers: true },
  { name: "no bucket", finding: { bucket: null }, covers: false },
  { name: "no bucket, of any", exception: { bucket: "*" }, finding: { bucket: null }, covers: true },
  { name: "the beginning itself", finding: { key: "imports/" }, covers: true },
  { name: "a key elsewhere", finding: { key: "old/imports/1.csv" }, covers: false },
  { name: "a key with capitals", finding: { key: "Imports/1.csv" }, covers: false },
  { name: "a key as it is", exception: { key: "imports/1.csv" }, covers: true },
  { name: "the object that a copy read", exception: { key: "imports/copied.csv" }, covers: false },
  { name: "no key", finding: { key: null }, covers: false },
  { name: "no key, of any", exception: { key: "*" }, finding: { key: null }, covers: true },
  { name: "another requester", finding: { requester: "user/bob" }, covers: false },
  { name: "no requester", finding: { requester: null }, covers: false },
  { name: "no requester, of any", exception: { requester: "*" }, finding: { requester: null }, covers: true },
  { name: "the last ms of the last day", finding: { time: END - 1 }, covers: true },
  { name: "the first ms of the next day", finding: { time: END }, covers: false },
  { name: "no time", finding: { time: Number.NaN }, covers: false },
  {
    name: "a key that may be exposed, any rule",
    exception: { rules: null },
    finding: { exposure: "possible" },
    covers: false,
  },
  { name: "an exposed key, any rule", exception: { rules: null }, finding: { exposure: "exposed" }, covers: false },
  { name: "an exposed key, the rule", finding: { exposure: "exposed" }, covers: true },
];

test.each(CASES)("$name: $covers", ({ exception, finding, covers }) => {
  expect(idsOf(finding ?? {}, { ...IMPORTER, ...exception })).toEqual(covers ? ["importer"] : null);
});

describe("several exceptions", () => {
  const [put, get] = [
    { ...IMPORTER, id: "put", rules: ["a.put"] },
    { ...IMPORTER, id: "get", rules: ["a.get"] },
  ];
  test.each<[string, Exception[], string[] | null]>([
    ["cover a finding together", [get, put], ["get", "put"]],
    ["leave it where one has ended", [get, { ...put, until: "2026-02-05" }], null],
    ["are all named that cover a rule", [IMPORTER, put], ["importer", "put"]],
    ["are not named for what they are not about", [IMPORTER, { ...put, key: "x" }], ["importer"]],
  ])("%s", (_, exceptions, ids) => {
    expect(idsOf({ rules: ["a.put", "a.get"] }, ...exceptions)).toEqual(ids);
  });
});

test("a finding that holds hardly anything is covered by nothing but *", () => {
  const bare = { time: NOON, compliance: { checks: [{ uid: "a.put" }] } };
  const any = { ...IMPORTER, bucket: "*", key: "*", requester: "*" };
  expect(exceptionsOf(bare, [any])).toEqual([any]);
  expect(exceptionsOf(bare, [IMPORTER])).toBeNull();
  expect(exceptionsOf({ time: NOON, compliance: {} }, [any])).toBeNull();
});

test("patterns fit what the same regular expressions match", () => {
  const expression = (pattern: string) =>
    new RegExp(`^${[...pattern].map((letter) => (letter === "*" ? ".*" : `[${letter}]`)).join("")}$`);
  fc.assert(
    fc.property(PATTERNS, TEXTS, fc.constantFrom("bucket", "key", "requester"), (pattern, text, field) => {
      const any = { ...IMPORTER, bucket: "*", key: "*", requester: "*" };
      const fits = text === null ? pattern === "*" : expression(pattern).test(text);
      expect(idsOf({ [field]: text }, { ...any, [field]: pattern }) !== null).toBe(fits);
    }),
    { numRuns: 1000 },
  );
});

test("more exceptions never uncover a finding, and their order only orders the ids", () => {
  fc.assert(
    fc.property(RECORDS, EXCEPTIONS, fc.nat(5), (records, exceptions, few) => {
      for (const finding of records.flat()) {
        const all = exceptionsOf(finding, exceptions);
        if (exceptionsOf(finding, exceptions.slice(0, few)) !== null) expect(all).not.toBeNull();
        expect(exceptionsOf(finding, exceptions.toReversed())).toEqual(all?.toReversed() ?? null);
      }
    }),
  );
});
