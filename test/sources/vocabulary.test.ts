import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createVocabulary } from "../../lib/sources/vocabulary.ts";

const AT = 16;

/** A vocabulary over a small window, and what it says of one word after the other. */
function speaker(meaning: (word: string) => string | undefined) {
  const bytes = new Uint8Array(AT + 200);
  const asked: string[] = [];
  const vocabulary = createVocabulary(bytes, (word) => {
    asked.push(word);
    return meaning(word);
  });
  const find = (word: string, surroundings = 0) => {
    bytes.fill(surroundings);
    bytes.set(Buffer.from(word, "latin1"), AT);
    return vocabulary.find(AT, AT + word.length);
  };
  return { find, asked };
}

describe("find", () => {
  it("gives what a map gives, or nothing", () => {
    const word = fc.array(fc.constantFrom("a", "b", "\xff", "\0"), { maxLength: 9 }).map((letters) => letters.join(""));
    fc.assert(
      fc.property(fc.array(fc.tuple(word, fc.nat({ max: 255 })), { maxLength: 60 }), (words) => {
        const { find } = speaker((word) => (word.includes("\0") ? undefined : `<${word}>`));
        for (const [word, surroundings] of words) {
          const holds = word.length >= 4 && !word.includes("\0");
          // Few words: none is shut out by others.
          expect(find(word, surroundings)).toBe(holds ? `<${word}>` : undefined);
        }
      }),
    );
  });

  it.each([0, 1, 3, 4, 5, 7, 8, 63, 64, 65, 100])("holds a word of %i bytes if it is of 4 to 64", (length) => {
    const { find, asked } = speaker((word) => word);
    const word = "w".repeat(length);
    const holds = length >= 4 && length <= 64;
    for (const other of [word, word, `${word.slice(1)}v`, `v${word.slice(1)}`, word]) {
      expect(find(other)).toBe(holds && other.length === length ? other : undefined);
    }
    expect(asked.length).toBe(holds ? 3 : 0);
  });

  it("asks once for what a word means, and each time for a word without meaning", () => {
    const { find, asked } = speaker((word) => (word === "good" ? "meaning" : undefined));
    expect([find("good"), find("bad!"), find("good"), find("bad!")]).toEqual([
      "meaning",
      undefined,
      "meaning",
      undefined,
    ]);
    expect(asked).toEqual(["good", "bad!", "bad!"]);
  });

  it("never takes a word for another, however many there are", () => {
    const { find } = speaker((word) => word);
    const words = Array.from({ length: 3000 }, (_, i) => `word-${i}`);
    const found = words.filter((word) => find(word) === word);
    expect(words.filter((word) => ![word, undefined].includes(find(word)))).toEqual([]);
    expect(found.length).toBeGreaterThan(400);
    expect(found.every((word) => find(word) === word)).toBe(true);
  });

  it("holds all operations and cipher suites of S3 side by side", () => {
    const operations = [
      "OBJECT",
      "BUCKET",
      "ACL",
      "LOCATION",
      "VERSIONING",
      "UPLOADS",
      "UPLOAD",
      "PART",
      "OBJECT_TAGGING",
      "LIFECYCLE",
    ].flatMap((what) =>
      ["GET", "PUT", "POST", "HEAD", "DELETE", "COPY", "OPTIONS"].map((method) => `REST.${method}.${what}`),
    );
    const { find } = speaker((word) => word);
    for (const operation of [...operations, ...operations]) expect(find(operation)).toBe(operation);
  });
});
