import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineReader } from "../../../lib/evidence/inventory/line.ts";
import { type RowReading, rowReader, UNASKED, UNREADABLE } from "../../../lib/evidence/inventory/row.ts";
import { SSE_C } from "../../../lib/facts.ts";

const COLUMNS = ["Bucket", "Key", "LastModifiedDate", "EncryptionStatus"];
const OTHER_ORDER = ["Key", "Bucket", "LastModifiedDate", "EncryptionStatus"];
const ASKED = new Set(["a/cat.jpg", "a b"]);
const TIME = "2026-02-06T10:00:38.000Z";

const row = (key: string): RowReading => ({
  key,
  versionId: null,
  isCurrent: true,
  isDeleteMarker: false,
  isMultipart: false,
  lastModified: Date.parse(TIME),
  encryption: SSE_C,
});

/** Reads a line that stands between others, as it does in a block. */
function read(line: string, columns = COLUMNS, before = "x,y\n", after = '"photos","next","",""\n') {
  const bytes = Buffer.from(`${before}${line}\n${after}`);
  const from = Buffer.byteLength(before);
  return lineReader(columns, "photos", ASKED)(bytes, from, from + Buffer.byteLength(line) + 1);
}

describe("lineReader", () => {
  it.each<[line: string, RowReading | null]>([
    [`"photos","a/cat.jpg","${TIME}","SSE-C"`, row("a/cat.jpg")],
    [`"photos","a/cat.jpg","${TIME}","SSE-C"\r`, row("a/cat.jpg")],
    [`photos,a/cat.jpg,${TIME},SSE-C`, row("a/cat.jpg")],
    [`photos,"a/cat.jpg",${TIME},SSE-C`, row("a/cat.jpg")],
    [`"photos",a/cat.jpg,${TIME},SSE-C`, row("a/cat.jpg")],
    [`"photos","a+%62","${TIME}","SSE-C"`, row("a b")],
    ["", null],
    ["\r", null],
    [`"photos","b","${TIME}","SSE-C"`, UNASKED],
    [`photos,b,${TIME},SSE-C`, UNASKED],
    [`photos,"b",${TIME},SSE-C`, UNASKED],
    [`"photos","a/cat.jpg ","${TIME}","SSE-C"`, UNASKED],
    ['"photos","b","not looked at further', UNASKED],
    [`"photos","%zz","${TIME}","SSE-C"`, UNREADABLE],
    [`"photo","a/cat.jpg","${TIME}","SSE-C"`, UNREADABLE],
    [`"photos2","a/cat.jpg","${TIME}","SSE-C"`, UNREADABLE],
    ['"photos","b"', UNREADABLE],
    ['"photos","b', UNREADABLE],
    ["photos,b", UNREADABLE],
    ["photos", UNREADABLE],
    ['"photos","a/cat.jpg",', UNREADABLE],
    [`"photos","a/cat.jpg"x,"${TIME}","SSE-C"`, UNREADABLE],
    [`photos,a/cat.jpg,${TIME},SSE-C\rphotos,a/cat.jpg,${TIME},SSE-C`, UNREADABLE],
  ])("%j", (line, expected) => {
    expect(read(line)).toEqual(expected);
  });

  it("reads the last line of a block like any other", () => {
    for (const line of ['"photos","b', "photos,b", "phot", '"photos","b"'])
      expect(read(line, COLUMNS, "", "")).toBe(UNREADABLE);
    expect(read(`photos,a/cat.jpg,${TIME},SSE-C`, COLUMNS, "", "")).toEqual(row("a/cat.jpg"));
  });

  it("reads columns in another order", () => {
    expect(read(`"a/cat.jpg","photos","${TIME}","SSE-C"`, OTHER_ORDER)).toEqual(row("a/cat.jpg"));
    expect(read(`"photos","a/cat.jpg","${TIME}","SSE-C"`, OTHER_ORDER)).toBe(UNREADABLE);
    expect(read(`"b","photos","${TIME}","SSE-C"`, OTHER_ORDER)).toBe(UNASKED);
  });

  it("agrees with the parser on every line that S3 can write", () => {
    const key = fc.oneof(fc.constantFrom("a/cat.jpg", "a b"), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(key, fc.boolean(), fc.constantFrom(COLUMNS, OTHER_ORDER), (key, quotes, columns) => {
        const written = encodeURIComponent(key).replaceAll("%20", "+");
        const fields = columns.map(
          (name) => ({ Bucket: "photos", Key: written, LastModifiedDate: TIME })[name] ?? "SSE-C",
        );
        const line = fields.map((field) => (quotes ? `"${field}"` : field)).join(",");
        expect(read(line, columns)).toEqual(rowReader(columns, "photos", ASKED)(fields));
      }),
    );
  });
});
