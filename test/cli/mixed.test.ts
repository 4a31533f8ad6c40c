import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { opsLine } from "../sources/ceph-ops-log/ops-line.ts";
import { DIGEST, EVERY_FORMAT } from "../sources/every-format.ts";
import { obsLine } from "../sources/obs-access-log/written.ts";
import { accessLogLine, OVER_HTTP } from "../support/access-log.ts";
import { sealwatch } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function json(...args: string[]) {
  const { code, stdout, stderr } = await sealwatch(["scan", ...args, "--output", "json"]);
  return { code, stderr, ...JSON.parse(stdout) };
}

async function explained(...args: string[]) {
  const { stdout } = await sealwatch(["explain", ...args]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const RECORDS = EVERY_FORMAT.reduce((sum, { records }) => sum + records, 0);
const WRONG_NAMES: Record<string, string> = {
  "s3-access-log": "a.json.gz",
  "obs-access-log": "b.csv",
  cloudtrail: "c.log",
  "ceph-ops-log": "d.parquet",
};

describe("a folder of all formats", () => {
  for (const { id, text } of EVERY_FORMAT) {
    write(`mixed/plain/${WRONG_NAMES[id]}`, text);
    write(`mixed/gzip/${id}.txt`, gzipSync(text));
  }
  write("mixed/AWSLogs/1/CloudTrail-Digest/eu/2026/02/06/digest.json.gz", gzipSync(DIGEST));
  write("mixed/digest.json", DIGEST);
  write("mixed/empty", "");
  const mixed = join(folder, "mixed");

  it("is read to the last record, and digests are left out", async () => {
    expect(await json(mixed)).toMatchObject({
      records: 2 * RECORDS,
      malformed: 0,
      objects: 2 * EVERY_FORMAT.length + 1,
      passedOver: 2,
      digests: 2,
      unread: [],
    });
  });

  it("says so in its summary", async () => {
    const { stdout } = await sealwatch(["scan", mixed]);
    expect(stdout).toContain(`${2 * RECORDS} records in ${2 * EVERY_FORMAT.length + 1} log objects`);
    expect(stdout).toContain("2 CloudTrail digests left out: no log.");
  });

  it("is explained by the name of each file, whatever that says", async () => {
    const lines = await explained(mixed);
    const counts = Object.groupBy(lines, ({ object }) => object.slice(mixed.length + 1));
    expect(Object.fromEntries(Object.entries(counts).map(([name, of]) => [name, of!.length]))).toEqual(
      Object.fromEntries(
        EVERY_FORMAT.flatMap(({ id, records }) => [
          [`plain/${WRONG_NAMES[id]}`, records],
          [`gzip/${id}.txt`, records],
        ]),
      ),
    );
  });

  it("reports what it does not recognise, and reads the rest", async () => {
    const junk = ["notes.log", "x.json.gz"];
    const texts = ["These are no logs.\n", gzipSync('{"some":"json"}')];
    const paths = junk.map((name, i) => write(`junk/${name}`, texts[i]!));
    const { code, records, unread, stderr } = await json(mixed, join(folder, "junk"));
    expect({ code, records }).toEqual({ code: 3, records: 2 * RECORDS });
    expect(unread).toEqual(paths.map((object) => ({ object, problem: expect.stringContaining("--source") })));
    expect(stderr).toContain("x.json.gz: not a log of a format that is known");
  });
});

describe("a store behind a proxy", () => {
  const path = write("proxied.log", `${accessLogLine(OVER_HTTP)}\n`);

  it("has its say with --source", async () => {
    const [auto] = await explained(path);
    const [proxied] = await explained(path, "--source", "s3-access-log-proxied");
    expect(auto.transport).toEqual(["HTTP"]);
    expect(proxied).toMatchObject({ transport: ["HTTP", "HTTPS"], reason: expect.stringContaining("proxy") });
  });

  it("is not taken for S3, if nothing in its log shows that it is", async () => {
    const line = accessLogLine({ ...OVER_HTTP, requester: "-", signature: "-", authType: "-" });
    const unmarked = write("unmarked.log", `${line.replace(/ s9\S+ /, " - ")}\n`);
    const { code, stdout } = await sealwatch(["explain", unmarked]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  });
});

describe("--default-encryption", () => {
  const put = { operation: "put_obj", request: "PUT /lab/k" };
  const ceph = write("writes.jsonl", `${opsLine(put)}\n`);
  const s3 = write("put.log", `${accessLogLine({ ...OVER_HTTP, operation: "REST.PUT.OBJECT" })}\n`);

  it.each([
    ["none", "not-covered"],
    ["SSE-KMS", "violation"],
  ])("%s settles writes that the log shows to have asked for nothing", async (stated, verdict) => {
    const [line] = await explained(ceph, "--default-encryption", stated);
    expect(line).toMatchObject({
      verdict,
      encryption: { target: [stated] },
      evidence: [{ fact: "target", values: [stated], by: "stated-default-encryption" }],
    });
  });

  it("proves nothing of an access log", async () => {
    const [line] = await explained(s3, "--default-encryption", "none");
    expect(line).toMatchObject({ verdict: "indeterminate", evidence: [] });
  });

  it("stands in receipts and findings", async () => {
    const store = join(folder, "store");
    const { verdicts } = await json(ceph, "--default-encryption", "SSE-KMS", "--store", store, "--jobs", "2");
    expect(verdicts).toMatchObject({ violation: 1, indeterminate: 0 });
    const receipts = readdirSync(join(store, "receipts"), { recursive: true, encoding: "utf8" });
    const [receipt] = receipts.filter((name) => name.endsWith(".json"));
    expect(JSON.parse(readFileSync(join(store, "receipts", receipt!), "utf8")).evidence).toEqual([
      "default-encryption=SSE-KMS",
    ]);
    const { stdout } = await sealwatch(["scan", ceph, "--default-encryption", "SSE-KMS", "--output", "ndjson"]);
    expect(stdout).toContain("the operator states that the store encrypts with SSE-KMS");
  });

  it("takes no other word", async () => {
    const { code, stderr } = await sealwatch(["scan", ceph, "--default-encryption", "SSE-C"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining("Expected one of none, SSE-S3, SSE-KMS"),
    });
  });
});

describe("the summary says what would settle it", () => {
  it.each([
    [
      "for OBS",
      obsLine(),
      ["deny plain HTTP in the policy of bucket records", "Pass an OBS inventory of bucket records"],
    ],
    [
      "for a gateway that logs no headers",
      opsLine({ logsHeaders: false }),
      [
        "Have rgw_log_http_headers hold server_port and server_port_secure.",
        "Have rgw_log_http_headers hold http_authorization.",
      ],
    ],
    [
      "for S3",
      accessLogLine(OVER_HTTP),
      ["Pass an S3 Inventory of bucket records with --inventory or ask the store with --live."],
    ],
  ])("%s", async (what, line, sentences) => {
    const { stdout } = await sealwatch(["scan", write(`${what}.log`, `${line}\n`)]);
    const text = stdout.replaceAll(/\s+/g, " ");
    for (const sentence of sentences) expect(text).toContain(sentence);
  });
});
