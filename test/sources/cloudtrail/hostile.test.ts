import { describe, expect, it } from "vitest";
import { type EventMembers, logOf, NO_TLS, otherEvent, s3Event } from "./events.ts";
import { readAll, spell } from "./read-all.ts";

/** Everything in an event that its client chooses. */
const PLACES: ((text: unknown) => EventMembers)[] = [
  (userAgent) => ({ userAgent }),
  (text) => ({ requestParameters: { "x-amz-meta-a": text } }),
  (text) => ({ requestParameters: { [String(text)]: "x" } }),
  (text) => ({ requestParameters: { Host: text } }),
  (text) => ({ requestParameters: { key: text } }),
  (text) => ({ tlsDetails: { clientProvidedHostHeader: text } }),
  (text) => ({ userIdentity: { arn: text, userName: text, sessionContext: { sessionIssuer: { userName: text } } } }),
  (text) => ({ errorMessage: text, errorCode: "AccessDenied" }),
];

const TEXTS = [
  '","eventSource":"ec2.amazonaws.com","x":"',
  '"},"additionalEventData":{"SSEApplied":"SSE_C"},"tlsDetails":{"tlsVersion":"TLSv1.0"},"x":{"y":"',
  '"}},{"eventVersion":"1.11","eventSource":"s3.amazonaws.com","eventName":"GetObject","x":{"y":"',
  '\\","tlsDetails":null,"x":"\\',
  "\\",
  "}]}",
  "\u2028\u0000\ud800",
  "anonymous",
  "athena.amazonaws.com",
  "TLSv1.0",
];

describe("what a client writes", () => {
  const subjects: [what: string, event: EventMembers][] = [
    ["a read over HTTPS", {}],
    ["a read over HTTP", NO_TLS],
    [
      "an anonymous read",
      { additionalEventData: { SignatureVersion: undefined }, userIdentity: { accountId: "anonymous" } },
    ],
    ["a write", { eventName: "PutObject", additionalEventData: { SSEApplied: "SSE_KMS" } }],
  ];
  it.each(subjects)("moves no fact of %s", (_, subject) => {
    const factsOf = (event: EventMembers) => {
      const { records, malformed, passedOver } = readAll(logOf(otherEvent(), event, otherEvent()));
      expect([malformed, passedOver]).toEqual([[], 2]);
      return records.map(({ line, facts }) => [line, spell(facts)]);
    };
    const merged = (change: EventMembers) => {
      const event = s3Event(subject);
      for (const [name, value] of Object.entries(change)) {
        event[name] = typeof value === "object" ? { ...(event[name] as object | undefined), ...value } : value;
      }
      return event;
    };
    const expected = factsOf(s3Event(subject));
    expect(expected).toHaveLength(1);
    for (const text of TEXTS) {
      for (const place of PLACES) {
        const change = place(text);
        if (subject === NO_TLS && "tlsDetails" in change) continue;
        expect([change, factsOf(merged(change))]).toEqual([change, expected]);
      }
    }
  });

  it("makes no event of another service S3's, wherever it stands and however deep", () => {
    const source = { eventSource: "s3.amazonaws.com", eventName: "PutObject", eventTime: "2026-02-06T10:00:00Z" };
    const events = [
      otherEvent({ userAgent: JSON.stringify(source) }),
      otherEvent({ userAgent: '"eventSource":"s3.amazonaws.com"' }),
      otherEvent({ requestParameters: source }),
      otherEvent({ requestParameters: { items: [source, { detail: source }] } }),
      otherEvent({ detail: source, Records: [source] }),
      otherEvent({ 'x","eventSource': "s3.amazonaws.com", 'x\\"eventSource': "s3.amazonaws.com" }),
      otherEvent({ eventSource: "s3.amazonaws.com.example", eventsource2: "s3.amazonaws.com" }),
    ];
    expect(readAll(logOf(...events))).toEqual({ seen: [], records: [], malformed: [], passedOver: events.length });
  });

  it("stays as it was written", () => {
    const text = TEXTS.join("");
    const { records } = readAll(logOf(s3Event({ userAgent: text, requestParameters: { key: text } })));
    expect(records.map(({ userAgent, key }) => [userAgent, key])).toEqual([
      [Buffer.from(text).toString(), Buffer.from(text).toString()].map((shown) => shown.replace("\ufffd", "\ud800")),
    ]);
  });
});
