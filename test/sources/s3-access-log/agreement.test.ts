import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeRecord } from "../../../lib/sources/s3-access-log/decode.ts";
import { createFields } from "../../../lib/sources/s3-access-log/fields.ts";
import { createHotReader } from "../../../lib/sources/s3-access-log/hot.ts";
import { readLine } from "../../../lib/sources/s3-access-log/line.ts";
import { type Damage, damage } from "./damage.ts";
import { readLines, toLog } from "./drive.ts";
import { type ClientText, hostileText } from "./hostile-text.ts";
import { readSlowly, type S3Fields } from "./reference.ts";
import { type Logged, lineOf, logged, ordinary } from "./written.ts";

const RUNS = 1000;
const anyRequest = fc.oneof(logged, ordinary);
const undamaged: Damage = (line) => line;
const sometimes = fc.option(hostileText, { freq: 2 });
const anyLine = fc
  .tuple(anyRequest, anyRequest, sometimes, sometimes, fc.oneof(damage, fc.constant(undamaged)))
  .map(([request, other, referer, userAgent, spoil]) => {
    return spoil(lineOf(withTexts(withTexts(request, "referer", referer), "userAgent", userAgent)), lineOf(other));
  });

function withTexts(request: Logged, field: "referer" | "userAgent", text: ClientText | null): Logged {
  return text === null ? request : { ...request, texts: { ...request.texts, [field]: text(request) } };
}

describe("the hot path", () => {
  const hot = createHotReader();
  const fields = createFields();
  function takes(line: string): boolean {
    const bytes = toLog([line]);
    expect(hot.load(bytes, 0, bytes.length)).toBe(bytes.length);
    expect(hot.next(() => true)).toBe(true);
    expect([hot.start, hot.end, hot.lines]).toEqual([0, line.length, 1]);
    if (!hot.isPlain) return false;
    const fault = readLine(bytes, 0, line.length, fields);
    if (fault !== null) throw new Error(`${fault}: ${JSON.stringify(line)}`);
    const record = decodeRecord(bytes, fields, 1, 0);
    expect({ facts: hot.facts, time: hot.time() }).toEqual({ facts: record.facts, time: record.time });
    expect(record.operation).not.toMatch(/^REST\.COPY\.(OBJECT|PART)_GET$/);
    return true;
  }

  it("takes ordinary lines", () => {
    const lines = fc.sample(ordinary, 1000).map(lineOf);
    const others = lines.filter(
      (line) => !line.includes(" REST.COPY.OBJECT_GET ") && !line.includes(" REST.COPY.PART_GET "),
    );
    expect(lines.filter(takes).length / others.length).toBeGreaterThan(0.85);
  });

  it("agrees with the careful reader on whatever it takes", () => {
    let taken = 0;
    fc.assert(
      fc.property(anyLine, (line) => {
        if (takes(line)) taken++;
      }),
      { numRuns: RUNS },
    );
    expect(taken).toBeGreaterThan(RUNS / 20);
  });
});

describe("the reader", () => {
  it("agrees with the slow reading of the format on any line", () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const expected = readSlowly(line.replace(/\r$/, ""));
        const { records, malformed } = readLines(line);
        expect(records.map(({ facts, ...record }) => ({ facts, fields: s3FieldsOf(record) }))).toEqual(
          expected === null ? [] : [{ facts: expected.facts, fields: spoken(expected.fields) }],
        );
        expect(malformed).toHaveLength(expected === null ? 1 : 0);
      }),
      { numRuns: RUNS },
    );
  });
});

/** What the reader made of the fields that S3 writes. */
function s3FieldsOf(record: Omit<ReturnType<typeof readLines>["records"][number], "facts">): unknown {
  const { time, bucketOwner, bucket, remoteIp, requester, requestId, operation, uri, status, errorCode } = record;
  const { cipher, host, tlsVersion } = record;
  return {
    time,
    bucketOwner,
    bucket,
    remoteIp,
    requester,
    requestId,
    operation,
    uri,
    status,
    errorCode,
    cipher,
    host,
    tlsVersion,
  };
}

function spoken(fields: S3Fields): unknown {
  const said = (text: string | undefined) =>
    text === undefined || text === "-" ? null : Buffer.from(text, "latin1").toString("utf8");
  return {
    time: fields.time,
    bucketOwner: said(fields.owner),
    bucket: said(fields.bucket) ?? "-",
    remoteIp: said(fields.remoteIp),
    requester: said(fields.requester),
    requestId: said(fields.requestId) ?? "-",
    operation: fields.operation,
    uri: said(fields.uri.replace(/^"(.*)"$/s, "$1")),
    status: fields.status === "-" ? null : Number(fields.status),
    errorCode: said(fields.errorCode),
    cipher: said(fields.cipher),
    host: said(fields.host),
    tlsVersion: said(fields.tlsVersion),
  };
}
