import { describe, expect, it } from "vitest";
import { bar } from "../../lib/cli/progress.ts";
import { cut, table } from "../../lib/report/table.ts";
import { bytesText, durationText, plural } from "../../lib/report/units.ts";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1234, "1.2 KB"],
  [999_600, "1.0 MB"],
  [123_456_789, "123 MB"],
  [5e15, "5000 TB"],
])("%i bytes", (bytes, text) => expect(bytesText(bytes)).toBe(text));

it.each([
  [0.04, "0.0 s"],
  [9.96, "10.0 s"],
  [59.4, "59 s"],
  [65, "1 min 5 s"],
  [3725, "1 h 2 min"],
])("%d seconds", (seconds, text) => expect(durationText(seconds)).toBe(text));

it("counts with a noun", () =>
  expect([plural(1, "record"), plural(1234, "record")]).toEqual(["1 record", "1,234 records"]));

describe("a table", () => {
  it("cuts its first column in the middle to fit, and shows nothing that a terminal obeys", () => {
    const rows = [
      ["arn:aws:sts::111122223333:assumed-role/reconciliation/batch", "12"],
      ["\u001b[31mred", "3"],
    ];
    const columns = [
      { title: "who", align: "left" as const },
      { title: "n", align: "right" as const },
    ];
    expect(table(columns, rows, 40)).toEqual([
      "  who                                  n",
      "  arn:aws:sts…e/reconciliation/batch  12",
      "  \\u{1b}[31mred                        3",
    ]);
  });

  it("leaves short text alone", () => expect(cut("short", 5)).toBe("short"));
});

it.each([
  [0, 0, 80, "auditing ██████████████████████████████ 100 %  0 B of 0 B  0 B/s"],
  [50e6, 1, 80, "auditing ████████████░░░░░░░░░░░ 50 %  50.0 MB of 100 MB  50.0 MB/s  1.0 s left"],
  [50e6, 1, 40, "auditing 50 %  50.0 MB of 100 MB  50.0 "],
])("the progress bar after %i bytes in %i s fits %i columns", (read, seconds, width, text) => {
  expect(bar("auditing", read, read * 2, seconds, width)).toBe(text);
});
