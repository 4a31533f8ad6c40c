import { describe, expect, it } from "vitest";
import { readLines } from "./drive.ts";
import { GET_CAT, varied } from "./varied.ts";
import { lineOf, type Texts, WIDTHS } from "./written.ts";

const LINE = lineOf(varied({}));
const HEAD = LINE.slice(0, LINE.indexOf('"-"'));
const TAIL = LINE.slice(LINE.lastIndexOf('"') + 1);
const { owner, time } = GET_CAT.texts;

const CUT = "the line is cut short after the User-Agent";
const OUT_OF_PLACE = "signature version, cipher suite, authentication type and TLS version are not in their places";
const NO_REQUEST_LINE = "the request line is not METHOD, target and protocol in quotes";
const ONLY_S3_WRITES = "a quote or a control byte stands where only S3 writes";
const NO_TIME = "the time is not like [06/Feb/2026:00:00:38 +0000]";
const NO_REFERER = "the Referer is missing or cut short";

function reasonOf(line: string): string | null {
  const { records, malformed } = readLines(line);
  expect(records.length + malformed.length).toBe(1);
  return malformed[0]?.reason ?? null;
}

describe("a malformed line", () => {
  it.each<[line: string, reason: string]>([
    ["", "the line is empty"],
    [" ", "the bucket owner is missing or cut short"],
    ["garbage", "the bucket owner is missing or cut short"],
    ["some more garbage", "the time is missing or cut short"],
    ['{"Records":[]}', "the bucket owner is missing or cut short"],
    ["\0".repeat(512), "the bucket owner is missing or cut short"],
    [` ${LINE}`, "the bucket owner is missing or cut short"],
    [LINE.replace(" photos ", "  "), "the bucket is missing or cut short"],
    [HEAD, NO_REFERER],
    [`${HEAD}"`, NO_REFERER],
    [`${HEAD}-`, NO_REFERER],
    [`${HEAD}curl`, NO_REFERER],
    [LINE.replace(" 113 ", "  113 "), "the bytes sent is missing or cut short"],
    [LINE.replace('"-"', "-x"), NO_REFERER],
    [`${HEAD}"-" "`, CUT],
    [`${HEAD}- "`, "the User-Agent is cut short"],
    [`${HEAD}- `, CUT],
    [`${HEAD}- -`, CUT],
    [`${HEAD}- curl${TAIL}`, OUT_OF_PLACE],
    [`${HEAD}"-" curl${TAIL}`, OUT_OF_PLACE],
    [`${HEAD}"-"x"curl"${TAIL}`, OUT_OF_PLACE],
    [`${HEAD}"-" x"curl"${TAIL}`, OUT_OF_PLACE],
    [`${HEAD}"-"  "curl"${TAIL}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"`, CUT],
    [`${HEAD}"-" "curl" - s9lzHYrFp76Z`, CUT],
    [`${HEAD.replace("/2026:", "/2019:")}"-" "curl" - s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHf=`, CUT],
    [`${HEAD}"-" "curl" `, CUT],
    [`${HEAD}"-" "curl"x`, ONLY_S3_WRITES],
    [`${HEAD}"-" "curl" ${TAIL}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace(" SigV4 ", " SigV5 ")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace(" SigV4 ", " ")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace(" SigV4 ", "  ")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace(" SigV4 ", " SigV4 SigV4 ")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace("ECDHE", "ecdhe")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace(/ECDHE\S+/, "4406")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace("AuthHeader", "Header")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace("TLSv1.2", "TLSv1.")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace("TLSv1.2", "TLSv.2")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace("TLSv1.2", "TLSv1x2")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace("TLSv1.2", "TLSv1.x")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace("TLSv1.2", "SSLv3")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace("TLSv1.2", "TLSv1\0" + "2")}`, ONLY_S3_WRITES],
    [`${HEAD}"-" "curl"${TAIL}\0\0\0`, ONLY_S3_WRITES],
    [`${HEAD}"-" "curl"${TAIL.replace("eu-", "eu\x7f")}`, ONLY_S3_WRITES],
    [`${HEAD}"-" "curl"${TAIL.replace(" s9", "  s9")}`, OUT_OF_PLACE],
    // The middle token of a host id of three tokens, or a second that is no base 64.
    [`${HEAD}"-" "curl"${TAIL.replace(" s9", " AIDAJDPLRKLG7UEXAMPLE x s9")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace(/ s9\S+/, " AIDAJDPLRKLG7UEXAMPLE short")}`, OUT_OF_PLACE],
    [`${HEAD}"-" "curl"${TAIL.replace(" s9", " aida s9")}`, OUT_OF_PLACE],
  ])("%j", (line, reason) => {
    expect(reasonOf(line)).toBe(reason);
  });

  it.each<[texts: Partial<Texts>, reason: string]>([
    [{ owner: "a\0b" }, "the bucket owner is missing or cut short"],
    [{ bucket: 'a"b' }, "the bucket is missing or cut short"],
    [{ remoteIp: "cat" }, "the remote IP is no IP address"],
    [{ remoteIp: "--" }, "the remote IP is no IP address"],
    [{ requester: "a\tb" }, "the requester is missing or cut short"],
    [{ requestId: "" }, "the request id is missing or cut short"],
    [{ operation: "REST" }, "the operation is not like REST.GET.OBJECT"],
    [{ operation: "REST." }, "the operation is not like REST.GET.OBJECT"],
    [{ operation: ".GET" }, "the operation is not like REST.GET.OBJECT"],
    [{ operation: "rest.get.object" }, "the operation is not like REST.GET.OBJECT"],
    [{ operation: "REST.GET-OBJECT" }, "the operation is not like REST.GET.OBJECT"],
    [{ key: "a b" }, NO_REQUEST_LINE],
    [{ uri: "" }, NO_REQUEST_LINE],
    [{ uri: "GET" }, NO_REQUEST_LINE],
    [{ uri: " / HTTP/1.1" }, NO_REQUEST_LINE],
    [{ uri: "G-T / HTTP/1.1" }, NO_REQUEST_LINE],
    [{ uri: "GET  HTTP/1.1" }, NO_REQUEST_LINE],
    [{ uri: "GET /a b HTTP/1.1" }, NO_REQUEST_LINE],
    [{ uri: "GET / HTTP" }, NO_REQUEST_LINE],
    [{ uri: "GET / HTTP/" }, NO_REQUEST_LINE],
    [{ uri: "GET / HTTP/1.1 " }, NO_REQUEST_LINE],
    [{ status: "2000" }, "the HTTP status is no number"],
    [{ status: "20x" }, "the HTTP status is no number"],
    [{ status: "-1" }, "the HTTP status is no number"],
    [{ errorCode: "No/Key" }, "the error code is no word"],
    [{ bytesSent: "1e3" }, "the bytes sent is no number"],
    [{ objectSize: "--" }, "the object size is no number"],
    [{ totalTime: "-7" }, "the total time is no number"],
    [{ turnAround: "x" }, "the turn-around time is no number"],
  ])("%j", (texts, reason) => {
    expect(reasonOf(lineOf(varied(texts)))).toBe(reason);
  });

  it.each([
    "31/Feb/2026:00:00:38 +0000",
    "29/Feb/2026:00:00:38 +0000",
    "31/Apr/2026:00:00:38 +0000",
    "00/Feb/2026:00:00:38 +0000",
    "32/Jan/2026:00:00:38 +0000",
    "06/Fbe/2026:00:00:38 +0000",
    "06/feb/2026:00:00:38 +0000",
    "06/Feb/0026:00:00:38 +0000",
    "06/Feb/1969:00:00:38 +0000",
    "06/Feb/2026:24:00:38 +0000",
    "06/Feb/2026:00:60:38 +0000",
    "06/Feb/2026:00:00:61 +0000",
    "06/Feb/2026:00:00:38 +1500",
    "06/Feb/2026:00:00:38 +0060",
    "06/Feb/2026:00:00:38 *0000",
    "06/Feb/2026:00:00:38  0000",
    "06/Feb/2026:00:00:3x +0000",
    "06/Feb/2026:00:00-38 +0000",
    "06/Feb/2026:00-00:38 +0000",
    "06-Feb-2026:00:00:38 +0000",
  ])("of the time %s", (text) => {
    const line = lineOf(varied({ time: text }));
    expect(reasonOf(line)).toBe(NO_TIME);
    // After another line of the same hour, of which a fast reader may remember something.
    expect(readLines(LINE, line).malformed).toHaveLength(1);
  });

  it("tells where it stood, how long it was, and its text", () => {
    const { malformed } = readLines(LINE, "caf\xc3\xa9 \xff", LINE, "");
    expect(malformed).toEqual([
      {
        line: 2,
        offset: LINE.length + 1,
        bytes: 7,
        reason: "the bucket is missing or cut short",
        text: "café \ufffd",
      },
      { line: 4, offset: 2 * LINE.length + 10, bytes: 0, reason: "the line is empty", text: "" },
    ]);
  });
});

describe("a line cut short", () => {
  const agents = ["curl/8.5.0", null] as const;
  it.each(WIDTHS.flatMap((width) => agents.map((userAgent) => ({ width, userAgent }))))(
    "of $width fields, User-Agent $userAgent",
    ({ width, userAgent }) => {
      const request = varied({ userAgent }, { width, unknown: ["x"] });
      const whole = lineOf(request);
      const facts = readLines(whole).records[0]!.facts;
      const old = readLines(lineOf({ ...request, width: 18 })).records[0]!.facts;
      const fieldStart = (text: string) => whole.lastIndexOf(` ${text}`) + 1;
      const versionId = fieldStart(request.texts.versionId!);
      const hostId = width === 18 ? whole.length + 1 : fieldStart(request.texts.hostId!);
      const afterTls = width === 18 ? Number.POSITIVE_INFINITY : fieldStart("TLSv1.2") + "TLSv1.2".length;
      for (let length = 0; length < whole.length; length++) {
        const { records, malformed } = readLines(whole.slice(0, length));
        // Nothing tells a version id that is cut short from one that isn't, nor `TLSv1.2` cut to `TLSv1` from TLS 1.0.
        const looksOld = length > versionId && length < hostId;
        const looksLikeTls1 = length === afterTls - 2;
        if (length >= afterTls) expect(records.map((record) => record.facts)).toEqual([facts]);
        else if (looksOld) expect(records.map((record) => record.facts)).toEqual([old]);
        else if (looksLikeTls1) expect(records).toHaveLength(1);
        else expect({ length, malformed: malformed.length }).toEqual({ length, malformed: 1 });
      }
    },
  );
});

describe("two records on one line", () => {
  const bare = { uri: null, referer: null, userAgent: null };
  const KINDS: [kind: string, texts: Partial<Texts>][] = [
    ["plain", {}],
    ["with a bare User-Agent", { userAgent: null }],
    ["with a bare Referer", { referer: null }],
    ["with all bare", { ...bare, operation: "REST.COPY.OBJECT_GET" }],
    [
      "of lifecycle",
      {
        uri: "-",
        referer: "-",
        userAgent: "-",
        status: null,
        operation: "S3.EXPIRE.OBJECT",
        cipher: null,
        tlsVersion: null,
        host: null,
        authType: null,
        signature: null,
        remoteIp: null,
      },
    ],
    ["with JSON in the User-Agent", { userAgent: 'pip/25.1.1 {"cpu":"x86_64"}' }],
    ["with a stray quote", { referer: 'http://example.org/?id=452"' }],
    ["of another bucket", { bucket: "logs" }],
  ];
  /** In a second record an odd number of quotes is taken for a User-Agent that quotes a record. */
  const SECONDS = KINDS.filter(([, texts]) => lineOf(varied(texts)).split('"').length % 2 === 1);
  const REASON = "two records are run together on one line";
  const GAPS = ["", " ", "\0", "\0\0\0", "\r", "\r\0"];

  it.each(KINDS)("%s, are malformed in any pair, width and with any gap", (_, texts) => {
    for (const [, others] of SECONDS) {
      for (const width of WIDTHS) {
        for (const gap of GAPS) {
          const line = lineOf(varied(texts, { width })) + gap + lineOf(varied(others));
          expect({ line, reason: reasonOf(line) }).toEqual({ line, reason: expect.any(String) });
        }
      }
    }
  });

  it("are malformed if the second is cut short anywhere behind its time", () => {
    for (const [, texts] of SECONDS) {
      const second = lineOf(varied(texts));
      for (let length = second.indexOf("]") + 1; length < second.length; length++) {
        for (const gap of GAPS) {
          const line = LINE + gap + second.slice(0, length);
          expect({ line, reason: reasonOf(line) }).toEqual({ line, reason: expect.any(String) });
        }
      }
    }
  });

  it("are malformed if there are three or more", () => {
    for (const [, texts] of KINDS) {
      for (const [, others] of SECONDS) {
        const pair = lineOf(varied(others)) + LINE;
        expect(reasonOf(lineOf(varied(texts)) + pair)).not.toBeNull();
        expect(reasonOf(`${lineOf(varied(texts))} ${pair}${pair}`)).not.toBeNull();
      }
    }
  });

  it.each([
    ["plain", LINE + LINE],
    ["with a space between", `${LINE} ${LINE}`],
    ["old and new", lineOf(varied({}, { width: 18 })) + LINE],
    ["the first with both client texts bare", lineOf(varied({ referer: null, userAgent: null })) + LINE],
    ["a time where the version id should be", LINE.replace(/ 3HL4\S+ s9\S+/, ` [${time}]`)],
    ["a time behind the region", `${LINE} [${time}]`],
    ["the second all bare", LINE + lineOf(varied(bare))],
    ["the second cut short after its status", LINE + LINE.slice(0, LINE.indexOf(" 200 ") + 4)],
  ])("are named as such: %s", (_, line) => {
    expect(reasonOf(line)).toBe(REASON);
  });

  it.each<[what: string, userAgent: string]>([
    ["a whole record", LINE],
    ["a whole record in quotes", `"${LINE}"`],
    ["a forged tail and a whole record", `x"${TAIL} ${LINE}`],
    ["a forged tail and the begin of a record", `x"${TAIL} ${owner} photos [${time}] `],
    ["a forged tail and a record of another owner", `x"${TAIL} ${LINE.replace("79a5", "0000")}`.replace(/"$/, "")],
    ["heads without an end", `${owner} photos [${time}] `.repeat(60)],
    ["tails and heads without an end", `" - x SigV4 - - h - ${owner} photos [${time}] " `.repeat(60)],
    ["quotes and heads without an end", `" "${owner} photos [${time}] - - R REST.GET.X - - `.repeat(60)],
  ])("are not seen in a User-Agent that holds %s", (_, userAgent) => {
    const { records } = readLines(lineOf(varied({ userAgent })));
    expect(records).toHaveLength(1);
    expect(records[0]!.facts).toBe(readLines(LINE).records[0]!.facts);
  });
});

it("a line of 18 fields is whole where S3 still wrote them, and where what may be cut off is none", () => {
  for (const line of [
    `${HEAD.replace("/2026:", "/2018:")}"x" "curl" - 3HL4kqtJvjVBH40Nrjfkd`,
    `${HEAD}"x" "curl" - -`,
    `${HEAD}"x" - 3HL4kqtJvjVBH40Nrjfkd`,
    `${HEAD}"x" "curl" 3HL4kqtJvjVBH40Nrjfkd`,
  ]) {
    expect([line, reasonOf(line)]).toEqual([line, null]);
  }
});
