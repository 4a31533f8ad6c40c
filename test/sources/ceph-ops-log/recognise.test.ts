import { expect, test } from "vitest";
import { cephOpsLog } from "../../../lib/sources/ceph-ops-log/index.ts";
import { opsFields, opsLine } from "./ops-line.ts";

const event = { eventVersion: "1.08", eventSource: "s3.amazonaws.com", requestParameters: opsFields() };

test.each<[head: string, is: boolean]>([
  [opsLine(), true],
  [`${opsLine()}\n${opsLine().slice(0, 100)}`, true],
  [`cut in front","x":1}\n${opsLine()}\n`, true],
  [opsLine({ logsHeaders: false }), true],
  [opsLine().slice(0, 400), false],
  ["", false],
  ["{}", false],
  [JSON.stringify({ Records: [event] }), false],
  [JSON.stringify(event), false],
  [JSON.stringify({ "detail-type": "x", detail: event }), false],
  [JSON.stringify({ message: opsLine() }), false],
  [`owner bucket [06/Feb/2026:00:00:38 +0000] ${opsLine()}`, false],
])("%.60s…: %s", (head, is) => {
  expect(cephOpsLog.recognises(Buffer.from(head))).toBe(is);
});
