import { describe, expect, it } from "vitest";
import { s3AccessLog } from "../../../lib/sources/s3-access-log/index.ts";
import { toLog } from "./drive.ts";
import { varied } from "./varied.ts";
import { lineOf } from "./written.ts";

const LINE = lineOf(varied({}));
const OLD = lineOf(varied({}, { width: 18 }));

describe("recognises", () => {
  it.each<[what: string, head: Buffer]>([
    ["a log", toLog([LINE, LINE])],
    ["an old log", toLog([OLD])],
    ["a log with CRLF", toLog([LINE], "\r\n")],
    ["one line cut anywhere behind its time", toLog([LINE]).subarray(0, LINE.indexOf("]") + 2)],
    ["a log whose first line is broken", toLog([LINE.slice(40), LINE])],
    ["a log whose first lines are empty or noise", toLog(["", "\0\0\0", "\xff \xff", LINE])],
    ["a log of lines that are all cut short", toLog([LINE.slice(0, 200), LINE.slice(0, 210)])],
  ])("%s", (_, head) => {
    expect(s3AccessLog.recognises(head)).toBe(true);
  });

  it.each<[what: string, text: string]>([
    ["nothing", ""],
    ["an empty line", "\n"],
    ["a head that ends in the time", LINE.slice(0, LINE.indexOf("]"))],
    ["CloudTrail", '{"Records":[{"eventVersion":"1.08","eventTime":"2026-02-06T00:00:38Z"}]}'],
    [
      "a line of Ceph",
      '{"bucket":"photos","time":"2026-02-06T00:00:38.123456Z","remote_addr":"192.0.2.3","user":"ada","operation":"get_obj"}\n',
    ],
    ["an inventory", '"photos","cat.jpg","113","2026-02-06T00:00:38.000Z","SSE-S3"\n'],
    ["gzip", "\x1f\x8b\b\0\0\0\0\0\0\x03"],
    ["a web server's log", '192.0.2.3 - ada [06/Feb/2026:00:00:38 +0000] "GET / HTTP/1.1" 200 113\n'],
    ["a time in quotes", `"owner" "photos" [06/Feb/2026:00:00:38 +0000] \n`],
    ["one field too few", "photos [06/Feb/2026:00:00:38 +0000] 192.0.2.3\n"],
    ["a bad time", LINE.replace("Feb/", "Feb ")],
    ["a page of text", "some words and [brackets]\n".repeat(1000)],
  ])("not %s", (_, text) => {
    expect(s3AccessLog.recognises(Buffer.from(text, "latin1"))).toBe(false);
  });
});
