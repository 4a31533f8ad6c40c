import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatOfAccessLog } from "../../lib/sources/access-log-format.ts";
import { HEAD_BYTES } from "../../lib/sources/lines.ts";
import { accessLogLine, type LogLine, OVER_HTTP } from "../support/access-log.ts";
import { obsLine, type Written } from "./obs-access-log/written.ts";

/** Ids as no store's: nothing but the fields behind the User-Agent can tell. */
const PLAIN_IDS = { owner: "owner", requester: "someone", requestId: "1234" };
const obs = (given: Partial<Written> = {}) => obsLine({ ...PLAIN_IDS, ...given });
/** S3's fields from the version id on, as one text. */
const s3 = (tail: string, given: Partial<LogLine> = {}) => {
  const line = accessLogLine(given);
  return `${line.slice(0, line.lastIndexOf('"') + 1)} ${tail}`;
};
const HOST_ID = "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=";

function formatOf(...lines: string[]) {
  return formatOfAccessLog(Buffer.from(lines.join("\n"), "latin1"));
}

describe("an S3 log is told by", () => {
  it.each<[string, string]>([
    ["an ordinary line", accessLogLine()],
    ["its CRLF, too", `${accessLogLine()}\r`],
    ["a signature over HTTP", accessLogLine(OVER_HTTP)],
    [
      "a cipher suite and a TLS version of an anonymous request",
      accessLogLine({ requester: "-", signature: "-", authType: "-" }),
    ],
    [
      "the host id of an anonymous request over HTTP",
      accessLogLine({ ...OVER_HTTP, requester: "-", signature: "-", authType: "-" }),
    ],
    ["a short host id", s3("- hostid= - - - h - - -", OVER_HTTP)],
    ["two tokens of host id", s3(`- AIDAJDPLRKLG7UEXAMPLE ${HOST_ID} SigV4 - AuthHeader h - - -`)],
    ["its width of 18", s3("-")],
    ["what crossed no network", s3("- - - - - - - - -", { operation: "S3.EXPIRE.OBJECT" })],
    ["lines that cannot be read", accessLogLine().slice(0, 150)],
  ])("%s", (_, line) => {
    expect(formatOf(line)).toBe("s3");
  });
});

describe("an OBS log is told by", () => {
  it.each<[string, string]>([
    ["Anonymous", obs({ requester: "Anonymous", rest: "- - -" })],
    ["an operation of four parts", obs({ operation: "REST.GET.BUCKET.LOCATION", key: "-", rest: "- - -" })],
    ["a storage class", obs()],
    ["a target storage class", obs({ rest: "- - COLD" })],
    ["a storage class in the place of a cipher suite", obs({ rest: "urn:sts::x - GLACIER - h -" })],
    ["an account id of 32 digits", obsLine({ requestId: "1", rest: "- - - - - - -" })],
    ["a request id of 32 digits", obs({ requestId: "281599BACAD9376ECE141B842B94535B", rest: "- - -" })],
    ["its width", obs({ rest: "- - -" })],
    ["its width, without an owner", obs({ owner: "-", rest: "- - -" })],
    ["a URN and its width", obs({ rest: "urn:sts::agency - -" })],
    ["a quoted field near the end", obs({ rest: '- - - "-"' })],
    ["Anonymous in lines as wide as S3's, and as dashed", obs({ requester: "Anonymous", rest: "- - - - - - - -" })],
    ["a storage class where newer fields look like S3's", obs({ rest: `- STANDARD - - ${HOST_ID} SigV4 TLSv1.2` })],
  ])("%s", (_, line) => {
    expect(formatOf(line)).toBe("obs");
  });
});

describe("nobody can tell", () => {
  it.each<[string, string[]]>([
    ["an empty object", [""]],
    [
      "what is no access log",
      ["some text", '{"Records":[]}', '192.0.2.3 - - [06/Feb/2026:00:00:38 +0000] "GET / HTTP/1.1" 200 1'],
    ],
    ["a look-alike with dashes for all that S3 adds", [s3("- - - - - - - - -", OVER_HTTP)]],
    ["dashes and a URN", [s3("- urn:x - - - h - - -", OVER_HTTP)]],
    ["dashes, and some lines like those of OBS", [s3("- - - - - - - - -", OVER_HTTP), obs({ rest: "- - -" })]],
    ["some lines likely of one format, some of the other", [s3("-"), obs({ rest: "- - -" })]],
    ["a line certainly of one format, and one of the other", [accessLogLine(), obs()]],
  ])("%s", (_, lines) => {
    expect(formatOf(...lines)).toBe(null);
  });
});

describe("what is certain counts more than what is likely", () => {
  it.each<[string, string[], "s3" | "obs"]>([
    ["an S3 log with a line that may be a look-alike's", [s3("- - - - - - - - -", OVER_HTTP), accessLogLine()], "s3"],
    ["an S3 log that begins in 2018", [s3("-"), accessLogLine(), accessLogLine()], "s3"],
    ["an S3 log with a line that is cut short", [s3("- - -"), accessLogLine(OVER_HTTP)], "s3"],
    ["an OBS log whose first lines say little", [obs({ rest: "- - -" }), obs({ rest: '- - - "-" x' }), obs()], "obs"],
    ["noise before a log", ["\0\0", "", "x y z", obs(), obs()], "obs"],
  ])("%s", (_, lines, format) => {
    expect(formatOf(...lines)).toBe(format);
  });
});

it("looks at no more than the head, and not at the line that ends there", () => {
  const noise = `${"x".repeat(99)}\n`.repeat(HEAD_BYTES / 100);
  const head = Buffer.from(`${noise}${accessLogLine()}`);
  expect(head.length).toBeGreaterThan(HEAD_BYTES);
  expect(formatOfAccessLog(head)).toBe(null);
  expect(formatOfAccessLog(Buffer.concat([head, Buffer.from("\n")]))).toBe("s3");
});

it("asks no more lines than it needs", () => {
  const unsure = Array.from({ length: 200 }, () => s3("-"));
  expect(formatOf(...unsure, obs())).toBe("s3");
  expect(formatOf(...unsure.slice(1), obs())).toBe("obs");
});

describe("no client can make one format pass for the other", () => {
  const S3_TAIL = `" - ${HOST_ID} SigV4 TLS_AES_128_GCM_SHA256 AuthHeader h TLSv1.3 - - r "`;
  const OBS_TAIL = '" - - STANDARD - "-" 089fe8c2c380f4031f6dc0197fe99d4d HPTA "';
  const text = fc
    .array(
      fc.oneof(fc.constantFrom('"', " ", "-", '" "', S3_TAIL, OBS_TAIL, "Anonymous", "STANDARD", "SigV4"), fc.string()),
      { maxLength: 6 },
    )
    .map((parts) => parts.join("").replaceAll("\n", ""));

  it("by Referer and User-Agent", () => {
    fc.assert(
      fc.property(text, text, (referer, userAgent) => {
        const quoted = { referer: `"${referer}"`, userAgent: `"${userAgent}"` };
        expect(formatOf(accessLogLine(quoted))).toBe("s3");
        expect(formatOf(obs(quoted))).toBe("obs");
        expect(formatOf(s3("-", quoted))).toBe("s3");
      }),
      { numRuns: 1000 },
    );
  });

  it("by key and URI", () => {
    const token = fc.constantFrom("Anonymous", "STANDARD", "SigV4", '"', "a", "%20", '"-"').map((part) => `/${part}/k`);
    fc.assert(
      fc.property(token, (path) => {
        const request = { uri: `"GET ${path} HTTP/1.1"`, key: path.replaceAll('"', "%22") };
        expect([formatOf(accessLogLine(request)), formatOf(obs(request))]).toEqual(["s3", "obs"]);
      }),
    );
  });
});
