import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTape, scanObject } from "../../../lib/sources/cloudtrail/scan-object.ts";
import { createPage } from "../../../lib/sources/cloudtrail/text.ts";

const MOST = 300;
const page = createPage(MOST);

/** The marks of these bytes, up to that of the end. */
function marksOf(source: Uint8Array, from: number): number[] {
  page.bytes.set(source);
  page.mark(from, source.length);
  return [...page.marks.subarray(0, page.marks.indexOf(source.length) + 1)];
}

function expected(source: Uint8Array, from: number): number[] {
  const found = [...source.keys()].filter((i) => source[i]! < 0x20 || source[i] === 0x22 || source[i] === 0x5c);
  return [...found.filter((i) => i >= from), source.length];
}

describe("the marks of a page", () => {
  it("are what a loop over the bytes finds, and the end", () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 0x1f, 0x20, 0x22, 0x5c));
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: MOST }),
        fc.array(byte, { maxLength: MOST }),
        fc.nat(),
        (any, some, at) => {
          for (const source of [any, Uint8Array.from(some)]) {
            const from = at % (source.length + 1);
            expect(marksOf(source, from)).toEqual(expected(source, from));
          }
        },
      ),
    );
  });

  it("tell every byte from every other", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(marksOf(all, 0)).toEqual([...Array.from({ length: 0x20 }, (_, i) => i), 0x22, 0x5c, 256]);
  });

  it.each([0, 1, 63, 64, 65, MOST - 1, MOST])("have room where all of %i bytes are marks", (length) => {
    expect(marksOf(new Uint8Array(length).fill(0x22), 0)).toEqual(Array.from({ length: length + 1 }, (_, i) => i));
  });

  it("are of each page by itself", () => {
    const other = createPage(MOST);
    marksOf(Buffer.from('a"'), 0);
    other.bytes.set(Buffer.from('ab"'));
    other.mark(0, 3);
    expect([...page.marks.subarray(0, 2), ...other.marks.subarray(0, 2)]).toEqual([1, 2, 2, 3]);
  });
});

it("an object is found before the one that was scanned last, and behind it", () => {
  const text = '{"a":"b"}{"c":"d"}{"e":"\\u0066"}';
  marksOf(Buffer.from(text), 0);
  const tape = createTape();
  const starts = [18, 0, 9, 18, 9, 0];
  expect(starts.map((start) => scanObject(page, start, tape, "event"))).toEqual([32, 9, 18, 32, 18, 9]);
});
