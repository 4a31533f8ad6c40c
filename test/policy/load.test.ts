import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ANY_ENCRYPTION,
  ANY_SIGNATURE,
  ANY_TRANSPORT,
  HTTP,
  HTTPS,
  PLAIN,
  SSE_C,
  SSE_KMS,
  SSE_S3,
  V2,
  V4,
} from "../../lib/facts.ts";
import { COLUMNS, EXAMPLE_ROW, HEADER } from "../../lib/policy/columns.ts";
import { PolicyError } from "../../lib/policy/fault.ts";
import { loadTable } from "../../lib/policy/load.ts";
import type { Rule, Table } from "../../lib/policy/policy.ts";

/** A sound row with some of its cells replaced. */
function row(cells: Partial<Record<(typeof COLUMNS)[number], string>> = {}): string {
  const sound = {
    id: "a.b",
    interface: "PutObject",
    source: "*",
    target: "SSE-C",
    transport: "HTTPS",
    signature: "V4",
    min_tls: "",
    severity: "high",
    title: "T",
    cite: "C",
  };
  return COLUMNS.map((column) => ({ ...sound, ...cells })[column]).join(",");
}

function table(...rows: string[]): string {
  return [HEADER, ...rows, ""].join("\n");
}

function load(content: string | Uint8Array): Table {
  return loadTable("own", typeof content === "string" ? Buffer.from(content) : content, "own.csv");
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

const INTERFACE =
  "PutObject, PostObject, InitiateMultipartUpload, HeadObject, GetObject, UploadPart, CompleteMultipartUpload, CopyObject, UploadPartCopy, Other (several joined by |), or * alone for any; for example PutObject|UploadPart";
const SOURCE = "none, SSE-S3, SSE-KMS, SSE-C (several joined by |), or * alone for any; for example none|SSE-S3";
const TARGET = "none, SSE-S3, SSE-KMS, SSE-C (several joined by |), or * alone for any; for example SSE-C";
const TRANSPORT = "HTTP, HTTPS (several joined by |), or * alone for any; for example HTTPS";
const SIGNATURE = "V2, V4, none (several joined by |), or * alone for any; for example V2|V4";
const MIN_TLS = "1.0, 1.1, 1.2, 1.3, or an empty cell for any; for example 1.2";
const SEVERITY = "low, medium, high, critical; for example high";
const ID = "lower-case words joined by - or ., at most 80 characters; for example sse-c.put-object";
const QUOTING =
  'cells that hold a quote, a comma or a line end to stand in quotes, with their own quotes doubled; for example "Uploads, also ""small"" ones, must use HTTPS."';
const UTF_8 = "UTF-8 (save the table as CSV UTF-8)";
const SAME =
  "one row for each of these conditions, with all that it permits; for example HTTP|HTTPS in one row for what may use either";

interface FaultCase {
  name: string;
  content: string | Uint8Array;
  faults: string[];
}

const FAULTS: FaultCase[] = [
  {
    name: "an unknown interface",
    content: table(row({ interface: "DeleteObject" })),
    faults: [`row 2, column interface: found "DeleteObject"; expected ${INTERFACE}`],
  },
  {
    name: "an interface as the document writes it",
    content: table(row({ interface: "PUT Object" })),
    faults: [`row 2, column interface: found "PUT Object" (did you mean PutObject?); expected ${INTERFACE}`],
  },
  {
    name: "an unknown target encryption",
    content: table(row({ target: "AES256" })),
    faults: [`row 2, column target: found "AES256"; expected ${TARGET}`],
  },
  {
    name: "an encryption in lower case, one of several",
    content: table(row({ target: "none | sse-kms" })),
    faults: [`row 2, column target: found "sse-kms" (did you mean SSE-KMS?); expected ${TARGET}`],
  },
  {
    name: "an unknown source encryption",
    content: table(row({ interface: "CopyObject", source: "DSSE-KMS" })),
    faults: [`row 2, column source: found "DSSE-KMS" (did you mean SSE-KMS?); expected ${SOURCE}`],
  },
  {
    name: "an unknown transport",
    content: table(row({ transport: "HTPS" })),
    faults: [`row 2, column transport: found "HTPS" (did you mean HTTPS?); expected ${TRANSPORT}`],
  },
  {
    name: "two unknown values in a cell, each for itself",
    content: table(row({ transport: "TLSv1.2|HTTP|QUIC" })),
    faults: [
      `row 2, column transport: found "TLSv1.2"; expected ${TRANSPORT}`,
      `row 2, column transport: found "QUIC"; expected ${TRANSPORT}`,
    ],
  },
  {
    name: "an unknown signature, as near to V2 as to V4",
    content: table(row({ signature: "V3" })),
    faults: [`row 2, column signature: found "V3"; expected ${SIGNATURE}`],
  },
  {
    name: "an empty value between others",
    content: table(row({ signature: "V2||V4" })),
    faults: [`row 2, column signature: found nothing; expected ${SIGNATURE}`],
  },
  {
    name: "* beside a value",
    content: table(row({ signature: "*|V4" })),
    faults: [`row 2, column signature: found "*"; expected ${SIGNATURE}`],
  },
  {
    name: "an unknown severity",
    content: table(row({ severity: "High" })),
    faults: [`row 2, column severity: found "High" (did you mean high?); expected ${SEVERITY}`],
  },
  {
    name: "an unknown TLS version",
    content: table(row({ min_tls: "TLSv1.2" })),
    faults: [`row 2, column min_tls: found "TLSv1.2"; expected ${MIN_TLS}`],
  },
  {
    name: "a TLS version that a spreadsheet took for a number",
    content: table(row({ min_tls: "1" })),
    faults: [`row 2, column min_tls: found "1"; expected ${MIN_TLS}`],
  },
  {
    name: "two TLS versions",
    content: table(row({ min_tls: "1.2|1.3" })),
    faults: [`row 2, column min_tls: found "1.2|1.3"; expected ${MIN_TLS}`],
  },
  {
    name: "a TLS version without HTTPS",
    content: table(row({ transport: "HTTP", min_tls: "1.2" })),
    faults: [
      'row 2, column min_tls: found "1.2"; expected an empty cell, since the row permits no HTTPS; for example HTTPS in column transport, where TLS is meant',
    ],
  },
  {
    name: "a TLS version of an unknown transport",
    content: table(row({ transport: "QUIC", min_tls: "1.2" })),
    faults: [`row 2, column transport: found "QUIC"; expected ${TRANSPORT}`],
  },
  {
    name: "ids of a bad shape",
    content: table(
      row({ id: "Put Object" }),
      row({ id: "put..object", target: "none" }),
      row({ id: "x".repeat(81), target: "SSE-S3" }),
    ),
    faults: [
      `row 2, column id: found "Put Object"; expected ${ID}`,
      `row 3, column id: found "put..object"; expected ${ID}`,
      `row 4, column id: found "${"x".repeat(60)}…"; expected ${ID}`,
    ],
  },
  {
    name: "an id used twice",
    content: table(row(), row({ target: "none" }), row({ target: "SSE-S3" })),
    faults: [
      'row 3, column id: found "a.b", as in row 2; expected an id of its own; for example sse-c.put-object',
      'row 4, column id: found "a.b", as in row 2; expected an id of its own; for example sse-c.put-object',
    ],
  },
  {
    name: "two rows with the same conditions, whatever the order of their values",
    content: table(
      row({ interface: "PutObject|GetObject", target: "SSE-C|none" }),
      row({ id: "c", interface: "GetObject | PutObject", target: "none|SSE-C", transport: "HTTP" }),
    ),
    faults: [`row 3, column interface: found the interface, source and target of row 2; expected ${SAME}`],
  },
  {
    name: "two rows with the same conditions, one of them with *",
    content: table(
      row({ interface: "CopyObject", source: "*", target: "none|SSE-S3|SSE-KMS|SSE-C" }),
      row({ id: "c", interface: "CopyObject", source: "SSE-C|SSE-KMS|SSE-S3|none", target: "*" }),
    ),
    faults: [`row 3, column interface: found the interface, source and target of row 2; expected ${SAME}`],
  },
  {
    name: "conditions that could not be read, and so are not the same",
    content: table(row({ interface: "A" }), row({ id: "c", interface: "B" })),
    faults: [
      `row 2, column interface: found "A"; expected ${INTERFACE}`,
      `row 3, column interface: found "B"; expected ${INTERFACE}`,
    ],
  },
  {
    name: "a source without a copy",
    content: table(row({ interface: "CopyObject|GetObject", source: "SSE-C" })),
    faults: [
      'row 2, column source: found "SSE-C"; expected * since GetObject copies nothing, or a row of copies only; for example *',
    ],
  },
  {
    name: "a source for every interface",
    content: table(row({ interface: "*", source: "none|SSE-C" })),
    faults: [
      'row 2, column source: found "none|SSE-C"; expected * since PutObject copies nothing, or a row of copies only; for example *',
    ],
  },
  {
    name: "empty cells",
    content: table(",,,,,,,,,x"),
    faults: [
      `row 2, column id: found nothing; expected ${ID}`,
      `row 2, column interface: found nothing; expected ${INTERFACE}`,
      `row 2, column source: found nothing; expected ${SOURCE}`,
      `row 2, column target: found nothing; expected ${TARGET}`,
      `row 2, column transport: found nothing; expected ${TRANSPORT}`,
      `row 2, column signature: found nothing; expected ${SIGNATURE}`,
      `row 2, column severity: found nothing; expected ${SEVERITY}`,
      "row 2, column title: found nothing; expected one sentence on what the rule demands; for example Uploads must use HTTPS.",
    ],
  },
  {
    name: "an empty cite",
    content: table(row({ cite: " " })),
    faults: [
      "row 2, column cite: found nothing; expected where the rule stands in a document; for example Security handbook 4.2",
    ],
  },
  {
    name: "missing columns, and the cells that are there all the same",
    content: "id,interface,source,target,transport,title,cite\na.b,PutObject,*,SSE-D,HTTPS,T,C\n",
    faults: [
      `row 1: found no column signature, min_tls, severity; expected all ten columns; for example ${HEADER}`,
      `row 2, column target: found "SSE-D" (did you mean SSE-C?); expected ${TARGET}`,
    ],
  },
  {
    name: "an unknown extra column",
    content: `${HEADER},owner\n${row()},me\n`,
    faults: [`row 1, column 11: found "owner"; expected one of the ten columns; for example ${HEADER}`],
  },
  {
    name: "a column without a name",
    content: `${HEADER},\n${row()},\n`,
    faults: [`row 1, column 11: found nothing; expected one of the ten columns; for example ${HEADER}`],
  },
  {
    name: "a misspelled column",
    content: `${HEADER.replace("min_tls", "Min TLS")}\n${row()}\n`,
    faults: [
      `row 1: found no column min_tls; expected all ten columns; for example ${HEADER}`,
      `row 1, column 7: found "Min TLS" (did you mean min_tls?); expected one of the ten columns; for example ${HEADER}`,
    ],
  },
  {
    name: "a semicolon in a column's name",
    content: `${HEADER},a;b\n${row()},x\n`,
    faults: [`row 1, column 11: found "a;b"; expected one of the ten columns; for example ${HEADER}`],
  },
  {
    name: "a column twice",
    content: `${HEADER},id\n${row()},a\n`,
    faults: [`row 1, column 11: found column id again; expected each column once; for example ${HEADER}`],
  },
  {
    name: "a quote inside a cell",
    content: table(row(), row({ id: "c", title: 'The "big" ones' }), row({ id: "X" })),
    faults: [`row 3, column title: found a quote inside a cell (no later row could be read); expected ${QUOTING}`],
  },
  {
    name: "text after a quoted cell, and what is wrong above it",
    content: table(row({ id: "X" }), row({ id: "c", title: '"big" ones' })),
    faults: [
      `row 2, column id: found "X"; expected ${ID}`,
      `row 3, column title: found a quote inside a cell (no later row could be read); expected ${QUOTING}`,
    ],
  },
  {
    name: "a quote that is never closed",
    content: table(row({ title: '"big ones' }), row({ id: "c" })),
    faults: [
      `row 2, column title: found a quote that is never closed (no later row could be read); expected ${QUOTING}`,
    ],
  },
  {
    name: "a broken quote in the header",
    content: `id,"interface"s\n${row()}\n`,
    faults: [`row 1, column 2: found a quote inside a cell (no later row could be read); expected ${QUOTING}`],
  },
  {
    name: "rows as a spreadsheet numbers them: empty ones count, a cell of two lines is in one",
    content: table(row({ title: '"two\nlines"' }), "", ",,,,,,,,,", row({ id: "C", target: "none" })),
    faults: [`row 5, column id: found "C"; expected ${ID}`],
  },
  {
    name: "cells that are not UTF-8",
    content: Buffer.from(
      table(row({ title: "f\xfcr", cite: "\xa7 3" }), row({ id: "\xe4", target: "none" })),
      "latin1",
    ),
    faults: [
      `row 2, column title: found "f\ufffdr", which is not UTF-8; expected ${UTF_8}; for example Uploads must use HTTPS.`,
      `row 2, column cite: found "\ufffd 3", which is not UTF-8; expected ${UTF_8}; for example Security handbook 4.2`,
      `row 3, column id: found "\ufffd", which is not UTF-8; expected ${UTF_8}; for example sse-c.put-object`,
    ],
  },
  {
    name: "UTF-16, low byte first",
    content: Buffer.from(`\ufeff${table(row())}`, "utf16le"),
    faults: [`row 1: found UTF-16; expected ${UTF_8}; for example ${HEADER}`],
  },
  {
    name: "UTF-16, high byte first",
    content: Buffer.from(`\ufeff${table(row())}`, "utf16le").swap16(),
    faults: [`row 1: found UTF-16; expected ${UTF_8}; for example ${HEADER}`],
  },
  {
    name: "nothing",
    content: "",
    faults: [`row 1: found nothing; expected the column names; for example ${HEADER}`],
  },
  {
    name: "an empty first row",
    content: `,,\n${table(row())}`,
    faults: [`row 1: found nothing; expected the column names; for example ${HEADER}`],
  },
  {
    name: "a header only",
    content: HEADER,
    faults: [`row 2: found nothing; expected at least one rule; for example ${EXAMPLE_ROW}`],
  },
  {
    name: "a header above empty rows",
    content: table("", ",,,,,,,,,"),
    faults: [`row 2: found nothing; expected at least one rule; for example ${EXAMPLE_ROW}`],
  },
  {
    name: "rows that are too short or too long",
    content: table(`${row()},more`, row({ id: "c" }), "d,PutObject"),
    faults: [
      `row 2: found 11 cells; expected 10, as in row 1; for example ${EXAMPLE_ROW}`,
      `row 4: found 2 cells; expected 10, as in row 1; for example ${EXAMPLE_ROW}`,
    ],
  },
  {
    name: "semicolons",
    content: table(row({ title: '"Yes, this"' })).replaceAll(",", ";"),
    faults: [
      `row 1: found columns separated by semicolons; expected columns separated by commas; for example ${HEADER}`,
    ],
  },
  {
    name: "tabs",
    content: table(row()).replaceAll(",", "\t"),
    faults: [`row 1: found columns separated by tabs; expected columns separated by commas; for example ${HEADER}`],
  },
  {
    name: "text that would move on a terminal",
    content: table(row({ signature: "V4\u202e\u001b[2J\u200b" })),
    faults: [`row 2, column signature: found "V4\\u{202e}\\u{1b}[2J\\u{200b}"; expected ${SIGNATURE}`],
  },
];

describe("a table with faults", () => {
  it.each(FAULTS)("$name", ({ content, faults }) => {
    expect(faultsOf(content)).toEqual(faults);
  });

  it("lists all of them in one message, in reading order", () => {
    const content = table(
      row({ id: "a" }),
      row({ id: "a", interface: "PutObjct", severity: "urgent" }),
      row({ id: "b", transport: "HTTP", min_tls: "1.3" }),
      "short",
      row({ id: "c", interface: "GetObject", source: "none", signature: "" }),
      row({ id: "d", title: 'x"' }),
    );
    expect(() => load(content)).toThrow(
      expect.objectContaining({
        name: "PolicyError",
        message: [
          "own.csv: 9 faults",
          'row 3, column id: found "a", as in row 2; expected an id of its own; for example sse-c.put-object',
          `row 3, column interface: found "PutObjct" (did you mean PutObject?); expected ${INTERFACE}`,
          `row 3, column severity: found "urgent"; expected ${SEVERITY}`,
          `row 4, column interface: found the interface, source and target of row 2; expected ${SAME}`,
          'row 4, column min_tls: found "1.3"; expected an empty cell, since the row permits no HTTPS; for example HTTPS in column transport, where TLS is meant',
          `row 5: found 1 cell; expected 10, as in row 1; for example ${EXAMPLE_ROW}`,
          'row 6, column source: found "none"; expected * since GetObject copies nothing, or a row of copies only; for example *',
          `row 6, column signature: found nothing; expected ${SIGNATURE}`,
          `row 7, column title: found a quote inside a cell (no later row could be read); expected ${QUOTING}`,
        ].join("\n  "),
      }),
    );
  });

  it("gives examples that are sound", () => {
    expect(faultsOf(`${HEADER}\n${EXAMPLE_ROW}\n`)).toEqual([]);
  });
});

describe("a sound table", () => {
  it("is read in full, with its columns in any order, spaces around cells and quoted cells", () => {
    const content = [
      " cite , title,severity,min_tls,signature,transport,target,source,interface,id",
      '"A book, p. 3","Say ""yes"".",low, 1.2 , V2 | V4 , HTTP | HTTPS ,none|SSE-S3,SSE-KMS,CopyObject | UploadPartCopy, one ',
      "B,T,critical,*,*,*,*,*,*,two.x-y",
      "B,T,medium,,none|V2,HTTP,SSE-C,*,Other,3",
      'B,T,high,1.0,V4,HTTPS,SSE-KMS,*,"CopyObject",4',
    ].join("\n");
    const rules: Rule[] = [
      {
        id: "one",
        interfaces: 0b0110000000,
        source: SSE_KMS,
        target: PLAIN | SSE_S3,
        transport: 0b11001,
        signature: V2 | V4,
        severity: "low",
        title: 'Say "yes".',
        cite: "A book, p. 3",
      },
      {
        id: "two.x-y",
        interfaces: 0b1111111111,
        source: null,
        target: ANY_ENCRYPTION,
        transport: ANY_TRANSPORT,
        signature: ANY_SIGNATURE,
        severity: "critical",
        title: "T",
        cite: "B",
      },
      {
        id: "3",
        interfaces: 0b1000000000,
        source: null,
        target: SSE_C,
        transport: HTTP,
        signature: 0b101,
        severity: "medium",
        title: "T",
        cite: "B",
      },
      {
        id: "4",
        interfaces: 0b0010000000,
        source: null,
        target: SSE_KMS,
        transport: HTTPS,
        signature: V4,
        severity: "high",
        title: "T",
        cite: "B",
      },
    ];
    expect(load(content)).toEqual({
      id: "own",
      digest: `sha256:${createHash("sha256").update(content).digest("hex")}`,
      rules,
    });
  });

  it.each([
    { min_tls: "", transport: 0b11110 },
    { min_tls: "*", transport: 0b11110 },
    { min_tls: "1.0", transport: 0b11110 },
    { min_tls: "1.1", transport: 0b11100 },
    { min_tls: "1.2", transport: 0b11000 },
    { min_tls: "1.3", transport: 0b10000 },
  ])("permits of HTTPS what min_tls '$min_tls' leaves", ({ min_tls, transport }) => {
    expect(load(table(row({ min_tls }))).rules[0]!.transport).toBe(transport);
    expect(load(table(row({ min_tls, transport: "*" }))).rules[0]!.transport).toBe(transport | HTTP);
  });

  it("is the same table with a BOM, CRLF or CR", () => {
    const content = table(row({ title: '"two\nlines"' }), row({ id: "c", target: "none" }));
    const plain = load(content);
    expect(plain.rules).toHaveLength(2);
    for (const same of [
      `\ufeff${content}`,
      content.replaceAll("\n", "\r\n"),
      content.replaceAll("\n", "\r"),
      content.replace("\n", "\r\n"),
      `\ufeff${content.replaceAll("\n", "\r\n")}`,
    ]) {
      expect(load(same)).toEqual(plain);
    }
  });

  it("may hold a replacement character of its own", () => {
    expect(load(table(row({ title: "\ufffd" }))).rules[0]!.title).toBe("\ufffd");
  });

  it("is another table when any of its text is another", () => {
    const { digest } = load(table(row()));
    for (const other of [row({ title: "U" }), row({ cite: "C " }), row({ severity: "low" })]) {
      expect(load(table(other)).digest).not.toBe(digest);
    }
  });
});

describe("any bytes", () => {
  const cell = fc.constantFrom(
    "",
    "*",
    "|",
    '"',
    "PutObject",
    "SSE-C",
    "V4",
    "HTTPS",
    "1.2",
    "high",
    "x",
    "\n",
    "\ufffd",
    "\xfc",
  );
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc
      .tuple(fc.array(fc.array(cell, { maxLength: 12 })), fc.constantFrom("utf8", "latin1"), fc.boolean())
      .map(([rows, encoding, header]) =>
        Buffer.from([...(header ? [HEADER] : []), ...rows].join("\n"), encoding as BufferEncoding),
      ),
  );

  it("give a table or a PolicyError with a fault, and never anything else", () => {
    fc.assert(
      fc.property(bytes, (content) => {
        try {
          expect(load(content).rules).not.toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError);
          expect((error as PolicyError).faults).not.toEqual([]);
        }
      }),
    );
  });

  it("are no table where they are not UTF-8", () => {
    const [sound, byte] = [Buffer.from(table(row(), row({ id: "c", target: "none" }))), Buffer.from([0xff])];
    for (let at = 0; at <= sound.length; at++) {
      const content = Buffer.concat([sound.subarray(0, at), byte, sound.subarray(at)]);
      expect(faultsOf(content)).not.toEqual([]);
    }
  });
});
