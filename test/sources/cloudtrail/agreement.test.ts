import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auditInto } from "../../../lib/audit.ts";
import { openPolicy } from "../../../lib/policy/shipped.ts";
import { cloudtrail } from "../../../lib/sources/cloudtrail/index.ts";
import { createTally } from "../../../lib/tally.ts";
import { type EventMembers, otherEvent, s3Event, wrapped } from "./events.ts";
import { readPlainly } from "./plain.ts";
import { readAll } from "./read-all.ts";

const RUNS = Number(process.env["RUNS"] ?? 150);
const SSE = "x-amz-server-side-encryption";
const POLICIES = [openPolicy("obs-sse")];

/** Text that would like to be taken for a member of the event. */
const HOSTILE = [
  '","eventSource":"s3.amazonaws.com","eventName":"PutObject',
  '"},{"eventVersion":"1.11","eventSource":"s3.amazonaws.com","eventName":"PutObject","eventTime":"2026-02-06T10:00:00Z"}',
  '\\","additionalEventData":{"SSEApplied":"SSE_C"}',
  "}]}",
  "\\",
  '\\"',
  "anonymous",
  "\u0000\u2028\ud800",
];

const word = (...values: unknown[]) =>
  fc.constantFrom(undefined, null, "", "-", [], [values[0]], [values[0], values[1]], ...values, ...values);
const hostile = fc.constantFrom(
  ...HOSTILE,
  { eventSource: "s3.amazonaws.com" },
  [{ eventSource: ["ec2.amazonaws.com"] }],
  7,
  true,
);

/** Some of these members, with names in any case. */
function some(values: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<EventMembers> {
  const names = Object.keys(values);
  const members = names.map((name) =>
    fc.tuple(fc.constantFrom(name, name, name, name.toUpperCase(), name.toLowerCase()), values[name]!),
  );
  return fc
    .tuple(fc.subarray(members.map((_, i) => i)), ...members)
    .map(([chosen, ...made]) => Object.fromEntries(chosen.map((i) => made[i] as [string, unknown])));
}

const parameters = some({
  bucketName: word("a", "b", "a-s3alias"),
  key: word("k", "2026/l", "k", "2026/l"),
  versionId: word("v1", "v2"),
  uploadId: word("u1", "u2"),
  Host: word("h", "i"),
  [SSE]: word("AES256", "aws:kms", "aws:kms:dsse", "x"),
  [`${SSE}-customer-algorithm`]: word("AES256", "x"),
  "x-amz-copy-source": word("a/k", "/b/2026/l", "a%2Fk?versionId=v1", "a+b/k"),
  "x-amz-copy-source-server-side-encryption-customer-algorithm": word("AES256", "x"),
  "x-hostile": hostile,
});
const operation = word(
  ...[
    "PutObject",
    "GetObject",
    "HeadObject",
    "CopyObject",
    "PostObject",
    "UploadPart",
    "UploadPartCopy",
    "DeleteObject",
  ],
  ...["CreateMultipartUpload", "InitiateMultipartUpload", "CompleteMultipartUpload", "DeleteObjects", "ListObjects"],
  ...["GetObject", "PutObject", "UpdateObjectEncryption", "PutBucketPolicy", "PutObjectAcl"],
);
const time = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 10, max: 24 }).map((second) => `2026-02-06T10:00:${second}Z`) },
  { weight: 1, arbitrary: word("2026-02-06T10:00:10Z", "2026-02-30T10:00:10Z", "yesterday") },
);
const anyS3 = fc
  .tuple(
    some({
      eventName: operation,
      errorCode: word("AccessDenied", "NoSuchKey", "InternalError", "x"),
      sourceIPAddress: word("192.0.2.1", "2001:db8::1", "AWS Internal", "athena.amazonaws.com"),
      userAgent: hostile,
      requestID: word("R1", "R2"),
      resources: fc.constantFrom<unknown>(undefined, null, [], "x"),
    }),
    fc.record({
      requestParameters: fc.oneof({ weight: 9, arbitrary: parameters }, { weight: 1, arbitrary: hostile }),
      responseElements: some({
        [SSE]: word("AES256", "aws:kms", "x"),
        [`${SSE}-customer-algorithm`]: word("AES256", "y"),
        uploadId: word("u1", "u2"),
        "x-amz-version-id": word("v1", "v2"),
      }),
      additionalEventData: some({
        SSEApplied: word("SSE_S3", "Default_SSE_KMS", "SSE_C", "DSSE_KMS", "x"),
        SignatureVersion: word("SigV2", "SigV4", "SigV4A", "x"),
        CipherSuite: word("ECDHE-RSA-AES128-GCM-SHA256", "x"),
      }),
      tlsDetails: some({
        tlsVersion: word("TLSv1.2", "TLSV1.3", "1.1", "TLSv1", 1.2, "x"),
        cipherSuite: word("c", "d"),
      }),
      userIdentity: some({
        type: word("AWSService", "AssumedRole"),
        accountId: word("anonymous", "111122223333"),
        principalId: word("ANONYMOUS_PRINCIPAL", "AROA:anonymous"),
        invokedBy: word("athena.amazonaws.com", "AWS Internal"),
        sessionContext: hostile,
      }),
    }),
    time,
  )
  .map(([members, objects, eventTime]) => s3Event({ ...objects, eventTime, ...members }));

const anyEvent = fc.oneof(
  { weight: 8, arbitrary: anyS3 },
  {
    weight: 2,
    arbitrary: hostile.map((userAgent) =>
      otherEvent({ userAgent, requestParameters: { items: [{ eventSource: "s3.amazonaws.com" }] } }),
    ),
  },
  {
    weight: 1,
    arbitrary: word("s3.amazonaws.com", "ec2.amazonaws.com").map((eventSource) => s3Event({ eventSource })),
  },
  { weight: 1, arbitrary: anyS3.map(wrapped) },
  { weight: 1, arbitrary: hostile.map((value) => ({ detail: value, "\\": value })) },
);

/** The text of an event: its members in any order, and any character written as an escape. */
const anyText = fc
  .tuple(anyEvent, fc.integer(), fc.constantFrom(0, 0, 1, 2), fc.constantFrom(0, 0, 0, 0.02))
  .map(([event, seed, space, escapes]) => {
    const random = mulberry32(seed);
    const entries = Object.entries(event);
    const shuffled = seed % 3 === 0 ? entries.toSorted(() => random() - 0.5) : entries;
    const text = JSON.stringify(Object.fromEntries(shuffled), null, space);
    return text.replace(/"(?:[^"\\]|\\.)*"/g, (string) =>
      string.replace(/\\u.{4}|\\.|[^"\\]/g, (c) =>
        c.length === 1 && random() < escapes ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c,
      ),
    );
  });

/** Tommy Ettinger's generator, for what need not shrink. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function inShort({ records, malformed, passedOver }: ReturnType<typeof readAll>): ReturnType<typeof readPlainly> {
  return {
    records: records.map(
      ({ facts, line, requestId, key, copySource }) =>
        `${facts} ${line} ${requestId} ${key} ${copySource?.bucket ?? null}`,
    ),
    malformed: malformed.map(({ line }) => line),
    passedOver,
  };
}

const anyChunks = fc.array(fc.oneof(fc.nat(9), fc.nat(3000)), { maxLength: 40 });

describe("the reader agrees with a plain reading", () => {
  it("of log objects", () => {
    fc.assert(
      fc.property(
        fc.array(anyText, { maxLength: 12 }),
        anyChunks,
        fc.boolean(),
        fc.boolean(),
        (events, chunks, isBare, isTimed) => {
          const list = `[${events.join(events.length % 2 ? "," : "\n, ")}]`;
          const options = isTimed
            ? { since: Date.UTC(2026, 1, 6, 10, 0, 12), until: Date.UTC(2026, 1, 6, 10, 0, 20) }
            : {};
          const plain = readPlainly(JSON.parse(list), options);
          const log = isBare ? list : `{"x":[{}],"Records":${list},"y":"]"}`;
          expect(inShort(readAll(log, { ...options, chunks }))).toEqual(plain);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("also where nobody wants more than facts", () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 12 }), (events) => {
        const list = `[${events.join(",")}]`;
        const seen: number[] = [];
        const nothing = { judge: () => expect.unreachable(), malformed() {} };
        const reader = cloudtrail.open({ wants: () => false, see: (facts) => seen.push(facts) < 0, ...nothing });
        reader.push(Buffer.from(list));
        reader.end();
        const plain = readPlainly(JSON.parse(list)).records.map((record) => Number.parseInt(record, 10));
        expect(seen.sort()).toEqual(plain.sort());
      }),
      { numRuns: RUNS },
    );
  });

  it("of lines", () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 12 }), anyChunks, (events, chunks) => {
        const lines = events.map((event) => JSON.stringify(JSON.parse(event)));
        expect(inShort(readAll(lines.join("\n"), { chunks }))).toEqual(
          readPlainly(lines.map((line) => JSON.parse(line))),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

it("an audit counts alike whether or not every record is looked at", () => {
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 12 }), (events) => {
      const counts = [true, false].map((everyRecord) => {
        const tally = createTally();
        const reader = cloudtrail.open(auditInto(tally, { policies: POLICIES, resolvers: [], everyRecord }));
        reader.push(Buffer.from(`[${events.join(",")}]`));
        reader.end();
        return tally.counts().facts.sort(([a], [b]) => a - b);
      });
      expect(counts[1]).toEqual(counts[0]);
    }),
    { numRuns: RUNS },
  );
});

describe("a damaged log object", () => {
  const piece = fc.constantFrom(
    "",
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "x",
    " ",
    "\n",
    "\0",
    "0",
    '},{"eventVersion":',
  );
  const damage = fc.tuple(fc.nat(), fc.nat(3), piece);

  it("is read alike however it is cut into chunks", () => {
    fc.assert(
      fc.property(
        fc.array(anyText, { minLength: 1, maxLength: 5 }),
        fc.array(damage, { maxLength: 4 }),
        anyChunks,
        fc.boolean(),
        (events, damages, chunks, isList) => {
          let log = isList ? `{"Records":[${events}]}` : events.map((event) => `${event}\n`).join("");
          for (const [at, length, inserted] of damages) {
            const place = at % log.length;
            log = log.slice(0, place) + inserted + log.slice(place + length);
          }
          expect(readAll(log, { chunks })).toEqual(readAll(log));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("loses nothing but the event that is damaged", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(3), piece, anyChunks, (at, length, inserted, chunks) => {
        const [before, damaged, after, last] = ["a", "b", "c", "d"].map((key) =>
          JSON.stringify(s3Event({ requestParameters: { key } })),
        );
        const place = 1 + (at % (damaged!.length - 1));
        // Without a bracket, an event may go on in the next one and still be JSON.
        fc.pre(!/[[\]{}]/.test(damaged!.slice(place, place + length)));
        const text = damaged!.slice(0, place) + inserted + damaged!.slice(place + length);
        const { records, malformed } = readAll(`{"Records":[${before},${text},${after},${last}]}`, { chunks });
        const keys = records.map(({ key }) => key);
        expect([keys[0], ...keys.slice(-2)]).toEqual(["a", "c", "d"]);
        if (!isEvent(text)) expect(malformed.length).toBeGreaterThan(0);
      }),
      { numRuns: RUNS * 5 },
    );
  });

  function isEvent(text: string): boolean {
    try {
      return readPlainly([JSON.parse(text)]).malformed.length === 0;
    } catch {
      return false;
    }
  }

  it("has no byte in two records or malformed parts", () => {
    fc.assert(
      fc.property(
        fc.array(anyText, { minLength: 1, maxLength: 5 }),
        fc.array(damage, { maxLength: 3 }),
        (events, damages) => {
          let log = events.join(",");
          for (const [at, length, inserted] of damages) {
            const place = at % (log.length + 1);
            log = log.slice(0, place) + inserted + log.slice(place + length);
          }
          const bytes = Buffer.from(`[${log}]`);
          const { records, malformed, passedOver } = readAll(bytes);
          const found = [
            ...records.map(({ offset }) => ({ offset, end: offset + 1 })),
            ...malformed.map(({ offset, bytes: length }) => ({ offset, end: offset + length })),
          ].toSorted((a, b) => a.offset - b.offset);
          for (const [i, { offset }] of found.slice(1).entries()) expect(offset).toBeGreaterThanOrEqual(found[i]!.end);
          if (damages.length === 0) expect(found.length + passedOver).toBe(events.length);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
