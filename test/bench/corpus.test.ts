import { describe, expect, it } from "vitest";
import { MALFORMED_EVERY, MIX, makeBlock } from "./corpus.ts";

const LINES = 20_000;
const block = makeBlock(1, LINES);
const lines = block.bytes.toString("latin1").split("\n").slice(0, -1);

describe("the corpus", () => {
  it("is the same for the same seed, and another for another", () => {
    expect(makeBlock(1, 500).bytes.equals(makeBlock(1, 500).bytes)).toBe(true);
    expect(makeBlock(2, 500).bytes.equals(makeBlock(1, 500).bytes)).toBe(false);
  });

  it("knows where its request ids stand", () => {
    expect(lines).toHaveLength(LINES);
    const ids = [...block.requestIds].map((at) => block.bytes.toString("latin1", at - 1, at + 17));
    expect(ids.filter((id) => !/^ [0-9A-F]{16} $/.test(id))).toEqual([]);
  });

  it.for([
    { $case: "rows of S3's own work", line: / S3\.EXPIRE\.OBJECT /, share: MIX.offNetwork },
    { $case: "quotes inside the User-Agent", line: /"pip\/25\.2 \{"ci"/, share: MIX.innerQuotes },
    { $case: "a bare User-Agent", line: /" - - \S{76} /, share: MIX.bareUserAgent },
    { $case: "HTTPS with signature V4", line: / SigV4 (ECDHE|TLS_)/, share: 1 - MIX.offNetwork - MIX.suspicious },
    { $case: "27 fields", line: / TLSv1\.\d \S+ - \S+$/, share: 0.5 },
  ])("holds as many lines as stated of $case", ({ line, share }) => {
    const found = lines.filter((text) => line.test(text)).length / LINES;
    expect(Math.abs(found - share)).toBeLessThan(Math.max(0.002, share * 0.02));
  });

  it("holds 0.01 % of lines that can't be read, half of them cut short and half run together", () => {
    const tail = / (Sig\S+|-) \S+ \S+ \S+ (TLS\S+|-) \S+ \S+( \S+)?$/;
    const cut = lines.filter((text) => !tail.test(text));
    const together = lines.filter((text) => text.match(/ kestrel-payments \[/g)!.length === 2);
    expect({ cut: cut.length, together: together.length }).toEqual({
      cut: LINES / MALFORMED_EVERY / 2,
      together: LINES / MALFORMED_EVERY / 2,
    });
  });
});
