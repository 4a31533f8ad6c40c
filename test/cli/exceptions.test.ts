import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { accessLogLine, type LogLine, OVER_HTTP } from "../support/access-log.ts";
import { sealwatch } from "../support/run-cli.ts";
import { CREDENTIALS, startS3 } from "../support/s3-server.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
const EXAMPLES = ["examples/logs", "--inventory", "examples/inventory"];
const WITH = [...EXAMPLES, "--exceptions", "examples/exceptions.csv"];
const schema = JSON.parse(readFileSync("test/findings/compliance-finding-1.8.0.schema.json", "utf8"));
const isFinding = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
const HEADER = "id,rule,bucket,key,requester,until,reason";

beforeEach(() => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
});

function write(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

/** Broken under obs-sse whatever the encryption: presigned with a key of its own, over HTTP. */
function broken(given: Partial<LogLine> = {}): string {
  return accessLogLine({
    ...OVER_HTTP,
    authType: "QueryString",
    uri: '"GET /records/a/b.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&x-amz-server-side-encryption-customer-algorithm=AES256 HTTP/1.1"',
    ...given,
  });
}

/** Broken under transport-baseline, and open under obs-sse. */
const PLAIN = accessLogLine({ ...OVER_HTTP, requestId: "PLAIN" });
const BROKEN = write("broken.log", broken());
const OPEN = write("open.log", PLAIN);
/** The same, with no key that could be exposed. */
const OPEN_TLS = write("open-tls.log", accessLogLine({ signature: "SigV2" }));
const NAMED = write("named.csv", HEADER, "reader,sse-c.get-object,records,a/*,*,2026-02-06,Approved");
const ANY_RULE = write("any.csv", HEADER, "reader,*,records,a/*,*,2026-02-06,Approved");
const TOO_LATE = write("late.csv", HEADER, "reader,sse-c.get-object,records,a/*,*,2026-02-05,Approved");
const NONE = write("none.csv", HEADER);
const BOTH = ["--policy", "obs-sse", "--policy", "transport-baseline"];
const BASELINE_ONLY = write("baseline.csv", HEADER, "reader,baseline.any-request,*,*,*,2026-02-06,Approved");
const INDETERMINATE = ["--fail-on", "indeterminate"];

async function json(args: readonly string[]) {
  const { code, stdout } = await sealwatch(["scan", ...args, "--output", "json"]);
  return { code, result: JSON.parse(stdout) };
}

describe("exit codes", () => {
  it.each([
    ["not excepted", 1, [BROKEN, "--exceptions", NONE]],
    ["an exposed key, by its rule", 0, [BROKEN, "--exceptions", NAMED, ...INDETERMINATE]],
    ["an exposed key, by any rule", 1, [BROKEN, "--exceptions", ANY_RULE]],
    ["an exception that had ended", 1, [BROKEN, "--exceptions", TOO_LATE]],
    ["another finding", 1, [BROKEN, OPEN, "--exceptions", NAMED, ...INDETERMINATE]],
    ["another finding that is open", 0, [BROKEN, OPEN, "--exceptions", NAMED]],
    ["an open finding, by any rule", 0, [OPEN_TLS, "--exceptions", ANY_RULE, ...INDETERMINATE]],
    ["a key that may be exposed, by any rule", 1, [OPEN, "--exceptions", ANY_RULE, ...INDETERMINATE]],
    ["of two policies, under both", 0, [OPEN_TLS, "--exceptions", ANY_RULE, ...BOTH, ...INDETERMINATE]],
    ["of two policies, the violation", 0, [OPEN, "--exceptions", BASELINE_ONLY, ...BOTH]],
    [
      "of two policies, the violation and not the doubt",
      1,
      [OPEN, "--exceptions", BASELINE_ONLY, ...BOTH, ...INDETERMINATE],
    ],
    ["of two policies, one violation", 1, [BROKEN, "--exceptions", BASELINE_ONLY, ...BOTH]],
    ["something unread", 3, [BROKEN, join(folder, "nowhere"), "--exceptions", NAMED]],
  ])("%s: %i", async (_, code, args) => {
    expect((await sealwatch(["scan", ...args])).code).toBe(code);
  });
});

describe("wrong usage", () => {
  const twice = write("twice.csv", HEADER, "a,*,*,*,*,never,Approved", "a,a b,*,*,*,2026-02-06,Approved");
  it.each([
    ["nowhere.csv", "nowhere.csv: 1 fault\n  found nothing to read (ENOENT); expected a .csv file that you may read"],
    [folder, "found nothing to read (EISDIR)"],
    [twice, 'row 2, column until: found "never"'],
    [twice, 'row 3, column id: found "a", as in row 2'],
    [twice, 'row 3, column rule: found "a b"'],
    ["", "Expected a path, found an empty text."],
  ])("--exceptions %j: %s", async (table, fault) => {
    const { code, stdout, stderr } = await sealwatch(["scan", BROKEN, "--exceptions", table]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(fault);
  });

  it("is told the right option", async () => {
    const { code, stderr } = await sealwatch(["scan", BROKEN, "--exeptions", NAMED]);
    expect(code).toBe(2);
    expect(stderr).toContain("Did you mean --exceptions?");
  });
});

it("rules that no policy in force has are told, and change nothing", async () => {
  const table = write("typo.csv", HEADER, "reader,sse-c.get-objct|baseline.any-request,*,*,*,2026-02-06,Approved");
  const { code, stderr } = await sealwatch(["scan", BROKEN, "--exceptions", table]);
  expect([code, stderr.split("\n")]).toEqual([
    1,
    [
      "sealwatch: --exceptions: exception reader: no policy in force has a rule sse-c.get-objct (did you mean sse-c.get-object?)",
      "sealwatch: --exceptions: exception reader: no policy in force has a rule baseline.any-request",
      "",
    ],
  ]);
});

describe("the examples", () => {
  const runs = new Map<string, ReturnType<typeof sealwatch>>();
  /** Runs each command once. */
  function scanned(args: readonly string[], output: string): ReturnType<typeof sealwatch> {
    const all = ["scan", ...args, "--output", output];
    const ran = runs.get(all.join()) ?? sealwatch(all);
    runs.set(all.join(), ran);
    return ran;
  }
  const linesOf = async (args: readonly string[]) =>
    (await scanned(args, "ndjson")).stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));

  it("are excepted as their README says, with the same verdicts", async () => {
    const readme = readFileSync("examples/README.md", "utf8");
    const rows = [...readme.matchAll(/^\| `([\w-]+)` *\| (\d{4}-\d\d-\d\d) *\| *(\d+) \|/gm)];
    const exceptions = rows.map(([, id, until, findings]) => ({ id, until, findings: Number(findings) }));
    expect(exceptions).toHaveLength(3);
    const { seconds: _, ...counts } = JSON.parse((await scanned(EXAMPLES, "json")).stdout);
    const { code, stdout } = await scanned(WITH, "json");
    const excepted = { violation: 39, indeterminate: 0 };
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ ...counts, seconds: expect.any(Number), exceptions, excepted });
    expect(counts).not.toHaveProperty("exceptions");
    expect(counts).not.toHaveProperty("excepted");
  });

  it.each(["json", "ndjson"])("read the same on two threads, as %s", async (output) => {
    const timeless = ({ code, stdout, stderr }: Awaited<ReturnType<typeof sealwatch>>) => [
      code,
      stderr,
      stdout.replace(/"seconds": .*/, ""),
    ];
    const two = await scanned([...WITH, "--jobs", "2"], output);
    expect(timeless(two)).toEqual(timeless(await scanned(WITH, output)));
  });

  it("give the same findings, those suppressed that are excepted, and all valid", async () => {
    const findings = await linesOf(WITH);
    for (const finding of findings) expect(isFinding(finding), JSON.stringify(isFinding.errors)).toBe(true);
    expect(findings.map(({ comment: _, ...finding }) => ({ ...finding, status_id: 1, status: "New" }))).toEqual(
      await linesOf(EXAMPLES),
    );
    const suppressed = findings.filter(({ status_id }) => status_id !== 1);
    expect(Map.groupBy(suppressed, ({ status_id, status, comment }) => `${status_id} ${status}: ${comment}`)).toEqual(
      new Map([
        [
          "3 Suppressed: Exception backup-v2 until 2026-06-30: The tool knows only V2, and is replaced in June. Approved by the CISO on 2026-01-15",
          expect.objectContaining({ length: 35 }),
        ],
        [
          "3 Suppressed: Exception terminal-uploads until 2026-02-04: HTTPS comes with the firmware of 5 February. Approved by the CISO on 2026-01-15",
          expect.objectContaining({ length: 4 }),
        ],
      ]),
    );
  });

  it("are suppressed in SARIF as in OCSF", async () => {
    const { results } = JSON.parse((await scanned(WITH, "sarif")).stdout).runs[0];
    expect(results.map(({ suppressions }: { suppressions: object[] }) => suppressions)).toEqual(
      (await linesOf(WITH)).map(({ comment }) =>
        comment === undefined ? [] : [{ kind: "external", status: "accepted", justification: comment }],
      ),
    );
  });

  it("are summed up within 80 columns", async () => {
    const { stdout, stderr } = await scanned(WITH, "table");
    expect(stderr).toBe("");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain(`
Excepted, and not counted for --fail-on: 39 findings
  exception         until       findings
  backup-v2         2026-06-30        35
  terminal-uploads  2026-02-04         4
  Covering nothing here: card-batch (until 2026-03-31).
`);
  });

  it("leave a store with the same bytes", async () => {
    const filesIn = (path: string) =>
      Object.fromEntries(
        readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name))
          .sort()
          .map((file) => [file.slice(path.length), readFileSync(file, "latin1")]),
      );
    const stores = [join(folder, "without"), join(folder, "with")] as const;
    await scanned([...EXAMPLES, "--store", stores[0]], "json");
    await scanned([...WITH, "--store", stores[1]], "ndjson");
    expect(filesIn(stores[1])).toEqual(filesIn(stores[0]));
  });
});

it("a summary of many long ids fits 80 columns, whether they cover anything or not", async () => {
  const rows = Array.from({ length: 12 }, (_, i) => [
    `${"used-".repeat(15)}${i + 10},sse-c.get-object,*,*,*,2026-02-06,Approved`,
    `${"idle-".repeat(15)}${i + 10},sse-c.get-object,elsewhere,*,*,2026-02-06,Approved`,
  ]).flat();
  const { code, stdout } = await sealwatch(["scan", BROKEN, "--exceptions", write("many.csv", HEADER, ...rows)]);
  expect(code).toBe(0);
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toContain("Excepted, and not counted for --fail-on: 1 finding\n");
  expect(stdout).toContain("  … and 4 more\n");
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("(until 2026-02-06), and 4 more.");
});

describe("log objects that are skipped as already audited", () => {
  async function audited() {
    const s3 = await startS3("logs", "audit");
    const twice = [broken(), broken()];
    s3.put("logs", "twice.log", twice.map((line) => `${line}\n`).join(""));
    s3.put("logs", "clean.log", `${accessLogLine()}\n`);
    s3.put("logs", "open.log", `${PLAIN}\n`);
    const args = ["s3://logs", "--endpoint", s3.endpoint, "--store", "s3://audit"];
    const findings = () => Object.keys(s3.contents("audit")).filter((key) => key.startsWith("findings/"));
    return { s3, args, findings, reads: () => s3.count("GetObject audit/findings/") };
  }

  it.each([
    ["excepted", NAMED, [], 0, 1],
    ["excepted but for a doubt", NAMED, INDETERMINATE, 1, 1],
    ["excepted by any rule, but for exposed keys", ANY_RULE, [], 1, 0],
    ["not excepted", NONE, [], 1, 0],
  ])("%s: the exit code is that of the first run", async (_, table, options, code, covered) => {
    const { s3, args, reads } = await audited();
    const all = [...args, ...options, "--exceptions", table];
    const first = await json(all);
    expect(first.code).toBe(code);
    s3.requests.length = 0;
    const again = await json(all);
    expect([again.code, again.result.skipped.objects, reads()]).toEqual([code, 3, 2]);
    expect(again.result.exceptions).toEqual(table === NONE ? [] : [expect.objectContaining({ findings: covered })]);
  });

  it("their findings are not read without the option", async () => {
    const { s3, args, reads } = await audited();
    await json(args);
    s3.requests.length = 0;
    expect([(await json(args)).code, reads()]).toEqual([1, 0]);
  });

  it("nothing is excepted where the findings are gone", async () => {
    const { s3, args, findings } = await audited();
    await json(args);
    for (const key of findings()) s3.buckets.get("audit")!.delete(key);
    expect((await json([...args, "--exceptions", NAMED])).code).toBe(1);
  });

  it("damaged findings are told, with the exit code for what can't be read", async () => {
    const { s3, args, findings } = await audited();
    await json(args);
    for (const key of findings()) s3.put("audit", key, "no gzip");
    const { code, stderr } = await sealwatch(["scan", ...args, "--exceptions", NAMED]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^sealwatch: findings\/.*: cannot be read, so what is excepted in it is not known/);
  });
});
