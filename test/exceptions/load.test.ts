import fc from "fast-check";
import { expect, test } from "vitest";
import { loadExceptions } from "../../lib/exceptions/load.ts";
import { PolicyError } from "../../lib/policy/fault.ts";

const HEADER = "id,rule,bucket,key,requester,until,reason";
const SOUND = {
  id: "importer",
  rule: "a.put|a.get",
  bucket: "photos",
  key: "imports/*",
  requester: "*",
  until: "2027-06-30",
  reason: "Approved",
};

function row(cells: Partial<typeof SOUND> = {}): string {
  return Object.values({ ...SOUND, ...cells }).join(",");
}

const table = (...rows: string[]) => [HEADER, ...rows, ""].join("\n");

function load(content: string | Uint8Array) {
  return loadExceptions(typeof content === "string" ? Buffer.from(content) : content, "exceptions.csv");
}

function faultsOf(content: string | Uint8Array): readonly string[] {
  try {
    load(content);
  } catch (error) {
    if (error instanceof PolicyError) return error.faults;
    throw error;
  }
  return [];
}

const IMPORTER = {
  id: "importer",
  rules: ["a.put", "a.get"],
  bucket: "photos",
  key: "imports/*",
  requester: "*",
  until: "2027-06-30",
  reason: "Approved",
};

test.each([
  { name: "a sound row", content: table(row()), exceptions: [IMPORTER] },
  { name: "with BOM and CRLF", content: `\ufeff${table(row()).replaceAll("\n", "\r\n")}`, exceptions: [IMPORTER] },
  { name: "any rule", content: table(row({ rule: "*" })), exceptions: [{ ...IMPORTER, rules: null }] },
  { name: "spaces around rules", content: table(row({ rule: "a.put | a.get" })), exceptions: [IMPORTER] },
  {
    name: "quotes, commas and line ends",
    content: table(row({ key: '"a, ""b"""', reason: '"Approved,\nby Ann"' })),
    exceptions: [{ ...IMPORTER, key: 'a, "b"', reason: "Approved,\nby Ann" }],
  },
  {
    name: "columns in another order",
    content: "reason,until,requester,key,bucket,rule,id\nApproved,2027-06-30,*,imports/*,photos,a.put|a.get,importer\n",
    exceptions: [IMPORTER],
  },
  { name: "empty rows", content: table(",,,,,,", row(), ""), exceptions: [IMPORTER] },
  { name: "a header alone", content: `${HEADER}\n`, exceptions: [] },
  {
    name: "a leap day",
    content: table(row({ until: "2028-02-29" })),
    exceptions: [{ ...IMPORTER, until: "2028-02-29" }],
  },
  {
    name: "ids of tickets",
    content: table(row({ id: "RISK-12_b.3" }), row({ id: "risk-12_b.3" })),
    exceptions: [
      { ...IMPORTER, id: "RISK-12_b.3" },
      { ...IMPORTER, id: "risk-12_b.3" },
    ],
  },
])("$name", ({ content, exceptions }) => {
  expect(load(content)).toEqual(exceptions);
});

const ID = "letters and digits joined by -, . or _, at most 80 characters; for example legacy-importer";
const RULE = "ids of rules (several joined by |), or * alone for any; for example sse-c.put-object";
const PATTERN = "an exact text, a beginning that ends in *, or * alone for any";
const BUCKET = `${PATTERN}; for example my-bucket`;
const KEY = `${PATTERN}; for example imports/*`;
const REQUESTER = `${PATTERN}; for example arn:aws:iam::111122223333:user/importer`;
const UNTIL = "the last day, as YYYY-MM-DD: no exception is without end; for example 2027-06-30";
const REASON = "why it is accepted, and by whom; for example Approved by the risk board on 2027-01-12";
const EXAMPLE =
  "legacy-importer,sse-c.put-object,my-bucket,imports/*,*,2027-06-30,Approved by the risk board on 2027-01-12";

test.each([
  { name: "nothing", content: "", faults: [`row 1: found nothing; expected the column names; for example ${HEADER}`] },
  {
    name: "semicolons",
    content: table(row()).replaceAll(",", ";"),
    faults: [
      `row 1: found columns separated by semicolons; expected columns separated by commas; for example ${HEADER}`,
    ],
  },
  {
    name: "an unknown column, and one too few",
    content: table(row()).replace("until", "untill"),
    faults: [
      `row 1: found no column until; expected all seven columns; for example ${HEADER}`,
      `row 1, column 6: found "untill" (did you mean until?); expected one of the seven columns; for example ${HEADER}`,
    ],
  },
  {
    name: "a policy",
    content: "id,interface\n",
    faults: [
      `row 1: found no column rule, bucket, key, requester, until, reason; expected all seven columns; for example ${HEADER}`,
      `row 1, column 2: found "interface"; expected one of the seven columns; for example ${HEADER}`,
    ],
  },
  {
    name: "a short row",
    content: table("a,b"),
    faults: [`row 2: found 2 cells; expected 7, as in row 1; for example ${EXAMPLE}`],
  },
  {
    name: "nothing in any cell but one",
    content: table("importer,,,,,,"),
    faults: [
      `row 2, column rule: found nothing; expected ${RULE}`,
      `row 2, column bucket: found nothing; expected ${BUCKET}`,
      `row 2, column key: found nothing; expected ${KEY}`,
      `row 2, column requester: found nothing; expected ${REQUESTER}`,
      `row 2, column until: found nothing; expected ${UNTIL}`,
      `row 2, column reason: found nothing; expected ${REASON}`,
    ],
  },
  {
    name: "bad ids",
    content: table(row({ id: "" }), row({ id: "the importer" }), row({ id: "x".repeat(81) })),
    faults: [
      `row 2, column id: found nothing; expected ${ID}`,
      `row 3, column id: found "the importer"; expected ${ID}`,
      `row 4, column id: found "${"x".repeat(60)}…"; expected ${ID}`,
    ],
  },
  {
    name: "an id used twice, and two without one",
    content: table(row(), row({ id: "" }), row(), row({ id: "" })),
    faults: [
      `row 3, column id: found nothing; expected ${ID}`,
      'row 4, column id: found "importer", as in row 2; expected an id of its own; for example legacy-importer',
      `row 5, column id: found nothing; expected ${ID}`,
    ],
  },
  {
    name: "bad rules",
    content: table(
      row({ id: "a", rule: "a.put||a.get" }),
      row({ id: "b", rule: "*|a.put" }),
      row({ id: "c", rule: "a.*" }),
    ),
    faults: [
      `row 2, column rule: found "a.put||a.get"; expected ${RULE}`,
      `row 3, column rule: found "*|a.put"; expected ${RULE}`,
      `row 4, column rule: found "a.*"; expected ${RULE}`,
    ],
  },
  {
    name: "a * that is not at the end",
    content: table(row({ bucket: "*photos", key: "imports/*.csv", requester: "a**" })),
    faults: [
      `row 2, column bucket: found "*photos"; expected ${BUCKET}`,
      `row 2, column key: found "imports/*.csv"; expected ${KEY}`,
      `row 2, column requester: found "a**"; expected ${REQUESTER}`,
    ],
  },
  {
    name: "no end",
    content: table(
      ...["never", "*", "30.06.2027", "2027-6-30", "2027-02-29", "2027-13-01", "2027-06-30T12:00"].map((until, i) =>
        row({ id: `e${i}`, until }),
      ),
    ),
    faults: ["never", "*", "30.06.2027", "2027-6-30", "2027-02-29", "2027-13-01", "2027-06-30T12:00"].map(
      (until, i) => `row ${i + 2}, column until: found "${until}"; expected ${UNTIL}`,
    ),
  },
  {
    name: "bytes that are not UTF-8",
    content: Buffer.from(table(row({ reason: "f\xfcr Ann" })), "latin1"),
    faults: [
      'row 2, column reason: found "f\ufffdr Ann", which is not UTF-8; expected UTF-8 (save the table as CSV UTF-8); for example Approved by the risk board on 2027-01-12',
    ],
  },
])("faults of $name, all in one message", ({ content, faults }) => {
  expect(faultsOf(content)).toEqual(faults);
});

test("the message names the file and the number of faults, and its example is sound", () => {
  expect(() => load(table("a,b"))).toThrow(/^exceptions\.csv: 1 fault\n {2}row 2: found 2 cells/);
  expect(load(table(EXAMPLE))).toMatchObject([{ id: "legacy-importer", until: "2027-06-30" }]);
});

test("any bytes are a table or a PolicyError", () => {
  const near = fc
    .array(fc.constantFrom(HEADER, row(), '"', "\n", ",", "*", "\ufeff", "2027-02-30"))
    .map((parts) => parts.join("\n"));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), near), (content) => {
      expect(Array.isArray(faultsOf(content))).toBe(true);
    }),
  );
});
