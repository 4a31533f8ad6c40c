import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { accessLogLine, OVER_HTTP } from "../support/access-log.ts";
import { sealwatch } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
const EXAMPLES = ["examples/logs", "--inventory", "examples/inventory"];
const schema = JSON.parse(readFileSync("test/findings/compliance-finding-1.8.0.schema.json", "utf8"));
const isFinding = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

function write(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

const CLEAN = write("clean.log", [accessLogLine()]);
const OPEN = write("open.log", [accessLogLine(OVER_HTTP)]);
/** Broken whatever the encryption: presigned with a key of its own, over HTTP. */
const BROKEN = write("broken.log", [
  accessLogLine({
    ...OVER_HTTP,
    authType: "QueryString",
    uri: '"GET /records/a/b.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&x-amz-server-side-encryption-customer-algorithm=AES256 HTTP/1.1"',
  }),
]);

/** Every file below a folder, by its path, as the digest of its bytes. */
function digests(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((file) => [file.slice(path.length), createHash("sha256").update(readFileSync(file)).digest("hex")]),
  );
}

describe("the examples", () => {
  it("show the violations that their README promises", async () => {
    const { code, stdout } = await sealwatch(["scan", ...EXAMPLES, "--output", "json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      records: 3248,
      malformed: 4,
      objects: 86,
      verdicts: { compliant: 2754, violation: 66, indeterminate: 39, notCovered: 389 },
      missing: { target: 39, transport: 12, signature: 12 },
      keyExposures: 17,
      unread: [],
    });
  });

  it("read the same on two threads", async () => {
    const one = await sealwatch(["scan", ...EXAMPLES, "--output", "ndjson"]);
    const two = await sealwatch(["scan", ...EXAMPLES, "--output", "ndjson", "--jobs", "2"]);
    expect(two).toEqual(one);
    expect(one.stdout.split("\n")).toHaveLength(66 + 39 + 1);
  });

  it("give findings that validate, as OCSF and as SARIF", async () => {
    const { stdout } = await sealwatch(["scan", ...EXAMPLES, "--output", "ndjson"]);
    const findings = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const finding of findings) expect(isFinding(finding), JSON.stringify(isFinding.errors)).toBe(true);
    const sarif = JSON.parse((await sealwatch(["scan", ...EXAMPLES, "--output", "sarif"])).stdout);
    const uids = sarif.runs[0].results.map((result: { partialFingerprints: object }) => result.partialFingerprints);
    expect(uids).toEqual(findings.map((finding) => ({ "sealwatch/v1": finding.finding_info.uid })));
  });

  it("leave a store with the same bytes however often, and on however many threads", async () => {
    const stores = [join(folder, "store-a"), join(folder, "store-b")] as const;
    await sealwatch(["scan", ...EXAMPLES, "--store", stores[0]]);
    const once = digests(stores[0]);
    await sealwatch(["scan", ...EXAMPLES, "--store", stores[0]]);
    await sealwatch(["scan", ...EXAMPLES, "--store", stores[1], "--jobs", "2"]);
    expect(digests(stores[0])).toEqual(once);
    expect(digests(stores[1])).toEqual(once);
    const kinds = Object.groupBy(Object.keys(once), (path) => path.split("/")[1]!);
    expect(Object.keys(kinds).sort()).toEqual(["findings", "quarantine", "receipts"]);
    expect(kinds["receipts"]).toHaveLength(86);
  });

  it("are summed up within 80 columns, plainly when piped", async () => {
    const { stdout, stderr } = await sealwatch(["scan", ...EXAMPLES]);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(stdout).not.toMatch(/\u001b/);
    expect(stderr).toBe("");
    for (const part of ["violation", "sse-kms.get-object", "nightly-backup", "kestrel-payments", "Missing evidence"])
      expect(stdout).toContain(part);
  });
});

describe("exit codes", () => {
  it.each([
    [0, [CLEAN]],
    [0, [OPEN]],
    [1, [OPEN, "--fail-on", "indeterminate"]],
    [1, [BROKEN]],
    [0, [BROKEN, "--fail-on", "never"]],
    [3, [BROKEN, join(folder, "nowhere.log")]],
    [2, [CLEAN, "--policy", "obs-see"]],
    [2, [CLEAN, "--policy", "obs-sse", "--policy", "obs-sse"]],
  ])("%i for scan %j", async (code, args) => {
    expect((await sealwatch(["scan", ...args])).code).toBe(code);
  });
});

describe("wrong usage names the right one", () => {
  it.each([
    [["scna"], "unknown command 'scna'", "scan"],
    [["scan", CLEAN, "--outptu", "json"], "unknown option '--outptu'", "--output"],
    [["scan", CLEAN, "--output", "jsn"], "Expected one of table, json, ndjson, sarif", "json"],
    [["scan", CLEAN, "--source", "s3-acces-log"], "Expected one of auto", "s3-access-log"],
    [["scan", CLEAN, "--policy", "obs-see"], 'found "obs-see"', "obs-sse"],
  ])("%j", async (args, fault, right) => {
    const { code, stdout, stderr } = await sealwatch(args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(fault);
    expect(stderr.toLowerCase()).toContain(`did you mean ${right}?`);
  });

  it.each([
    [["scan"], "missing required argument 'path'"],
    [["scan", ""], "Expected a path, found an empty text"],
    [["scan", CLEAN, "--since", "2026-02-07", "--until", "2026-02-06"], "--since is not before --until"],
    [["scan", CLEAN, "--jobs", "0"], "Expected a number from 1 to 999"],
    [["scan", CLEAN, "--since", "yesterday"], "Expected a time like 2026-02-06"],
    [["scan", CLEAN, "--since", "2026-02-06", "--store", "x"], "can't go with --since"],
    [[], "Usage: sealwatch"],
  ])("%j", async (args, fault) => {
    const { code, stderr } = await sealwatch(args);
    expect(code).toBe(2);
    expect(stderr).toContain(fault);
  });
});

it.each(["sealwatch", "sealwatch scan", "sealwatch explain", "sealwatch policy", "sealwatch policy show"])(
  "the help of %s fits 80 columns",
  async (command) => {
    const { code, stdout } = await sealwatch([...command.split(" ").slice(1), "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: ${command} `);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  },
);

describe("what can't be read", () => {
  it("is told each in its line, and the rest is audited", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const binary = join(folder, "binary");
    writeFileSync(binary, Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) & 0xff)));
    const cut = join(folder, "cut.log.gz");
    writeFileSync(
      cut,
      gzipSync(Array.from({ length: 5000 }, (_, i) => `${accessLogLine({ key: `k${i * i}` })}\n`).join("")),
    );
    truncateSync(cut, 20_000);
    const missing = join(folder, "missing.log");

    const { code, stdout, stderr } = await sealwatch(["scan", missing, empty, binary, cut, CLEAN, "--output", "json"]);
    const result = JSON.parse(stdout);
    expect(code).toBe(3);
    expect(result.unread).toEqual([
      { object: missing, problem: "no such file or folder; check the path" },
      { object: empty, problem: "no files in this folder; expected log objects" },
      { object: binary, problem: expect.stringContaining("not a log of a format that is known") },
      { object: cut, problem: expect.stringContaining("unexpected end of file; the part before that is audited") },
    ]);
    expect(result.records).toBeGreaterThan(100);
    expect(result.malformed).toBeLessThanOrEqual(1);
    expect(stderr.trimEnd().split("\n")).toHaveLength(4);
  });

  it("keeps no receipt of what was not read to its end", async () => {
    const cut = join(folder, "cut-too.log.gz");
    writeFileSync(cut, gzipSync(`${accessLogLine()}\n`.repeat(9)).subarray(0, -9));
    const store = join(folder, "store-cut");
    expect((await sealwatch(["scan", cut, "--store", store])).code).toBe(3);
    await sealwatch(["scan", CLEAN, "--store", store]);
    expect(Object.keys(digests(store))).toHaveLength(1);
  });

  it("an expanding gzip is left where it becomes absurd", async () => {
    const bomb = join(folder, "bomb.gz");
    writeFileSync(bomb, gzipSync(Buffer.concat([Buffer.from(`${accessLogLine()}\n`), Buffer.alloc(1 << 27, 65)])));
    const { code, stdout } = await sealwatch(["scan", bomb, "--output", "json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ records: 1, malformed: 1 });
  });
});

it("leaves out what is before --since or not before --until", async () => {
  const log = write("times.log", [
    accessLogLine({ time: "[05/Feb/2026:23:59:59 +0000]" }),
    accessLogLine({ time: "[06/Feb/2026:00:00:00 +0000]" }),
    accessLogLine({ time: "[06/Feb/2026:23:59:59 +0000]", tls: "TLSv1.2" }),
    accessLogLine({ time: "[07/Feb/2026:00:00:00 +0000]" }),
  ]);
  const args = ["scan", log, "--output", "json", "--since", "2026-02-06", "--until", "2026-02-07T00:00:00Z"];
  expect(JSON.parse((await sealwatch(args)).stdout)).toMatchObject({ records: 2, passedOver: 2, malformed: 0 });
});

it("counts a file once, however often it is named", async () => {
  const { stdout } = await sealwatch(["scan", CLEAN, CLEAN, folder, "--output", "json", "--source", "s3-access-log"]);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(JSON.parse(stdout).objects).toBeLessThanOrEqual(files.length);
  expect(JSON.parse((await sealwatch(["scan", CLEAN, CLEAN, "--output", "json"])).stdout).objects).toBe(1);
});
