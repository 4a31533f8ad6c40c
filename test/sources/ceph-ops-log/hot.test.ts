import fc from "fast-check";
import { expect, test } from "vitest";
import type { Entry } from "../../../lib/sources/ceph-ops-log/entry.ts";
import { createHotReader } from "../../../lib/sources/ceph-ops-log/hot.ts";
import { parseEntry } from "../../../lib/sources/ceph-ops-log/parse.ts";
import { COPY_SOURCE, CUSTOMER, opsFields, opsLine, SOURCE_CUSTOMER, SSE, V2_HEADER } from "./ops-line.ts";

const hot = createHotReader();

/** What the hot path makes of the lines, which hold no LF. */
function readHot(...lines: string[]): (Entry | null)[] {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const entries: (Entry | null)[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = hot.load(bytes, at, bytes.length);
    while (hot.end + 1 < next - at) entries.push(hot.next());
    at = next;
  }
  return entries;
}

function readPlain(line: string): Entry | null {
  const entry = parseEntry(line);
  if (typeof entry === "string") return null;
  const { remoteIp: _ip, errorCode: _code, userAgent: _agent, referer: _referer, ...rest } = entry;
  return rest;
}

const headers = { [SSE]: "aws:kms", [CUSTOMER]: "AES256", [COPY_SOURCE]: "/lab/s", [SOURCE_CUSTOMER]: "AES256" };
const changed = (fields: object) => JSON.stringify({ ...opsFields(), ...fields });

const TAKEN = [
  opsLine(),
  opsLine({ secure: true, signed: V2_HEADER }),
  opsLine({ headers }),
  opsLine({ headers: { [COPY_SOURCE]: "/lab/ä b" }, signed: "Bearer x" }),
  opsLine({ host: null, signed: null }),
  opsLine({ signed: "" }),
  opsLine({ signed: "AWS" }),
  opsLine({ signed: "AWS4" }),
  opsLine({ headers: { HTTP_X: "", "": "x", HTTP_USER_AGENT: "a b  c" }, logsPort: false }),
  opsLine({ logsHeaders: false }),
  opsLine({ bucket: "", user: "", request: "GET /lab/ä?ö" }),
  opsLine({ status: 599, took: 0, at: 12 * 60_000 + 34_567 }),
  opsLine({ took: 123_456_789_012_345 }),
  opsLine({ at: 3_600_000 }),
  changed({ object_owner: "tester", op: "" }),
  changed({ x: true, y: false, z: 0 }),
  `${opsLine()}\r`,
  // The last of a name counts.
  opsLine().replace("{", '{"bucket":"first",'),
];

test.each(TAKEN)("the hot path takes %s", (line) => {
  const plain = readPlain(line);
  expect(plain).not.toBeNull();
  // Twice: the second time every name is known.
  expect(readHot(line, line)).toEqual([plain, plain]);
});

const LEFT = [
  "",
  "{}",
  "[]",
  `${opsLine()}x`,
  `${opsLine()} `,
  `${opsLine()}\rx`,
  opsLine().slice(0, -1),
  opsLine().replace("{", "{ "),
  opsLine().replace(":", " :"),
  opsLine().replace(":", "="),
  opsLine().replace('"bucket"', "bucket"),
  opsLine().replace('"bucket"', '"buc ket"'),
  opsLine().replace(",", ";"),
  opsLine().replace(",", ",,"),
  opsLine().replace("[{", "[ {"),
  opsLine().replace("[{", "{{"),
  opsLine().replace("},{", "},["),
  opsLine().replace("},{", "};{"),
  opsLine().replace("},{", '","x":"y"},{'),
  opsLine().replace('"}]', '"]'),
  opsLine().replace('"}]', '"}}'),
  opsLine().replace('"SERVER_PORT":"', '"SERVER_PORT":1,"x":"'),
  opsLine().replace('"user":"tester"', '"user":"tes\tter"'),
  opsLine().replace('"user":"tester"', '"user":"tes\\u0074er"'),
  opsLine().replace('"user":"tester"', '"user":"tes\x7fter"'),
  changed({ user: 7 }),
  changed({ user: true }),
  changed({ user: undefined }),
  changed({ referrer: 1 }),
  changed({ total_time: "4" }),
  changed({ total_time: true }),
  changed({ total_time: -1 }),
  changed({ total_time: 1.5 }),
  changed({ total_time: 1_234_567_890_123_456 }),
  changed({ http_x_headers: "x" }),
  changed({ http_x_headers: [] }),
  changed({ op_data: {} }),
  changed({ x: null }),
  changed({ x: "not" }).replace('"not"', "nott"),
  changed({ x: "not" }).replace('"not"', "007"),
  changed({ x: "not" }).replace('"not"', "f"),
  changed({ operation: "" }),
  changed({ trans_id: "" }),
  changed({ uri: "GET" }),
  changed({ http_status: "20" }),
  changed({ http_status: "2x0" }),
  changed({ http_status: "099" }),
  changed({ http_status: "600" }),
  ...[
    "2026-11-22T19:12:36.209Z",
    "2026-11-22T19:12:36,209169Z",
    "2026-11-22T19:12:36.209169z",
    "2026-11-22T19-12:36.209169Z",
    "2026-11-22T19:12-36.209169Z",
    "2026-11-22T19:xx:36.209169Z",
    "2026-11-22T19:60:36.209169Z",
    "2026-11-22T19:12:xx.209169Z",
    "2026-11-22T19:12:60.209169Z",
    "2026-11-22T19:12:36.20916xZ",
    "2026-13-22T19:12:36.209169Z",
    "1969-11-22T19:12:36.209169Z",
  ].map((time) => changed({ time })),
];

test.each(LEFT)("the hot path leaves %s", (line) => {
  // The lines around it are read all the same.
  const plain = readPlain(opsLine());
  expect(readHot(opsLine(), line, opsLine())).toEqual([plain, null, plain]);
});

test("the hot path takes what runs together, up to what it leaves, and with that the rest of the line", () => {
  const plain = readPlain(opsLine());
  const left = opsLine().replace('"user":"tester"', '"user":"tes\\u0074er"');
  const doubtful = changed({ http_status: "20" });
  expect(readHot(opsLine().repeat(3), opsLine())).toEqual([plain, plain, plain, plain]);
  expect(readHot(`${opsLine()}${left}${opsLine()}`, opsLine())).toEqual([plain, null, plain]);
  expect(readHot(`${opsLine()}${doubtful}${opsLine()}`)).toEqual([plain, null, plain]);
  expect(readHot(`${opsLine()}${opsLine()}x`, opsLine())).toEqual([plain, null, plain]);
});

test("more different names than it remembers", () => {
  const line = changed(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`x${"y".repeat(i % 90)}${i}`, i])));
  const plain = readPlain(line);
  expect(readHot(line, line, opsLine())).toEqual([plain, plain, readPlain(opsLine())]);
});

/** A line with a few bytes taken out, put in or changed. */
const damaged = fc
  .tuple(
    fc.constantFrom(...TAKEN),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.nat({ max: 2 }),
        fc.constantFrom("", "", '"', ",", "}", "]", "\\", " ", "0", "é", '","x":"'),
      ),
      {
        maxLength: 3,
      },
    ),
  )
  .map(([line, cuts]) =>
    cuts.reduce((text, [at, length, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + length);
    }, line),
  );

test("what the hot path reads, it reads as JSON", () => {
  fc.assert(
    fc.property(fc.array(damaged, { minLength: 1, maxLength: 4 }), (lines) => {
      for (const [i, entry] of readHot(...lines).entries()) if (entry) expect(entry).toEqual(readPlain(lines[i]!));
    }),
    { numRuns: 3000 },
  );
});
