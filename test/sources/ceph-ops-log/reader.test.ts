import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cephOpsLog } from "../../../lib/sources/ceph-ops-log/index.ts";
import { KEPT, MAX_LINE } from "../../../lib/sources/lines.ts";
import { opsFields, opsLine, SSE, START } from "./ops-line.ts";
import { readAll } from "./read-all.ts";

const NOT_JSON = "the line is not a JSON object";

describe("malformed lines", () => {
  const without = (name: string) => JSON.stringify({ ...opsFields(), [name]: undefined });
  const changed = (fields: object) => JSON.stringify({ ...opsFields(), ...fields });
  const TIME = '"time" is not a time like 2026-11-22T19:12:36.209169Z';
  const URI = '"uri" is not a request line like PUT /bucket/key HTTP/1.1';
  const STATUS = '"http_status" is not a status like "200"';
  const HEADERS = '"http_x_headers" is not an array of objects with one string each';
  test.each<[line: string, reason: string]>([
    ["", NOT_JSON],
    ["   ", NOT_JSON],
    ["null", NOT_JSON],
    ["[]", NOT_JSON],
    ["7", NOT_JSON],
    [opsLine().slice(0, -1), NOT_JSON],
    [`${opsLine()}x`, NOT_JSON],
    [`${opsLine()}}${opsLine()}`, NOT_JSON],
    [`${opsLine()} ${opsLine()}`, NOT_JSON],
    [`${opsLine().slice(0, 30)}${opsLine()}`, NOT_JSON],
    [`${opsLine()}\0`, NOT_JSON],
    ["[".repeat(100_000), NOT_JSON],
    ["{}", '"bucket" is not a string'],
    [without("time"), TIME],
    [changed({ time: "2026-13-22T19:12:36.209169Z" }), TIME],
    [changed({ time: "yesterday" }), TIME],
    [changed({ time: 7 }), TIME],
    [changed({ total_time: "4" }), '"total_time" is not a number of milliseconds'],
    [without("user"), '"user" is not a string'],
    [changed({ operation: "" }), '"operation" is not an operation like put_obj'],
    [changed({ uri: "GET" }), URI],
    [changed({ uri: " /lab/k" }), URI],
    [changed({ uri: "GET  HTTP/1.1" }), URI],
    [changed({ uri: null }), URI],
    [changed({ http_status: "-" }), STATUS],
    [changed({ http_status: "099" }), STATUS],
    [changed({ http_status: "600" }), STATUS],
    [changed({ http_status: 99 }), STATUS],
    [changed({ http_status: [200] }), STATUS],
    [changed({ trans_id: "" }), '"trans_id" is not a request id'],
    [changed({ remote_addr: 7 }), '"remote_addr" is not a string'],
    [changed({ error_code: null }), '"error_code" is not a string'],
    [changed({ user_agent: [] }), '"user_agent" is not a string'],
    [changed({ referrer: {} }), '"referrer" is not a string'],
    [changed({ http_x_headers: {} }), HEADERS],
    [changed({ http_x_headers: null }), HEADERS],
    [changed({ http_x_headers: ["HTTP_HOST"] }), HEADERS],
    [changed({ http_x_headers: [{}] }), HEADERS],
    [changed({ http_x_headers: [{ HTTP_HOST: 1 }] }), HEADERS],
    [changed({ http_x_headers: [{ HTTP_HOST: "a", SERVER_PORT: "80" }] }), HEADERS],
  ])("%.80s", (line, reason) => {
    const read = readAll(`${opsLine()}\n${line}\n${opsLine()}\n`);
    const bytes = Buffer.byteLength(line);
    expect(read.malformed).toEqual([
      { line: 2, offset: opsLine().length + 1, bytes, reason, text: line.slice(0, KEPT) },
    ]);
    expect(read.records.map((record) => record.line)).toEqual([1, 3]);
  });

  test("a line without total_time, and one whose status is a number, are read", () => {
    const read = readAll(`${without("total_time")}\n${changed({ http_status: 404 })}\n`);
    expect([read.malformed, read.records.map(({ status }) => status)]).toEqual([[], [200, 404]]);
  });

  const TOO_LONG = `the line is longer than ${MAX_LINE} bytes`;
  test.each([[[]], [[MAX_LINE / 2, MAX_LINE / 2]]])("an overlong line, in chunks of %j", (chunks) => {
    const long = "x".repeat(MAX_LINE + 1);
    const read = readAll(`${opsLine()}\n${long}\n${opsLine()}\n`, { chunks });
    expect(read.malformed).toEqual([
      { line: 2, offset: opsLine().length + 1, bytes: MAX_LINE + 1, reason: TOO_LONG, text: "x".repeat(KEPT) },
    ]);
    expect(read.records.map((record) => record.line)).toEqual([1, 3]);
  });

  test("a line of just the greatest length is read", () => {
    const line = opsLine({ request: `GET /lab/${"k".repeat(MAX_LINE - opsLine({ request: "GET /lab/" }).length)}` });
    expect(line.length).toBe(MAX_LINE);
    expect(readAll(`${line}\r\n${line}`).records).toHaveLength(2);
  });
});

describe("line ends", () => {
  test.each<[log: string, records: [line: number, offset: number][]]>([
    ["", []],
    ["A", [[1, 0]]],
    ["A\n", [[1, 0]]],
    [
      "A\r\nA\r\n",
      [
        [1, 0],
        [2, 2],
      ],
    ],
    [
      "A\r\nA",
      [
        [1, 0],
        [2, 2],
      ],
    ],
    [
      "A\nA\r",
      [
        [1, 0],
        [2, 1],
      ],
    ],
  ])("%j", (log, places) => {
    const line = opsLine();
    const read = readAll(log.replaceAll("A", line));
    expect(read.malformed).toEqual([]);
    expect(read.records.map((record) => [record.line, record.offset])).toEqual(
      places.map(([number, ends]) => [number, ends + (number - 1) * line.length]),
    );
  });

  test("a blank line is malformed, its end apart", () => {
    expect(readAll(`${opsLine()}\r\n\r\n`).malformed).toEqual([
      { line: 2, offset: opsLine().length + 2, bytes: 0, reason: NOT_JSON, text: "" },
    ]);
  });
});

describe("records that the gateway wrote at once, on one line", () => {
  const plain = opsLine({ id: "tx-plain" });
  const escaped = opsLine({ id: "tx-escaped", headers: { HTTP_USER_AGENT: 'a "}{" b\\' } });
  const cut = plain.slice(0, -40);
  const noRecord = '{"bucket":"lab"}';
  const NO_TIME = '"time" is not a time like 2026-11-22T19:12:36.209169Z';

  test.each<[title: string, pieces: [text: string, reason?: string][]]>([
    ["two plain ones", [[plain], [plain]]],
    ["one that is not plain, first", [[escaped], [plain], [plain]]],
    ["in the middle", [[plain], [escaped], [plain]]],
    ["and last", [[plain], [plain], [escaped]]],
    ["what is no record, first", [[noRecord, NO_TIME], [plain]]],
    ["and last", [[plain], [plain], [noRecord, NO_TIME]]],
    ["one that is cut short", [[plain], [escaped], [cut, NOT_JSON]]],
    ["one that is followed by something else", [[plain], [`${plain}]`, NOT_JSON]]],
  ])("%s", (_title, pieces) => {
    const texts = pieces.map(([text]) => text);
    const read = readAll(`${plain}\n${texts.join("")}\r\n${plain}`);
    const offsets = texts.map((_, i) => plain.length + 1 + texts.slice(0, i).join("").length);
    const records = pieces.flatMap(([, reason], i) => (reason === undefined ? [[2, offsets[i]]] : []));
    const malformed = pieces.flatMap(([text, reason], i) =>
      reason === undefined ? [] : [{ line: 2, offset: offsets[i], bytes: text.length, reason, text }],
    );
    expect(read.malformed).toEqual(malformed);
    expect(read.records.map(({ line, offset }) => [line, offset])).toEqual([
      [1, 0],
      ...records,
      [3, plain.length + texts.join("").length + 3],
    ]);
  });

  test("more than fit a window", () => {
    const read = readAll(plain.repeat(Math.floor(MAX_LINE / plain.length)));
    expect(read.malformed).toEqual([]);
    expect(read.records).toHaveLength(Math.floor(MAX_LINE / plain.length));
  });

  test("they are what they are on lines of their own", () => {
    const any = fc.constantFrom(
      plain,
      escaped,
      cut,
      noRecord,
      opsLine({ operation: "put_obj", request: "PUT /lab/k", headers: { [SSE]: "aws:kms" } }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(any, fc.boolean())), (pieces) => {
        // Behind what is cut short nothing is told apart.
        const log = (isTogether: boolean) =>
          pieces.map(([text, ends]) => `${text}${isTogether && !ends && text !== cut ? "" : "\n"}`).join("");
        const told = ({ records, malformed }: ReturnType<typeof readAll>) => [
          records.map(({ line: _line, offset: _offset, ...record }) => record),
          malformed.map(({ reason, text }) => [reason, text]),
        ];
        expect(told(readAll(log(true)))).toEqual(told(readAll(log(false))));
      }),
      { numRuns: 200 },
    );
  });
});

test("records outside of the time range are passed over, and still settle later ones", () => {
  const put = { operation: "put_obj", request: "PUT /lab/k", headers: { [SSE]: "aws:kms" } };
  const log = [opsLine(put), opsLine({ at: 999 }), opsLine({ at: 1000 }), opsLine({ at: 2000 }), "x"].join("\n");
  const read = readAll(log, { since: START + 1000, until: START + 2000 });
  expect(read.passedOver).toBe(3);
  expect(read.malformed.map((line) => line.line)).toEqual([5]);
  expect(read.records.map((record) => [record.line, record.evidence.length])).toEqual([[3, 1]]);
});

test("a record that nobody asks for is not decoded", () => {
  const seen: number[] = [];
  const reader = cephOpsLog.open({
    see: (facts) => seen.push(facts) < 0,
    judge: () => expect.unreachable(),
    malformed: () => expect.unreachable(),
  });
  reader.push(Buffer.from(`${opsLine()}\n${opsLine({ user: "ä" })}\n`));
  reader.end();
  expect(seen).toHaveLength(2);
});

const anyLine = fc.oneof(
  fc.constantFrom(
    opsLine(),
    opsLine({ operation: "put_obj", request: "PUT /lab/k", headers: { [SSE]: "aws:kms" } }),
    opsLine({ request: "GET /lab/ä?a=\\" }),
    "",
    "{}",
  ),
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", "")),
);
const anyLog = fc.tuple(fc.array(anyLine), fc.constantFrom("\n", "\r\n"), fc.boolean());

test("every line is a record, malformed or passed over; chunks make no difference", () => {
  fc.assert(
    fc.property(anyLog, fc.array(fc.integer({ min: 0, max: 3000 })), ([lines, end, isOpen], chunks) => {
      const log = lines.join(end) + (isOpen ? "" : end);
      const read = readAll(log);
      const count = log.split("\n").length - (log === "" || log.endsWith("\n") ? 1 : 0);
      expect(read.records.length + read.malformed.length).toBe(count);
      expect(readAll(log, { chunks })).toEqual(read);
      expect(readAll(log, { until: 0 }).passedOver).toBe(read.records.length);
    }),
    { numRuns: 60 },
  );
});
