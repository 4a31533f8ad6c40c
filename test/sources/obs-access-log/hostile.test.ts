import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { presignedSignature } from "../../../lib/evidence/presigned.ts";
import { ANY_TRANSPORT, GET, openEncryption, UNSIGNED, V2, V4 } from "../../../lib/facts.ts";
import { readChunks, readLines } from "./drive.ts";
import { obsLine } from "./written.ts";

const SIGNED = V2 | V4;
const RUN_TOGETHER = "two records are run together on one line";

/** Text that is meant to be taken for something else: quotes, spaces, tails, heads and whole records. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        " ",
        "-",
        "[",
        "\0",
        "\r",
        "\xff",
        '" "',
        '"  "',
        '" - - - - "-',
        '" F - - - "-',
        '" F - - -',
        "Anonymous",
      ),
      fc.constantFrom(
        '" - id SigV4 TLS_AES_128_GCM_SHA256 AuthHeader h TLSv1.3 - - r "',
        '" - - STANDARD - "-" 089f HPTA',
      ),
      fc.constantFrom(
        obsLine(),
        ` ${obsLine()}`,
        obsLine({ referer: "-", userAgent: "-" }),
        obsLine().split('"-"')[0]!,
      ),
      fc.string({ unit: "binary-ascii", maxLength: 8 }).map((text) => text.replaceAll("\n", "")),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

const quoted = fc.oneof(
  { weight: 5, arbitrary: hostile.map((text) => `"${text}"`) },
  { weight: 1, arbitrary: fc.constant("-") },
);
const rest = fc.constantFrom(
  "-",
  "- - -",
  "- STANDARD -",
  "urn:sts::x WARM COLD",
  '- - - "-"',
  '- STANDARD - "-" 089f HPTA',
  "- - - - 089f x SigV4",
);

describe("no byte of the client", () => {
  it("in Referer and User-Agent moves a fact", () => {
    const requester = fc.constantFrom("787f2f92b20943998a4fe2ab75eb09b8", "Anonymous");
    fc.assert(
      fc.property(quoted, quoted, rest, requester, (referer, userAgent, rest, requester) => {
        const { records, malformed } = readLines(obsLine({ referer, userAgent, rest, requester }));
        const facts = openEncryption(GET, ANY_TRANSPORT, requester === "Anonymous" ? UNSIGNED : SIGNED);
        // Whoever knows the account id can write what no reader can tell from two records.
        if (malformed.length > 0) expect(malformed.map(({ reason }) => reason)).toEqual([RUN_TOGETHER]);
        else expect(records.map((record) => record.facts)).toEqual([facts]);
      }),
      { numRuns: 3000 },
    );
  });

  it("in Referer and User-Agent names a version", () => {
    const version = fc.constantFrom("-", "G1");
    fc.assert(
      fc.property(quoted, quoted, rest, version, (referer, userAgent, rest, versionId) => {
        const uri = `"GET /records/a/b.txt${versionId === "-" ? "" : `?versionId=${versionId}`} HTTP/1.1"`;
        const [record] = readLines(obsLine({ referer, userAgent, rest, versionId, uri })).records;
        if (record) expect(record.versionId ?? "-").toBe(versionId);
      }),
      { numRuns: 3000 },
    );
  });

  it("in the URI moves a fact, but for the signature of a presigned query", () => {
    const piece = fc.constantFrom(
      "X-Amz-Algorithm=AWS4-HMAC-SHA256",
      "X-Amz-Signature=a",
      "AccessKeyId=b",
      "Signature=c",
      '"',
      "%20",
      "-",
    );
    const target = fc.array(piece, { maxLength: 5 }).map((parts) => `/records/a?${parts.join("&")}`);
    fc.assert(
      fc.property(target, (target) => {
        const line = `GET ${target} HTTP/1.1`;
        const signature = { V2, V4, none: SIGNED }[presignedSignature(line) ?? "none"];
        const { seen } = readLines(obsLine({ uri: `"${line}"` }));
        expect(seen).toEqual([openEncryption(GET, ANY_TRANSPORT, signature)]);
      }),
    );
  });
});

describe("any bytes", () => {
  const log = fc
    .array(
      fc.oneof(
        hostile,
        fc.constant(obsLine()),
        hostile.map((text) => obsLine({ userAgent: `"${text}"` })),
      ),
      { maxLength: 5 },
    )
    .map((lines) => Buffer.from(lines.join("\n"), "latin1"));

  it("are all accounted for, line by line", () => {
    fc.assert(
      fc.property(log, (bytes) => {
        const { records, malformed } = readChunks([bytes]);
        const text = bytes.toString("latin1");
        const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
        const places = [...records, ...malformed].sort((a, b) => a.line - b.line);
        expect(places.map(({ line }) => line)).toEqual(lines.map((_, i) => i + 1));
        expect(places.map(({ offset }) => offset)).toEqual(
          lines.map((_, i) => lines.slice(0, i).join("\n").length + (i && 1)),
        );
      }),
    );
  });

  it("read the same however they are cut into chunks", () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat({ max: 400 })), (bytes, cuts) => {
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        expect(readChunks(chunks)).toEqual(readChunks([bytes]));
      }),
    );
  });
});
