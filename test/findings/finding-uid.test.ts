import { expect, test } from "vitest";
import { findingUid } from "../../lib/findings/finding-uid.ts";
import type { LogRecord } from "../../lib/record.ts";
import { LOG_OBJECT, RECORD } from "./judged.ts";

const OTHER_OBJECT = { ...LOG_OBJECT, key: "logs/another" };
const UID = "e6056f0463c35ba779642721b2ad1fcd";

test("a record has one uid, wherever it was delivered", () => {
  expect(findingUid("tables", RECORD, LOG_OBJECT)).toBe(UID);
  expect(findingUid("tables", { ...RECORD, line: 99, offset: 9, time: 0, facts: 0 }, OTHER_OBJECT)).toBe(UID);
});

test.for<[string, Partial<LogRecord>]>([
  ["request", { requestId: "3E57427F4EXAMPLE" }],
  ["bucket", { bucket: "photo" }],
  ["key", { key: null }],
  ["key that runs on", { key: "2026/cat.jp" }],
  ["operation", { operation: "REST.HEAD.OBJECT" }],
])("another %s, another uid", ([, change]) => {
  const uid = findingUid("tables", { ...RECORD, ...change }, LOG_OBJECT);
  expect(uid).toMatch(/^[0-9a-f]{32}$/);
  expect(uid).not.toBe(UID);
});

test("another policy, another uid", () => {
  expect(findingUid("baseline", RECORD, LOG_OBJECT)).not.toBe(UID);
});

test.for(["", "-"])("without a request id (%j) the place tells requests apart", (requestId) => {
  const record = { ...RECORD, requestId };
  const places = [
    findingUid("tables", record, LOG_OBJECT),
    findingUid("tables", { ...record, line: 8 }, LOG_OBJECT),
    findingUid("tables", { ...record, offset: 8 }, LOG_OBJECT),
    findingUid("tables", record, OTHER_OBJECT),
  ];
  expect(new Set(places).size).toBe(places.length);
  expect(findingUid("tables", record, LOG_OBJECT)).toBe(places[0]);
});
