import { expect, it } from "vitest";
import { cloudtrail } from "../../../lib/sources/cloudtrail/index.ts";
import { logOf, otherEvent, s3Event, wrapped } from "./events.ts";

const text = (value: unknown) => JSON.stringify(value);
const recognises = (log: string | Buffer) => cloudtrail.recognises(Buffer.from(log));

const LOG = logOf(otherEvent(), s3Event());
const INSIGHT = {
  eventVersion: "1.07",
  eventTime: "2026-02-06T10:00:00Z",
  eventType: "AwsCloudTrailInsight",
  insightDetails: { state: "Start", eventSource: "s3.amazonaws.com", eventName: "PutObject" },
  eventCategory: "Insight",
};

it.each([
  ["a log object", LOG],
  ["without events", '{"Records": []}'],
  ["indented", JSON.stringify({ Records: [s3Event()] }, null, 2)],
  ["with a byte order mark", `\uFEFF\r\n${LOG}`],
  ["with other members before", `{"x":{"y":[1]},${LOG.slice(1)}`],
  ["of China", logOf(otherEvent({ eventSource: "ec2.amazonaws.com.cn" }))],
  ["with an event in front that is none", `{"Records":[{},${text(s3Event())}]}`],
  ["an array", text([s3Event()])],
  ["an indented array", JSON.stringify([otherEvent()], null, 2)],
  ["lines", `${text(s3Event())}\n${text(s3Event())}\n`],
  ["a line of EventBridge", text(wrapped(s3Event()))],
  ["an array of EventBridge's", text([wrapped(s3Event())])],
  ["cut behind the source", LOG.slice(0, LOG.indexOf('"eventName"'))],
  ["of EventBridge, cut behind the source", text(wrapped(s3Event())).slice(0, -900)],
  ["broken behind the source", `${LOG.slice(0, LOG.indexOf('"eventName"'))}]`],
])("is recognised: %s", (_, log) => expect(recognises(log)).toBe(true));

it.each([
  ["nothing", ""],
  ["white space", " \n"],
  ["text", "x y z"],
  ["a string", '"eventSource"'],
  ["an empty array", "[]"],
  ["an array of anything", '["eventSource","s3.amazonaws.com"]'],
  ["an empty object", "{}"],
  ["a digest", text({ awsAccountId: "1", digestStartTime: "2026-02-06T10:00:00Z", logFiles: [{ s3Object: "x" }] })],
  ["Insights", text({ Records: [INSIGHT] })],
  [
    "a notification of S3",
    text({ Records: [{ eventVersion: "2.1", eventSource: "aws:s3", eventName: "ObjectCreated:Put" }] }),
  ],
  ["a notification of S3 by EventBridge", text({ source: "aws.s3", detail: { bucket: { name: "b" } } })],
  ["a wrapper whose detail is no object", text({ detail: '{"eventSource":"s3.amazonaws.com"}' })],
  ["an event's text in a member", text({ message: text(s3Event()) })],
  ["an event deep in another object", text({ x: { detail: s3Event() }, Records: { x: s3Event() } })],
  ["a source that is none", text({ eventSource: ["s3.amazonaws.com.example"] })],
  [
    "Ceph's ops log",
    text({ bucket: "b", time: "2026-02-06T10:00:00.000Z", operation: "get_obj", trans_id: "tx1", uri: "GET /b/k" }),
  ],
  ["an access log", "owner bucket [06/Feb/2026:00:00:38 +0000] 192.0.2.3 - 1 REST.GET.OBJECT k"],
  ["a log object that is cut too early", LOG.slice(0, LOG.indexOf('"eventSource"'))],
  ["one that is cut in the source", LOG.slice(0, LOG.indexOf("amazonaws.com"))],
  ["one that is cut in the wrapper", LOG.slice(0, 11)],
  ["one that is broken before the source", LOG.replace('"userIdentity":', '"userIdentity"')],
])("is not recognised: %s", (_, log) => expect(recognises(log)).toBe(false));

it("never misleads by what it is given, cut anywhere", () => {
  const certain = LOG.indexOf('"eventName"') - 1;
  for (let length = 0; length < LOG.length; length++) {
    expect([length, recognises(LOG.slice(0, length))]).toEqual([length, length >= certain]);
  }
});
