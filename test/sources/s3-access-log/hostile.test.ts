import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interfaceCode, OFF_NETWORK } from "../../../lib/facts.ts";
import type { LogRecord } from "../../../lib/record.ts";
import { readLines } from "./drive.ts";
import { hostileText } from "./hostile-text.ts";
import { isPerhapsTwo } from "./reference.ts";
import { type Logged, lineOf, logged, ordinary, type Texts } from "./written.ts";

const RUNS = Number(process.env["RUNS"] ?? 400);
/** S3 writes nothing of a client into the rows of its own work. */
const clientRequest = fc.oneof(logged, ordinary).filter(({ facts }) => interfaceCode(facts) !== OFF_NETWORK);

type Written = "uri" | "referer" | "userAgent";

/** All that a client has not written. */
function s3Part(record: LogRecord): Omit<LogRecord, Written> {
  const { uri, referer, userAgent, ...rest } = record;
  return rest;
}

function withTexts(request: Logged, texts: Partial<Texts>): Logged {
  return { ...request, texts: { ...request.texts, ...texts } };
}

/** Behind a Referer that looks like a User-Agent as well, the version id of a record of 18 fields may be a piece of a host id. */
function isPerhapsCut({ width, time, texts: { referer, userAgent, versionId } }: Logged): boolean {
  const isTwo = referer?.includes('" "') ?? false;
  return width === 18 && time >= Date.UTC(2019) && isTwo && userAgent === null && versionId !== null;
}

describe("what the client writes", () => {
  it.each<[what: string, fields: Written[], others: Partial<Texts>]>([
    ["a Referer", ["referer"], {}],
    ["a User-Agent", ["userAgent"], {}],
    ["a Referer and a User-Agent", ["referer", "userAgent"], {}],
    ["a Referer without a User-Agent", ["referer"], { userAgent: null }],
    ["a User-Agent without a Referer", ["userAgent"], { referer: null }],
  ])("moves nothing by %s", (_, fields, others) => {
    let undecidable = 0;
    fc.assert(
      fc.property(clientRequest, hostileText, hostileText, (request, one, two) => {
        const benign = withTexts(request, { referer: "-", userAgent: "-", ...others });
        const [first, second = first] = fields;
        const hostile = withTexts(benign, { [second!]: two(benign), [first!]: one(benign) });
        const line = lineOf(hostile);
        const read = readLines(line);
        if (isPerhapsTwo(line) || isPerhapsCut(hostile)) {
          undecidable++;
          expect([read.records, read.malformed.length]).toEqual([[], 1]);
        } else {
          expect(read.records.map(s3Part)).toEqual(readLines(lineOf(benign)).records.map(s3Part));
          expect(read.records).toHaveLength(1);
        }
      }),
      { numRuns: RUNS },
    );
    expect(undecidable).toBeLessThan(RUNS / 5);
  });

  it("moves nothing by a request target", () => {
    const target = fc.array(
      fc.oneof(
        fc.constantFrom('"', "-", "\0", "\r"),
        fc.integer({ min: 33, max: 255 }).map((n) => String.fromCharCode(n)),
      ),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(
        clientRequest.filter(({ width }) => width > 18),
        target,
        (request, bytes) => {
          const benign = withTexts(request, { uri: "GET / HTTP/1.1" });
          const read = readLines(lineOf(withTexts(request, { uri: `GET ${bytes.join("")} HTTP/1.1` })));
          expect(read.records.map(s3Part)).toEqual(readLines(lineOf(benign)).records.map(s3Part));
          expect(read.records).toHaveLength(1);
        },
      ),
    );
  });
});
