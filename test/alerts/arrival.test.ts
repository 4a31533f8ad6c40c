import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countOf } from "../../lib/alerts/alert-group.ts";
import type { AlertFinding } from "../../lib/alerts/alertable.ts";
import { type ArrivalOptions, isSilent, readArrival } from "../../lib/alerts/arrival.ts";
import { groupFindings } from "../../lib/alerts/group-findings.ts";
import type { Exception } from "../../lib/exceptions/exception.ts";
import { exceptionsOf } from "../../lib/exceptions/match.ts";
import { EXCEPTIONS, NOON } from "../exceptions/worlds.ts";
import { finding } from "./findings.ts";

const DAY = 86_400_000;
const KEY = "findings/dt=2026-02-06/my-logs/0f3a.ndjson.gz";
const OPTIONS: ArrivalOptions = { threshold: "medium", isExcepted: () => false, isUnchanged: true };

/** A findings object as a store writes it: members of gzip, each some lines. */
function objectOf(findings: readonly AlertFinding[], linesEach = 100): Buffer {
  const members: Buffer[] = [];
  for (let from = 0; from < findings.length; from += linesEach) {
    const lines = findings.slice(from, from + linesEach).map((each) => `${JSON.stringify(each)}\n`);
    members.push(gzipSync(lines.join("")));
  }
  return Buffer.concat(members);
}

async function* chunksOf(bytes: Buffer, size = 64): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function read(findings: readonly AlertFinding[], options: Partial<ArrivalOptions> = {}) {
  return readArrival(KEY, chunksOf(objectOf(findings)), { ...OPTIONS, ...options });
}

function settled(each: AlertFinding, modified_time: number): AlertFinding {
  return { ...each, finding_info: { ...each.finding_info, modified_time } as AlertFinding["finding_info"] };
}

const PLAIN = finding({ uid: "01" });
const OPEN = finding({ uid: "02", verdict: "indeterminate" });
const POSSIBLE = finding({ uid: "03", exposure: "possible" });
const EXPOSED = finding({ uid: "04", severity: 5, exposure: "exposed" });
const LOW = finding({ uid: "05", severity: 2 });
const DONE = finding({ uid: "06", status: 4 });

test("exposed keys are told apart, and what nobody needs to hear of is left out", async () => {
  const { source, groups } = await read([PLAIN, OPEN, POSSIBLE, EXPOSED, LOW, DONE]);
  expect(source).toMatch(/^[0-9a-f]{32}$/);
  expect(groups).toEqual({
    "key-exposure": groupFindings([EXPOSED], Number.POSITIVE_INFINITY),
    findings: groupFindings([PLAIN, OPEN, POSSIBLE], Number.POSITIVE_INFINITY),
  });
});

test.each([
  { what: "below the threshold", findings: [LOW] },
  { what: "settled", findings: [DONE] },
])("silent: $what", async ({ findings }) => {
  expect(isSilent(await read(findings))).toBe(true);
});

test("one finding at the threshold is not silent", async () => {
  expect(isSilent(await read([LOW], { threshold: "low" }))).toBe(false);
});

test("lines are read whole, however the bytes come", async () => {
  const title = "GetObject of s3://photos/Grüße-猫.jpg over HTTP with signature V4";
  const findings = Array.from({ length: 30 }, (_, i) => finding({ uid: `${i}`, title }));
  const expected = await read(findings);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 30 }), async (size, linesEach) => {
      const { groups } = await readArrival(KEY, chunksOf(objectOf(findings, linesEach), size), OPTIONS);
      expect(groups).toEqual(expected.groups);
    }),
    { numRuns: 30 },
  );
});

test("a last line without an end is read, too", async () => {
  const object = gzipSync(JSON.stringify(PLAIN));
  expect((await readArrival(KEY, chunksOf(object), OPTIONS)).groups).toEqual((await read([PLAIN])).groups);
});

test("its source is the object's key and bytes, and nothing else", async () => {
  const bytes = objectOf([PLAIN]);
  const sourceOf = async (key: string, object: Buffer, size?: number) =>
    (await readArrival(key, chunksOf(object, size), OPTIONS)).source;
  const source = await sourceOf(KEY, bytes);
  expect(await sourceOf(KEY, bytes, 7)).toBe(source);
  expect(await sourceOf(`${KEY}x`, bytes)).not.toBe(source);
  expect(await sourceOf(KEY, objectOf([OPEN]))).not.toBe(source);
});

describe("an object whose findings were settled", () => {
  const early = settled(finding({ uid: "07" }), 1000);
  const late = settled(finding({ uid: "08", exposure: "exposed", severity: 5 }), 2000);
  const closed = settled(DONE, 2000);
  const narrowed = settled(finding({ uid: "09", verdict: "indeterminate" }), 2000);

  test("tells of what the last settlement made violations", async () => {
    const { groups } = await read([PLAIN, early, late, narrowed, closed]);
    expect(groups).toEqual({ "key-exposure": groupFindings([late], Number.POSITIVE_INFINITY), findings: [] });
  });

  test("tells of nothing where the last settlement only closed findings", async () => {
    expect(isSilent(await read([PLAIN, early, closed]))).toBe(true);
  });

  test("tells of all, if its event is older: people may not have heard of it", async () => {
    const { groups } = await read([PLAIN, early, late, narrowed, closed], { isUnchanged: false });
    expect(groups["key-exposure"].map(countOf)).toEqual([1]);
    expect(groups.findings.map(countOf)).toEqual([3]);
  });
});

test.each([
  { what: "cut short", object: objectOf([PLAIN]).subarray(0, 60), message: "unexpected end of file" },
  {
    what: "with a line that is no JSON",
    object: gzipSync("secret{\n"),
    message: /^a line is not JSON; expected findings as an audit writes them$/,
  },
])("$what, it is refused", async ({ object, message }) => {
  await expect(readArrival(KEY, chunksOf(object), OPTIONS)).rejects.toThrow(message);
});

test("another exception never adds to what people are told", async () => {
  const findings = fc.array(
    fc.record({
      uid: fc.uuid(),
      rule: fc.constantFrom("a.put", "b.put"),
      bucket: fc.constantFrom("a", "ab", "b"),
      requester: fc.constantFrom("a", "b"),
      time: fc.constantFrom(NOON, NOON + DAY),
      exposure: fc.constantFrom(undefined, "exposed" as const),
    }),
    { minLength: 1, maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(findings, EXCEPTIONS, fc.nat(5), async (changes, exceptions, few) => {
      const told = async (given: readonly Exception[]) => {
        const isExcepted = (each: AlertFinding) => exceptionsOf(each, given) !== null;
        const all = changes.map(({ exposure, ...change }) => finding({ ...change, ...(exposure && { exposure }) }));
        const { groups } = await read(all, { isExcepted });
        return new Map(
          Object.entries(groups).flatMap(([kind, each]) =>
            each.map((group) => [`${kind} ${JSON.stringify(group.of)}`, countOf(group)] as const),
          ),
        );
      };
      const [some, all] = [await told(exceptions.slice(0, few)), await told(exceptions)];
      for (const [group, count] of all) expect(count).toBeLessThanOrEqual(some.get(group) ?? 0);
    }),
  );
});
