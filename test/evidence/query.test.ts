import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { queryParameters } from "../../lib/evidence/query.ts";

const WANTED = new Set(["a", "x-amz-b"]);

describe("queryParameters", () => {
  it.each<[uri: string | null, expected: Record<string, string[]>]>([
    [null, {}],
    ["", {}],
    ["GET /k HTTP/1.1", {}],
    ["GET /k? HTTP/1.1", {}],
    ["GET /k?a=1 HTTP/1.1", { a: ["1"] }],
    ["GET /k?a=1&c=2&X-Amz-B=3 HTTP/1.1", { a: ["1"], "x-amz-b": ["3"] }],
    ["GET /k?a HTTP/1.1", { a: [""] }],
    ["GET /k?a= HTTP/1.1", { a: [""] }],
    ["GET /k?a=1=2 HTTP/1.1", { a: ["1=2"] }],
    ["GET /k?a=1&A=1&%61=1 HTTP/1.1", { a: ["1"] }],
    ["GET /k?a=1&A=2 HTTP/1.1", { a: ["1", "2"] }],
    ["GET /k?a=1&a=2&a=3 HTTP/1.1", { a: ["1", "2"] }],
    ["GET /k?X%2DAmz%2DB=aws%3Akms+x HTTP/1.1", { "x-amz-b": ["aws:kms x"] }],
    // Once, not twice.
    ["GET /k?a=%2531&%2561=1 HTTP/1.1", { a: ["%31"] }],
    ["GET /k?a=%zz&%zza=1&%ff=1 HTTP/1.1", { a: ["%zz"] }],
    ["GET /k?a=%zz&x-amz-b=%zz HTTP/1.1", { a: ["%zz"], "x-amz-b": ["%zz"] }],
    ["GET /k?a=%2531&a=%31 HTTP/1.1", { a: ["%31", "1"] }],
    ["GET /k?b=1?a=1 HTTP/1.1", {}],
    ["GET /k?&&=&a=1& HTTP/1.1", { a: ["1"] }],
    ["GET /k?a=\0 HTTP/1.1", { a: ["\0"] }],
    // No request lines.
    ["/k?a=1", {}],
    ["GET /k?a=1", {}],
    ["/k?a=1 HTTP/1.1", {}],
    ["GET /k?a=1 HTTX/1.1", {}],
    ["GET /k?b=1 HTTP/1.1&a=1 HTTP/1.1", {}],
    ["GET  /k?a=1 HTTP/1.1", {}],
  ])("%j", (uri, expected) => {
    const found = [...queryParameters(uri, WANTED)].map(([name, values]) => [name, [...values]]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  it("takes long hostile text", () => {
    for (const piece of ["%", "&", "=", "%zz&a=", "&a=%ff", "?", "a=%41&", "a&", " "]) {
      const uri = `GET /k?${piece.repeat(100_000)} HTTP/1.1`;
      expect(queryParameters(uri, WANTED).size).toBeLessThan(3);
    }
  });

  it("reads back what a form encodes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (value, noise) => {
        const query = new URLSearchParams({ noise, a: value }).toString();
        expect(queryParameters(`GET /k?${query} HTTP/1.1`, WANTED)).toEqual(new Map([["a", new Set([value])]]));
      }),
    );
  });
});
