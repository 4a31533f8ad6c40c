import { describe, expect, it } from "vitest";
import { readLines } from "./drive.ts";
import { varied } from "./varied.ts";
import { lineOf, recordOf, type Texts, toBytes } from "./written.ts";

function recordWith(texts: Partial<Texts>) {
  const { records } = readLines(lineOf(varied(texts)));
  expect(records).toHaveLength(1);
  return records[0]!;
}

describe("a record", () => {
  it("holds what the line says", () => {
    const request = varied({});
    const { facts } = recordWith({});
    expect(recordWith({})).toEqual(recordOf({ ...request, facts }, 1, 0));
    expect(recordWith({})).toMatchObject({
      requester: "arn:aws:iam::111122223333:user/ada",
      uri: "GET /cat.jpg HTTP/1.1",
      status: 200,
      referer: null,
      userAgent: "curl/8.5.0",
      tlsVersion: "TLSv1.2",
      authType: "AuthHeader",
      reason: null,
    });
  });

  it.each<[operation: string, inLog: string, key: string | null]>([
    ["REST.GET.OBJECT", "-", null],
    ["REST.GET.OBJECT", "a/b.txt", "a/b.txt"],
    ["REST.GET.OBJECT", "dt%253D2026/x", "dt=2026/x"],
    ["REST.GET.OBJECT", "q1+final", "q1 final"],
    ["REST.GET.OBJECT", "q1%2520final", "q1 final"],
    ["REST.GET.OBJECT", "1%252B1", "1+1"],
    ["REST.GET.OBJECT", "100%2525", "100%"],
    ["REST.GET.OBJECT", "%25C3%25A9*", "é*"],
    ["REST.GET.OBJECT", "caf\xc3\xa9", "café"],
    ["REST.GET.OBJECT", "100%", "100%"],
    ["REST.GET.OBJECT", "%25FF", "\ufffd"],
    ["S3.EXPIRE.OBJECT", "dt%3D2026/x", "dt=2026/x"],
    ["S3.EXPIRE.OBJECT", "100%2525", "100%25"],
    ["S3.EXPIRE.OBJECT", "q1+final", "q1 final"],
  ])("of %s decodes the key %s", (operation, inLog, key) => {
    expect(recordWith({ operation, key: inLog }).key).toBe(key);
  });

  it.each<[texts: Partial<Texts>, expected: object]>([
    [
      { referer: "", userAgent: "" },
      { referer: "", userAgent: "" },
    ],
    [
      { referer: null, userAgent: null },
      { referer: null, userAgent: null },
    ],
    [
      { referer: "-", userAgent: "-" },
      { referer: null, userAgent: null },
    ],
    [{ uri: null }, { uri: null }],
    [{ uri: "-" }, { uri: null }],
    [{ status: null }, { status: null }],
    [
      { bucket: "-", requestId: "-", owner: "-" },
      { bucket: "-", requestId: "-", bucketOwner: null },
    ],
    [
      { authType: null, host: null },
      { authType: "-", host: null },
    ],
    [{ referer: 'http://e.org/?id=452"' }, { referer: 'http://e.org/?id=452"', userAgent: "curl/8.5.0" }],
    [
      { referer: 'a "b" c', userAgent: null },
      { referer: 'a "b" c', userAgent: null },
    ],
    [{ userAgent: 'pip/25 {"a":"b c"}' }, { referer: null, userAgent: 'pip/25 {"a":"b c"}' }],
    [
      { referer: toBytes("é"), userAgent: "\xff\0\r" },
      { referer: "é", userAgent: "\ufffd\0\r" },
    ],
  ])("of %j", (texts, expected) => {
    expect(recordWith(texts)).toMatchObject(expected);
  });

  it.each<[text: string, time: string]>([
    ["06/Feb/2026:00:00:38 +0000", "2026-02-06T00:00:38Z"],
    ["29/Feb/2024:23:59:59 +0000", "2024-02-29T23:59:59Z"],
    ["31/Dec/2016:23:59:60 +0000", "2017-01-01T00:00:00Z"],
    ["06/Feb/2026:00:00:38 -0000", "2026-02-06T00:00:38Z"],
    ["06/Feb/2026:00:00:38 +0530", "2026-02-05T18:30:38Z"],
    ["06/Feb/2026:00:00:38 -0800", "2026-02-06T08:00:38Z"],
    ["06/Feb/2026:00:00:38 +1400", "2026-02-05T10:00:38Z"],
    ["01/Jan/1970:00:00:00 +0000", "1970-01-01T00:00:00Z"],
  ])("of %s has that time", (text, time) => {
    expect(recordWith({ time: text }).time).toBe(Date.parse(time));
    // The same over again: a fast reader may remember the hour.
    const lines = [varied({ time: text }), varied({ time: text })].map(lineOf);
    expect(readLines(...lines).records.map((record) => record.time)).toEqual([Date.parse(time), Date.parse(time)]);
  });
});
