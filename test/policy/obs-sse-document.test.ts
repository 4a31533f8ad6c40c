import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { expect, it } from "vitest";
import { shippedTables } from "../../lib/policy/shipped.ts";

const document = readFileSync(new URL("./obs-sse-interfaces.rst", import.meta.url), "utf8");
const table: Record<string, string>[] = parse(readFileSync(shippedTables().find(({ id }) => id === "obs-sse")!.url), {
  columns: true,
});

/** The rows of a document table, header first, whichever of the two RST styles it is drawn in. */
function readTable(number: number): string[][] {
  const [, block] = document.split(`.. table:: **Table ${number}**`);
  const lines = block!
    .split(".. table::")[0]!
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
  const grid = lines.filter((line) => line.startsWith("|"));
  if (grid.length > 0)
    return grid.map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );

  const [rule] = lines.filter((line) => line.startsWith("="));
  const columns = [...rule!.matchAll(/=+/g)].map(({ index, 0: { length } }) => [index, index + length] as const);
  return lines
    .filter((line) => line !== "" && !line.startsWith("="))
    .map((line) => columns.map(([from, to]) => line.slice(from, to).trim()));
}

const PROTOCOL: Record<string, string> = { HTTPS: "HTTPS", "HTTP or HTTPS": "HTTP|HTTPS" };
const AUTHENTICATION: Record<string, string> = { V4: "V4", "V2 or V4": "V2|V4" };
const INTERFACE: Record<string, string> = {
  "PUT Object": "PutObject",
  "POST Object": "PostObject",
  "Initiate Multipart Upload": "InitiateMultipartUpload",
  "HEAD Object": "HeadObject",
  "GET Object": "GetObject",
  "Upload Part": "UploadPart",
  "Complete Multipart Upload": "CompleteMultipartUpload",
};
const ENCRYPTION: Record<string, { id: string; cell: string; cite: string }> = {
  "Non-encrypted": { id: "none", cell: "none|SSE-S3", cite: "non-encrypted" },
  "encrypted using SSE-KMS": { id: "sse-kms", cell: "SSE-KMS", cite: "SSE-KMS" },
  "encrypted using SSE-C": { id: "sse-c", cell: "SSE-C", cite: "SSE-C" },
};

/** `Object encrypted using SSE-C`, `Non-encrypted part`. */
function encryptionOf(cell: string) {
  return ENCRYPTION[cell.replace(/ ?\b(object|part)\b ?/i, "")]!;
}

const BOOK = "Open Telekom Cloud OBS, Interfaces Related to Server-Side Encryption";

function interfaceRows(number: number, encryption: string) {
  const [header, ...rows] = readTable(number);
  expect(header).toEqual(["Interface", "Transfer Protocol", "Authentication"]);
  return rows.map(([name, protocol, authentication], i) => ({
    id: `${encryption.toLowerCase()}.${name!.toLowerCase().replaceAll(" ", "-")}`,
    interface: INTERFACE[name!],
    source: "*",
    target: encryption,
    transport: PROTOCOL[protocol!],
    signature: AUTHENTICATION[authentication!],
    min_tls: "",
    cite: `${BOOK}, Table ${number}, row ${i + 1} (${name})`,
  }));
}

function copyRows(number: number, name: string, id: string, target: string) {
  const [header, ...rows] = readTable(number);
  expect(header).toEqual(["Source Object", target, "Transfer Protocol", "Authentication"]);
  return rows.map(([from, to, protocol, authentication], i) => {
    const [source, target] = [encryptionOf(from!), encryptionOf(to!)];
    return {
      id: `${id}.${source.id}-to-${target.id}`,
      interface: name,
      source: source.cell,
      target: target.cell,
      transport: PROTOCOL[protocol!],
      signature: AUTHENTICATION[authentication!],
      min_tls: "",
      cite: `${BOOK}, Table ${number}, row ${i + 1} (${source.cite} to ${target.cite})`,
    };
  });
}

it("holds the document's four tables, cell by cell and nothing else", () => {
  expect(document.match(/^\.\. table::/gm)).toHaveLength(4);
  const expected = [
    interfaceRows(1, "SSE-C"),
    interfaceRows(2, "SSE-KMS"),
    copyRows(3, "CopyObject", "copy-object", "Target Object"),
    copyRows(4, "UploadPartCopy", "upload-part-copy", "Target Part"),
  ];
  expect(expected.map((rows) => rows.length)).toEqual([7, 7, 9, 9]);
  expect(table.map(({ severity, title, ...row }) => row)).toEqual(expected.flat());
});

it("is gravest where a key of the customer's could be read on the way, and mildest where plain HTTP is permitted", () => {
  for (const { id, source, target, transport, severity } of table) {
    const key = source === "SSE-C" || target === "SSE-C";
    expect({ id, severity }).toEqual({ id, severity: transport !== "HTTPS" ? "low" : key ? "critical" : "high" });
  }
});

it("says in each title what the row permits", () => {
  for (const { id, title, transport, signature } of table) {
    const protocol = transport === "HTTPS" ? "must use HTTPS" : "may use HTTP or HTTPS";
    const signed = signature === "V4" ? "signed with V4" : "signed with V2 or V4";
    expect({ id, title }).toEqual({
      id,
      title: expect.stringMatching(new RegExp(`^[A-Z].* ${protocol}\\b.* ${signed}\\.$`)),
    });
  }
});
