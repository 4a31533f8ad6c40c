import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { COPY, GET, HTTP, HTTPS, OTHER, PLAIN, PUT, pack, UNSIGNED, V2, V4 } from "../../lib/facts.ts";
import { EXAMPLE_ROW, HEADER } from "../../lib/policy/columns.ts";
import { PolicyError } from "../../lib/policy/fault.ts";
import { loadTable } from "../../lib/policy/load.ts";
import { checkFile, openPolicy, SHIPPED, shippedTables } from "../../lib/policy/shipped.ts";

const folder = mkdtempSync(join(tmpdir(), "sealwatch-policy-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, ...lines: string[]): string {
  const file = join(folder, name);
  writeFileSync(file, lines.join("\n"));
  return file;
}

it("ships every table of its folder and no other", () => {
  const files = readdirSync(new URL("../../lib/policy/tables/", import.meta.url));
  expect(files.toSorted()).toEqual(SHIPPED.map((id) => `${id}.csv`).toSorted());
});

it.each(shippedTables())("opens $id", ({ id, url }) => {
  const { verdict, rulesOn, ...table } = openPolicy(id);
  expect(table).toEqual(loadTable(id, readFileSync(url), id));
  expect(checkFile(id)).toEqual(table);
});

it.each(["own.csv", "own.CSV"])("opens a table of one's own and calls it by the name of its file: %s", (name) => {
  const file = write(name, HEADER, EXAMPLE_ROW);
  const policy = openPolicy(file);
  expect([policy.id, policy.rules.map(({ id }) => id)]).toEqual(["own", ["sse-c.put-object"]]);
  expect(checkFile(file)).toEqual(loadTable("own", readFileSync(file), file));
});

const missing = join(folder, "missing.csv");

it.each([
  {
    idOrFile: "obs-see",
    subject: "policies",
    fault:
      'found "obs-see"; expected obs-sse, transport-baseline (did you mean obs-sse?), or the path of a .csv file; for example obs-sse or ./my-policy.csv',
  },
  {
    idOrFile: "rules.xlsx",
    subject: "policies",
    fault:
      'found "rules.xlsx"; expected obs-sse, transport-baseline, or the path of a .csv file; for example obs-sse or ./my-policy.csv',
  },
  {
    idOrFile: missing,
    subject: missing,
    fault: "found nothing to read (ENOENT); expected a .csv file that you may read; for example ./my-table.csv",
  },
])("says why it does not open $idOrFile", ({ idOrFile, subject, fault }) => {
  const error = checkFile(idOrFile);
  expect(error).toBeInstanceOf(PolicyError);
  expect(error).toMatchObject({ message: `${subject}: 1 fault\n  ${fault}`, faults: [fault] });
  expect(() => openPolicy(idOrFile)).toThrow(error as PolicyError);
});

const TLS_1_0 = 0b00010;
const TLS_1_1 = 0b00100;
const TLS_1_2 = 0b01000;
const TLS_1_3 = 0b10000;

it.each([
  { name: "TLS 1.0", facts: pack(GET, TLS_1_0, V4, 0, PLAIN), verdict: "violation", broken: ["any-request"] },
  { name: "TLS 1.1", facts: pack(OTHER, TLS_1_1, V4, 0, PLAIN), verdict: "violation", broken: ["any-request"] },
  { name: "TLS 1.2", facts: pack(GET, TLS_1_2, V4, 0, PLAIN), verdict: "compliant", broken: [] },
  { name: "TLS 1.3", facts: pack(PUT, TLS_1_3, V4, 0, PLAIN), verdict: "compliant", broken: [] },
  { name: "TLS 1.2 or 1.3", facts: pack(PUT, TLS_1_2 | TLS_1_3, V4, 0, PLAIN), verdict: "compliant", broken: [] },
  { name: "TLS of unknown version", facts: pack(GET, HTTPS, V4, 0, PLAIN), verdict: "indeterminate", broken: [] },
  { name: "HTTP", facts: pack(OTHER, HTTP, V4, 0, PLAIN), verdict: "violation", broken: ["any-request"] },
  { name: "V2", facts: pack(OTHER, TLS_1_3, V2, 0, PLAIN), verdict: "violation", broken: ["any-request"] },
  {
    name: "V2 write",
    facts: pack(COPY, TLS_1_3, V2, PLAIN, PLAIN),
    verdict: "violation",
    broken: ["any-request", "signed-write"],
  },
  { name: "anonymous read", facts: pack(GET, TLS_1_3, UNSIGNED, 0, PLAIN), verdict: "compliant", broken: [] },
  { name: "anonymous other", facts: pack(OTHER, TLS_1_3, UNSIGNED, 0, PLAIN), verdict: "compliant", broken: [] },
  {
    name: "anonymous write",
    facts: pack(PUT, TLS_1_3, UNSIGNED, 0, PLAIN),
    verdict: "violation",
    broken: ["signed-write"],
  },
])("transport-baseline on $name: $verdict", ({ facts, verdict, broken }) => {
  const policy = openPolicy("transport-baseline");
  expect(policy.verdict(facts)).toBe(verdict);
  const violated = policy.rulesOn(facts).filter(({ verdict }) => verdict === "violation");
  expect(violated.map(({ rule }) => rule.id)).toEqual(broken.map((id) => `baseline.${id}`));
});
