import { describe, expect, test } from "vitest";
import { recorded } from "../functions/recorded.ts";
import type { Json } from "../infra/template.ts";
import { eventMatches } from "./event-pattern.ts";

const EVENT = recorded("eventbridge-created");
const onKey = (...wanted: Json[]) => ({ detail: { object: { key: wanted } } });
const onBucket = (...wanted: Json[]) => ({ detail: { bucket: { name: wanted } } });

describe("the recorded event of a log object", () => {
  test.each<[Json, boolean]>([
    [{ source: ["aws.s3"], "detail-type": ["Object Created"], ...onBucket("a", "my-logs") }, true],
    [{ source: ["aws.s3"], "detail-type": ["Object Deleted"] }, false],
    [onBucket("my-log"), false],
    [onBucket({ prefix: "my-" }), true],
    [onBucket({ prefix: "other-" }), false],
    [onKey({ suffix: "-ABCDEF" }), true],
    [onKey({ suffix: "/manifest.json" }), false],
    [onBucket({ wildcard: "my-*" }, "x"), true],
    [onBucket({ wildcard: "my-logs" }), true],
    [onBucket({ wildcard: "m*s" }), true],
    [onBucket({ wildcard: "y-*" }), false],
    [onBucket({ wildcard: "my.logs" }), false],
    [{ detail: { object: { "version-id": [{ exists: true }] } } }, true],
    [{ detail: { object: { "deletion-type": [{ exists: true }] } } }, false],
    [{ detail: { object: { "deletion-type": [{ exists: false }] } } }, true],
    [{ detail: { object: { size: [2326] } } }, true],
    [{ detail: { object: { size: ["2326"] } } }, false],
    [{ resources: ["arn:aws:s3:::my-logs"] }, true],
    [{ resources: [{ suffix: ":other-logs" }] }, false],
    [{ detail: { nothing: { at: { all: ["x"] } } } }, false],
    [JSON.stringify(onBucket({ wildcard: "my-*" })), true],
  ])("matches %j: %j", (pattern, value) => {
    expect(eventMatches(pattern, EVENT)).toBe(value);
  });
});

test.each<[Json, string]>([
  [onBucket({ "anything-but": ["x"] }), '{"anything-but":["x"]} is not known here'],
  [onBucket({ prefix: { "equals-ignore-case": "x" } }), "is not known here"],
  [onBucket({ prefix: "a", suffix: "b" }), "is no one comparison"],
  [onBucket({ wildcard: "a**" }), "two stars together"],
  [onBucket({ wildcard: "a\\*" }), "one that is meant as it stands"],
  [onBucket("my-logs", { cidr: "10.0.0.0/8" }), '{"cidr":"10.0.0.0/8"} is not known here'],
  [{ source: "aws.s3" }, "source: a pattern is a list of values"],
  [{ source: [] }, "source: a pattern is a list of values"],
  [{ source: ["aws.ec2"], detail: { a: [{ numeric: [">", 0] }] } }, "is not known here"],
  [{ $or: [{ source: ["aws.s3"] }] }, "$or is not known here"],
  [["aws.s3"], "is no pattern"],
])("%j is not known", (pattern, reason) => {
  expect(() => eventMatches(pattern, EVENT)).toThrow(reason);
});
