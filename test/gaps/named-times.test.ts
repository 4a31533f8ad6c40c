import { describe, expect, test } from "vitest";
import { seriesOf, skipAfter, type Window } from "../../lib/gaps/named-times.ts";

const WINDOW: Window = { from: Date.parse("2026-02-06T08:00:00Z"), to: Date.parse("2026-02-06T10:00:00Z") };

describe("a series is what a key begins with before its time", () => {
  const TRAIL = "AWSLogs/o-1/111122223333/CloudTrail/eu-central-1/";
  const CASES: [string, string | null, string?][] = [
    ["2026-02-06-08-00-00-0C6A9F2352CAA88F", "", "2026-02-06-08-00-00"],
    ["photos/2026-02-06-08-00-00-0C6A9F2352CAA88F", "photos/", "2026-02-06-08-00-00"],
    ["logs12026-02-06-08-00-00-0C6A9F2352CAA88F", "logs1", "2026-02-06-08-00-00"],
    [
      "111122223333/eu-central-1/photos/2026/02/06/2026-02-06-08-00-00-0C6A",
      "111122223333/eu-central-1/photos/",
      "2026/02/06",
    ],
    [`${TRAIL}2026/02/06/111122223333_CloudTrail_eu-central-1_20260206T0800Z_x.json.gz`, TRAIL, "2026/02/06"],
    ["backup/2020/01/01/photos/2026/02/06/a", "backup/2020/01/01/photos/", "2026/02/06"],
    ["2026/02/06/08/firehose-1", "", "2026/02/06"],
    ["a\nb/2026/02/06/x\ny", "a\nb/", "2026/02/06"],
    ["photos/2026-02-06-08-00-00-0C6A9F2352CAA88F.gz", null],
    ["photos/2026-02-06.log", null],
    ["x2026/02/06/a", null],
    ["2026/02/06/", null],
    ["9999-12-31-23-59-59-0C6A", null],
    ["ops.log", null],
  ];
  test.each(CASES)("%j", (key, stem, stamp) => {
    const series = seriesOf(key);
    expect(series && [series.stem, series.stamp]).toEqual(stem === null ? null : [stem, stamp]);
  });
});

describe("listing goes on", () => {
  const CASES: [string, string | null][] = [
    ["p/2026-02-06-06-59-59-0C6A", "p/2026-02-06-07-00-00"],
    ["p/2019-12-31-23-59-59-0C6A", "p/2026-02-06-07-00-00"],
    ["p/2026-02-06-07-00-00-0C6A", null],
    ["p/2026-02-06-11-00-00-0C6A", null],
    ["p/2026-02-06-11-00-01-0C6A", "p/3"],
    ["p/2026/02/02/x", "p/2026/02/03"],
    ["p/2026/02/03/x", null],
    ["p/2026/02/07/x", null],
    ["p/2026/02/08/x", "p/3"],
    ["p/2026/02/03/2026-02-03-00-00-00-0C6A", null],
    ["whatever", null],
  ];
  test.each(CASES)("after %j at %j", (key, after) => {
    expect(skipAfter(key, WINDOW)).toBe(after);
  });
});
