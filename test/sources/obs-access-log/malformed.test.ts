import { describe, expect, it } from "vitest";
import { MAX_LINE } from "../../../lib/sources/lines.ts";
import { readChunks, readLines } from "./drive.ts";
import { obsLine, type Written } from "./written.ts";

const CUT = "the line is cut short after the User-Agent";
const RUN_TOGETHER = "two records are run together on one line";

describe("a malformed line", () => {
  it.each<[string, Partial<Written>, string]>([
    [
      "a time that is none",
      { time: "[31/Feb/2026:00:00:38 +0000]" },
      "the time is not like [06/Feb/2026:00:00:38 +0000]",
    ],
    ["an IP that is none", { remoteIp: "here" }, "the remote IP is no IP address"],
    ["a missing requester", { requester: "" }, "the operation is not like REST.GET.OBJECT"],
    ["a control byte in the key", { key: "a\0b" }, "the key is missing or cut short"],
    ["an operation that is none", { operation: "GET" }, "the operation is not like REST.GET.OBJECT"],
    [
      "a space in the URI",
      { uri: '"GET /a b HTTP/1.1"' },
      "the request line is not METHOD, target and protocol in quotes",
    ],
    ["a status that is none", { status: "OK" }, "the HTTP status is no number"],
    ["a size that is none", { objectSize: "big" }, "the object size is no number"],
    ["a Referer without quotes", { referer: "https://a/" }, "the Referer is missing or cut short"],
    ["a User-Agent without quotes", { userAgent: "curl" }, CUT],
    ["a bare Referer and then text", { referer: "-", userAgent: "curl" }, CUT],
    ["a control byte at the end", { rest: "- STANDARD\0 -" }, "a control byte stands where only OBS writes"],
    ["a time at the end", { rest: "- - - [06/Feb/2026:00:00:38 +0000] -" }, RUN_TOGETHER],
    [
      "a time behind bare fields",
      { referer: "-", userAgent: "-", rest: "- - [06/Feb/2026:00:00:38 +0000]" },
      RUN_TOGETHER,
    ],
  ])("with %s", (_, given, reason) => {
    expect(readLines(obsLine(given)).malformed.map((line) => line.reason)).toEqual([reason]);
  });

  it.each([
    ["18 fields", ""],
    ["18 fields and a space", " "],
  ])("of %s", (_, end) => {
    const line = obsLine({ rest: "" }).trimEnd() + end;
    expect(readLines(line).malformed.map(({ reason }) => reason)).toEqual([CUT]);
  });

  it("says where it stands and what it holds", () => {
    const { records, malformed } = readLines(obsLine(), "cut sh\xf6rt", obsLine());
    const [first] = records;
    expect(malformed).toEqual([
      {
        line: 2,
        offset: obsLine().length + 1,
        bytes: 9,
        reason: "the bucket is missing or cut short",
        text: "cut sh�rt",
      },
    ]);
    expect(records.map(({ line }) => line)).toEqual([1, 3]);
    expect(first!.offset).toBe(0);
  });

  it("may be longer than any record", () => {
    const long = obsLine({ userAgent: `"${"x".repeat(MAX_LINE)}"` });
    const reason = `the line is longer than ${MAX_LINE} bytes`;
    const text = long.slice(0, 1 << 16);
    const bytes = Buffer.from(`${long}\n${obsLine()}`);
    const expected = [{ line: 1, offset: 0, bytes: long.length, reason, text }];
    expect(readChunks([bytes]).malformed).toEqual(expected);
    expect(
      readChunks([bytes.subarray(0, 100), bytes.subarray(100, long.length), bytes.subarray(long.length)]).malformed,
    ).toEqual(expected);
  });
});

describe("two records on one line", () => {
  const second = obsLine({ requestId: "0000BACAD9376ECE141B842B94535B00" });
  it.each([
    ["without a space", obsLine() + second],
    ["with a space", `${obsLine()} ${second}`],
    ["with a quoted field in both", obsLine({ rest: '- - - "-" 089f x' }) + obsLine({ rest: '- - - "-" 089f x' })],
  ])("%s are malformed", (_, line) => {
    expect(readLines(line).malformed.map(({ reason }) => reason)).toEqual([RUN_TOGETHER]);
  });

  it("with bare fields in both are malformed, whatever the reason", () => {
    const bare = obsLine({ referer: "-", userAgent: "-" });
    expect(readLines(bare + bare).malformed.map(({ reason }) => reason)).toEqual([CUT]);
  });

  it("are one, if a User-Agent quotes the other", () => {
    expect(readLines(obsLine({ userAgent: `"${second}"` })).malformed).toEqual([]);
  });
});
