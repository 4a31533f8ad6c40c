import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { csv, row, writeInventory } from "../evidence/inventory/folder.ts";
import { accessLogLine, type LogLine, OVER_HTTP } from "../support/access-log.ts";
import { type Ran, sealwatch } from "../support/run-cli.ts";
import { CREDENTIALS, type S3Server, startS3 } from "../support/s3-server.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
const BEFORE = Date.UTC(2026, 1, 5);
const AFTER = Date.UTC(2026, 1, 8);

/** A read over HTTP, signed with V4: broken where the object is encrypted with SSE-KMS or SSE-C, not covered where it is not. */
const read = (key: string, fields: Partial<LogLine> = {}) => accessLogLine({ ...OVER_HTTP, key, ...fields });
const write = (key: string) => read(key, { operation: "REST.PUT.OBJECT" });
/** Compliant whatever the object is. */
const secure = (key: string) => accessLogLine({ key });

let logs = 0;
function logOf(...files: string[][]): string {
  const path = join(folder, `logs-${logs++}`);
  mkdirSync(path);
  files.forEach((lines, i) => {
    writeFileSync(join(path, `${i}.log`), lines.map((line) => `${line}\n`).join(""));
  });
  return path;
}

async function startStore(): Promise<S3Server> {
  const s3 = await startS3("records");
  const put = (key: string, encryption?: string, lastModified = BEFORE, versionId?: string) =>
    s3.put("records", key, "", lastModified, { ...(encryption && { encryption }), ...(versionId && { versionId }) });
  put("plain");
  put("s3", "AES256");
  put("kms", "aws:kms");
  put("dsse", "aws:kms:dsse");
  put("customer", "SSE-C");
  put("versioned", "SSE-C", BEFORE, "v1");
  put("versioned", "aws:kms", BEFORE, "v2");
  put("replaced", "aws:kms", AFTER);
  put("written", "aws:kms", Date.UTC(2026, 1, 6, 0, 0, 38));
  return s3;
}

function run(s3: S3Server, command: string, ...args: string[]): Promise<Ran> {
  return sealwatch([command, ...args, "--endpoint", s3.endpoint], CREDENTIALS);
}

async function verdicts({ stdout }: Ran): Promise<string[]> {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).verdict);
}

describe("what the logs leave open is asked of the store", () => {
  const keys = ["plain", "s3", "kms", "dsse", "customer", "replaced", "gone", "written"];
  const lines = [
    ...keys.map((key) => read(key)),
    write("written"),
    read("versioned", { versionId: "v1" }),
    read("versioned", { versionId: "v2" }),
    secure("secure"),
  ];

  it("by one HEAD of each object, and explain says so", async () => {
    const s3 = await startStore();
    s3.isAmazon = true;
    const path = logOf(lines, lines);
    const ran = await run(s3, "explain", path, "--live");
    const once = [
      "not-covered",
      "not-covered",
      "violation",
      "violation",
      "indeterminate",
      "indeterminate",
      "indeterminate",
      "violation",
      "violation",
      "violation",
      "violation",
      "compliant",
    ];
    expect(await verdicts(ran)).toEqual([...once, ...once]);
    expect(s3.requests.toSorted()).toEqual([
      "HeadBucket records/",
      ...[...keys, "versioned?versionId=v1", "versioned?versionId=v2"].map((key) => `HeadObject records/${key}`).sort(),
    ]);
    expect(ran.code).toBe(0);
    expect(ran.stderr.trimEnd().split("\n")).toEqual([
      "sealwatch: --live: 1 of 10 objects: HTTP 400: encrypted with a customer's key, or refused for another reason, which no HEAD tells",
      "sealwatch: --live: 1 of 10 objects: HTTP 404: the object is gone",
    ]);
    const kms = JSON.parse(ran.stdout.split("\n")[2]!);
    expect(kms.evidence).toEqual([
      {
        fact: "target",
        values: ["SSE-KMS"],
        by: "live-head",
        detail: expect.stringMatching(
          /^live HEAD of s3:\/\/records\/kms at 20\S+Z says SSE-KMS, last modified 2026-02-05T00:00:00.000Z$/,
        ),
      },
    ]);
  });

  it("not without --live", async () => {
    const s3 = await startStore();
    const ran = await run(s3, "explain", logOf(lines));
    expect(await verdicts(ran)).toEqual([...Array(11).fill("indeterminate"), "compliant"]);
    expect(s3.requests).toEqual([]);
  });
});

describe("scan", () => {
  const summary = ({ stdout }: Ran) => JSON.parse(stdout);

  it("asks only about what everything cheaper leaves open", async () => {
    const s3 = await startStore();
    const kms = ["records", ...row("kms", "05T00:00:00", "SSE-KMS").slice(1)];
    const inventory = writeInventory(join(folder, "inventory"), {
      data: { "1.csv.gz": csv([kms]) },
      manifest: { sourceBucket: "records" },
    });
    const path = logOf([read("kms"), read("plain")]);
    const ran = await run(s3, "scan", path, "--live", "--inventory", inventory.path, "--output", "json");
    expect(summary(ran)).toMatchObject({
      verdicts: { compliant: 0, violation: 1, indeterminate: 0, notCovered: 1 },
      live: { asked: 1, notAsked: 0, unproved: [], problem: null },
    });
    expect(s3.requests).toEqual(["HeadObject records/plain"]);
  });

  it("asks before it believes what is stated", async () => {
    const s3 = await startStore();
    const path = logOf([read("kms")]);
    const ran = await run(s3, "scan", path, "--live", "--default-encryption", "none", "--output", "json");
    expect(summary(ran)).toMatchObject({ verdicts: { violation: 1, indeterminate: 0 } });
  });

  it.each(["1", "2"])("with --jobs %s finds the same, and asks once", async (jobs) => {
    const s3 = await startStore();
    const lines = ["plain", "kms", "replaced", "gone"].map((key) => read(key));
    const path = logOf(lines, lines, [...lines, write("written")]);
    const ran = await run(s3, "scan", path, "--live", "--jobs", jobs, "--output", "json");
    expect(summary(ran)).toMatchObject({
      records: 13,
      verdicts: { compliant: 0, violation: 4, indeterminate: 6, notCovered: 3 },
      live: { asked: 5, notAsked: 0, unproved: [{ reason: "HTTP 404: the object is gone", objects: 1 }] },
    });
    expect(s3.requests).toHaveLength(5);
    expect(ran.code).toBe(1);
  });

  it("goes no further than its budget, by what most records hang on, and says what to do", async () => {
    const s3 = await startStore();
    const path = logOf([read("plain"), read("s3"), read("kms"), read("kms"), read("s3"), read("gone")]);
    const args = [path, "--live", "--live-budget", "2"];
    const ran = await run(s3, "scan", ...args, "--output", "json");
    expect(s3.requests.toSorted()).toEqual(["HeadObject records/kms", "HeadObject records/s3"]);
    expect(summary(ran)).toMatchObject({
      verdicts: { violation: 2, indeterminate: 2, notCovered: 2 },
      live: { asked: 2, notAsked: 2 },
    });
    expect(ran.stderr).toBe(
      "sealwatch: --live: 2 more objects not asked, after the 2 that --live-budget permits; to ask about all, run it again with --live-budget 4\n",
    );
    const table = await run(s3, "scan", ...args);
    expect(table.stdout).toContain("Asked live\n  2 more objects not asked, after the 2 that --live-budget permits");
    expect(table.stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect([ran.code, table.code, table.stderr]).toEqual([1, 1, ""]);
  });

  it("without credentials says so once, and audits what there is", async () => {
    const s3 = await startStore();
    const path = logOf([read("plain"), read("kms"), secure("kms")]);
    const args = ["scan", path, "--live", "--endpoint", s3.endpoint, "--output", "json"];
    const ran = await sealwatch(args, { ...CREDENTIALS, AWS_ACCESS_KEY_ID: "" });
    expect(ran.code).toBe(3);
    expect(ran.stderr.split("\n")).toEqual([
      expect.stringMatching(/^sealwatch: --live: CredentialsProviderError .*; check AWS_ACCESS_KEY_ID/),
      "sealwatch: --live: 2 objects not asked, so what hangs on them stays open",
      "",
    ]);
    expect(summary(ran)).toMatchObject({
      records: 3,
      verdicts: { indeterminate: 2, compliant: 1 },
      unread: [{ object: "--live" }],
    });
    expect(s3.requests).toEqual([]);
  });

  it("needs none where nothing is open", async () => {
    const args = ["scan", logOf([secure("kms")]), "--live"];
    expect(await sealwatch(args, { ...CREDENTIALS, AWS_ACCESS_KEY_ID: "", AWS_REGION: "" })).toMatchObject({
      code: 0,
      stderr: "",
    });
  });
});

describe("the store of findings", () => {
  const evidenceIn = (store: string) =>
    readdirSync(join(store, "receipts"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(store, "receipts", name), "utf8")).evidence);
  const digest = expect.stringMatching(/^live:sha256:/);

  it("has receipts of what the store was asked, and the same bytes while it answers the same", async () => {
    const s3 = await startStore();
    const store = join(folder, "store-same");
    const args = [logOf([read("kms")]), "--live", "--store", store];
    await run(s3, "scan", ...args);
    const once = filesIn(store);
    await run(s3, "scan", ...args, "--jobs", "2");
    expect(filesIn(store)).toEqual(once);
    expect(evidenceIn(store)).toEqual([["live", digest]]);
    s3.put("records", "kms", "", BEFORE + 1000, { encryption: "aws:kms" });
    await run(s3, "scan", ...args);
    expect(filesIn(store)).not.toEqual(once);
  });

  it("makes a run that asked in part go on where it stopped, and one that asked all do nothing more", async () => {
    const s3 = await startStore();
    s3.buckets.set("logs", new Map());
    s3.put("logs", "a.log", `${read("kms")}\n`);
    s3.put("logs", "b.log", `${read("plain")}\n`);
    const store = join(folder, "store-in-part");
    const scan = async (budget: string, ...more: string[]) => {
      s3.requests.length = 0;
      await run(s3, "scan", "s3://logs/", "--live", "--live-budget", budget, "--store", store, ...more);
      return s3.requests.filter((request) => !request.startsWith("ListObjectsV2"));
    };
    const [kms, plain] = ["HeadObject records/kms", "HeadObject records/plain"];
    const passes = (object: string) => Array(2).fill(`GetObject logs/${object}.log`);
    expect((await scan("1")).toSorted()).toEqual([...passes("a"), ...passes("b"), kms]);
    expect(evidenceIn(store).toSorted()).toEqual([["live", digest], ["live-in-part"]]);
    expect((await scan("1")).toSorted()).toEqual([...passes("b"), plain]);
    expect(await scan("1")).toEqual([]);
  });
});

describe("the source of a copy", () => {
  const policy = join(folder, "sources.csv");
  writeFileSync(
    policy,
    "id,interface,source,target,transport,signature,min_tls,severity,title,cite\n" +
      'ours.copy-kms,CopyObject,SSE-KMS,*,HTTPS,V4,,high,"Copies of SSE-KMS objects must use HTTPS.","Standard, 4"\n',
  );
  const copy = read("copy", { operation: "REST.COPY.OBJECT", requestId: "COPY" });
  const half = read("kms", { operation: "REST.COPY.OBJECT_GET", requestId: "COPY" });

  it.each([
    ["explain", []],
    ["scan", ["--output", "json", "--jobs", "2"]],
  ])("is asked by %s, once its read half names it", async (command, args) => {
    const s3 = await startStore();
    const ran = await run(s3, command, logOf([copy], [half]), "--live", "--policy", policy, ...args);
    expect(s3.requests).toEqual(["HeadObject records/kms"]);
    if (command === "scan") expect(JSON.parse(ran.stdout).verdicts).toMatchObject({ violation: 1, indeterminate: 0 });
    else expect((await verdicts(ran))[0]).toBe("violation");
  });

  it("is not asked where no policy's verdict hangs on it", async () => {
    const s3 = await startStore();
    await run(s3, "explain", logOf([copy], [half]), "--live");
    expect(s3.requests).toEqual(["HeadObject records/copy"]);
  });
});

describe("wrong usage", () => {
  it.each([
    [["--live-budget", "5"], "--live-budget limits what --live asks.\nGive --live as well."],
    [["--live", "--live-budget", "0"], "Expected a number of objects from 1 to 999999999, like 5000."],
    [["--live", "--live-budget", "many"], "Expected a number of objects"],
  ])("%j", async (args, fault) => {
    for (const command of ["scan", "explain"]) {
      const { code, stderr } = await sealwatch([command, "somewhere", ...args]);
      expect(code).toBe(2);
      expect(stderr).toContain(fault);
    }
  });
});

/** Every file below a folder, with its bytes. */
function filesIn(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((file) => [file, readFileSync(file, "base64")]));
}
