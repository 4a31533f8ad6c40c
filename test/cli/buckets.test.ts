import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { NO_PROGRESS } from "../../lib/cli/progress.ts";
import { type ScanRequest, type ScanResult, scan } from "../../lib/cli/scan.ts";
import { StoreError } from "../../lib/stores/store.ts";
import { csv, row, writeInventory } from "../evidence/inventory/folder.ts";
import { accessLogLine, OVER_HTTP } from "../support/access-log.ts";
import { CREDENTIALS, type Fault, type S3Server, startS3 } from "../support/s3-server.ts";
import { temporaryFolder } from "../support/temporary.ts";

beforeEach(() => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
});

const folder = temporaryFolder();

const COPY = { ...OVER_HTTP, requestId: "COPY", time: "[06/Feb/2026:12:00:00 +0000]" };
const LOGS: Record<string, Buffer> = Object.fromEntries(
  Object.entries({
    "clean.log": [accessLogLine()],
    "copy.log": [accessLogLine({ ...COPY, operation: "REST.COPY.OBJECT", key: "copied.jpg" })],
    "cut.log": ["cut short", accessLogLine({ ...OVER_HTTP, requestId: "CUT" })],
    "empty.log": [],
    "half.log": [accessLogLine({ ...COPY, bucket: "photos", operation: "REST.COPY.OBJECT_GET", key: "a/cat.jpg" })],
    "open.log": [accessLogLine({ ...OVER_HTTP, requestId: "OPEN" })],
    "photos/cat.log": [accessLogLine({ ...COPY, requestId: "CAT", bucket: "photos", key: "a/cat.jpg" })],
  }).map(([key, lines]) => [key, Buffer.from(lines.map((line) => `${line}\n`).join(""))]),
);
LOGS["zipped.gz"] = gzipSync(`${accessLogLine({ ...OVER_HTTP, requestId: "ZIPPED", time: COPY.time })}\n`);
const KEYS = Object.keys(LOGS);
const CAT = csv([row("a/cat.jpg", "06T10:00:00", "SSE-C")]);
const INVENTORY = writeInventory(join(folder, "inventory"), { data: { "1.csv.gz": CAT } }).path;

async function startWithLogs(): Promise<S3Server> {
  const s3 = await startS3("logs", "audit");
  for (const [key, bytes] of Object.entries(LOGS)) s3.put("logs", key, bytes);
  return s3;
}

const STORE = "s3://audit/our";

function requestOf(s3: S3Server): ScanRequest {
  return {
    paths: ["s3://logs"],
    policies: ["obs-sse"],
    source: null,
    inventories: [],
    defaultEncryption: null,
    liveBudget: null,
    exceptions: null,
    store: STORE,
    s3: { endpoint: s3.endpoint },
    jobs: 1,
    wantsFindings: false,
  };
}

function run(
  s3: S3Server,
  request: Partial<ScanRequest> = {},
  signal = new AbortController().signal,
): Promise<ScanResult> {
  return scan({ ...requestOf(s3), ...request }, signal, NO_PROGRESS, async (result) => result);
}

/** Every file below a folder, by its path, as text. */
function filesBelow(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(root.length + 1), readFileSync(path, "latin1")]));
}

describe("a scan of a bucket", () => {
  it("finds what a scan of a folder with the same files finds, but for the bucket's name", async () => {
    const s3 = await startWithLogs();
    const local = join(folder, "same");
    for (const [key, bytes] of Object.entries(LOGS)) {
      mkdirSync(dirname(join(local, key)), { recursive: true });
      writeFileSync(join(local, key), bytes);
    }
    const found = (path: string) => {
      const request = { ...requestOf(s3), paths: [path], inventories: [INVENTORY], store: null, wantsFindings: true };
      return scan(request, new AbortController().signal, NO_PROGRESS, async (result) => {
        const { findings, policies: _, seconds: __, malformed, ...counts } = result;
        return { text: findings.map((file) => readFileSync(file, "utf8")).join(""), malformed, counts };
      });
    };
    const [inFolder, inBucket] = [await found(local), await found("s3://logs")];
    expect(inFolder.text.split("\n").length).toBeGreaterThan(4);
    expect(inBucket.text).toBe(inFolder.text.replaceAll('"log":{"bucket":"local"', '"log":{"bucket":"logs"'));
    expect(inBucket.counts).toEqual(inFolder.counts);
    expect(inBucket.malformed).toEqual([{ ...inFolder.malformed[0], name: "s3://logs/cut.log" }]);
  });

  it("keeps the same bytes in a bucket, in a folder, and on two threads", async () => {
    const s3 = await startWithLogs();
    const local = join(folder, "kept");
    await run(s3);
    const kept = s3.contents("audit");
    expect(Object.keys(kept).filter((key) => key.startsWith("our/receipts/"))).toHaveLength(KEYS.length);
    await run(s3, { store: local });
    const inFolder = Object.entries(filesBelow(local)).map(([path, text]) => [`our/${path}`, text]);
    expect(Object.fromEntries(inFolder)).toEqual(kept);
    s3.buckets.get("audit")!.clear();
    await run(s3, { jobs: 2 });
    expect(s3.contents("audit")).toEqual(kept);
  });

  it("takes an inventory from a bucket as from a folder", async () => {
    const s3 = await startWithLogs();
    s3.buckets.set("inventories", new Map());
    for (const [path, bytes] of Object.entries(filesBelow(join(folder, "inventory"))))
      s3.put("inventories", path, Buffer.from(bytes, "latin1"));
    const manifest = `s3://inventories/${INVENTORY.slice(join(folder, "inventory").length + 1)}`;
    await run(s3, { inventories: [INVENTORY] });
    const kept = s3.contents("audit");
    s3.buckets.get("audit")!.clear();
    const { inventories, problems } = await run(s3, { inventories: [manifest] });
    expect(s3.contents("audit")).toEqual(kept);
    expect([inventories[0]?.manifest, inventories[0]?.rowsKept, problems]).toEqual([manifest, 1, []]);
    const findings = Object.entries(kept).filter(([key]) => key.startsWith("our/findings/"));
    const texts = findings.map(([, bytes]) => gunzipSync(Buffer.from(bytes, "latin1")).toString());
    expect(texts.filter((text) => text.includes("read half of request COPY names s3://photos/a/cat.jpg"))).toHaveLength(
      1,
    );
  });

  it("reads at most 16 objects at once", async () => {
    const s3 = await startS3("logs", "audit");
    for (let i = 0; i < 40; i++) s3.put("logs", `${i}`, `${accessLogLine()}\n`);
    const { promise: until, resolve } = Promise.withResolvers<void>();
    let arrived = 0;
    let atOnce = 0;
    s3.faultOf = ({ operation }) => {
      if (operation !== "GetObject") return null;
      // The 17th has time to come.
      if (++arrived === 16) setTimeout(() => resolve(), 100);
      return { until: until.then(() => (atOnce ||= arrived)) };
    };
    expect((await run(s3, { store: null })).objects).toBe(40);
    expect(atOnce).toBe(16);
  });
});

describe("a second scan", () => {
  it.each([[], [INVENTORY]])(
    "reads no log object again, and writes nothing (inventories: %j)",
    async (...inventories) => {
      const s3 = await startWithLogs();
      const first = await run(s3, { inventories });
      const kept = s3.contents("audit");
      s3.requests.length = 0;
      const second = await run(s3, { inventories });
      expect([s3.count("GetObject logs/"), s3.count("PutObject"), s3.count("DeleteObject")]).toEqual([0, 0, 0]);
      expect(s3.count("GetObject audit/our/receipts/")).toBe(KEYS.length);
      expect(s3.contents("audit")).toEqual(kept);
      expect(first.skipped.objects).toBe(0);
      expect(second).toMatchObject({ objects: 0, tally: { facts: [], malformed: 0 }, problems: [] });
      const counts = (result: ScanResult) => result.tally.facts.reduce((sum, [, n]) => sum + n, 0);
      expect(second.skipped).toMatchObject({ objects: KEYS.length, records: counts(first), malformed: 1 });
    },
  );

  const changes: [string, Partial<ScanRequest>, Partial<ScanRequest>][] = [
    ["policies", {}, { policies: ["obs-sse", "transport-baseline"] }],
    ["evidence", {}, { inventories: [INVENTORY] }],
    ["what writes get", {}, { defaultEncryption: "SSE-KMS" }],
  ];
  it.each(changes)("reads all again after a change of %s", async (_, before, after) => {
    const s3 = await startWithLogs();
    await run(s3, after);
    const clean = s3.contents("audit");
    s3.buckets.get("audit")!.clear();
    await run(s3, before);
    expect((await run(s3, after)).skipped.objects).toBe(0);
    expect(s3.contents("audit")).toEqual(clean);
  });

  it("reads all but the empty one again as another format", async () => {
    const s3 = await startWithLogs();
    await run(s3);
    expect((await run(s3, { source: "s3-access-log" })).skipped.objects).toBe(KEYS.length);
    expect((await run(s3, { source: "ceph-ops-log" })).skipped.objects).toBe(1);
  });

  it("reads what has changed, and what has come", async () => {
    const s3 = await startWithLogs();
    await run(s3);
    s3.put("logs", "clean.log", `${accessLogLine(OVER_HTTP)}\n`);
    s3.put("logs", "new.log", `${accessLogLine()}\n`);
    s3.requests.length = 0;
    expect(await run(s3)).toMatchObject({ objects: 2, skipped: { objects: KEYS.length - 1 } });
    expect(s3.requests.filter((request) => request.startsWith("GetObject logs/")).sort()).toEqual([
      "GetObject logs/clean.log",
      "GetObject logs/new.log",
    ]);
  });

  it("writes a receipt again that cannot be read", async () => {
    const s3 = await startWithLogs();
    await run(s3);
    const clean = s3.contents("audit");
    const receipts = Object.keys(clean).filter((key) => key.startsWith("our/receipts/"));
    for (const [i, bytes] of ["{", "null", "{}", '{"version":2}'].entries()) s3.put("audit", receipts[i]!, bytes);
    expect(await run(s3)).toMatchObject({ objects: 4, skipped: { objects: KEYS.length - 4 } });
    expect(s3.contents("audit")).toEqual(clean);
  });
});

describe("what can't be read", () => {
  it("is told, leaves no receipt, and is read by the next scan", async () => {
    const s3 = await startWithLogs();
    await run(s3);
    const clean = s3.contents("audit");
    s3.buckets.get("audit")!.clear();
    s3.faultOf = ({ bucket, key }) =>
      bucket === "logs" && key === "open.log" ? { status: 403, code: "AccessDenied" } : null;
    const { problems } = await run(s3);
    expect(problems).toEqual([
      { name: "s3://logs/open.log", message: expect.stringMatching(/^AccessDenied .*; allow/) },
    ]);
    s3.faultOf = () => null;
    expect(await run(s3)).toMatchObject({ objects: 1, problems: [], skipped: { objects: KEYS.length - 1 } });
    expect(s3.contents("audit")).toEqual(clean);
  });

  it.each<[Partial<ScanRequest>, string, string]>([
    [
      { paths: ["s3://nowhere/x"] },
      "s3://nowhere/x",
      "cannot be listed: NoSuchBucket as told (HTTP 404); check the bucket's name, and --endpoint",
    ],
    [{ paths: ["s3://logs/none"] }, "s3://logs/none", "no objects under this prefix; expected log objects"],
    [
      { paths: ["s3://logs"], store: "s3://logs/audit" },
      "s3://logs",
      "holds what --store s3://logs/audit keeps, which is not audited; name a prefix with nothing but logs",
    ],
  ])("%j", async (request, name, message) => {
    const s3 = await startWithLogs();
    expect((await run(s3, request)).problems).toEqual([{ name, message }]);
    expect(s3.count("GetObject") + s3.count("PutObject")).toBe(0);
  });

  it.each([1, 2])("a store that can't be written to ends it, with %i job(s)", async (jobs) => {
    const s3 = await startWithLogs();
    s3.faultOf = ({ operation }) => (operation === "PutObject" ? { status: 403, code: "AccessDenied" } : null);
    const failed = run(s3, { jobs });
    await expect(failed).rejects.toThrow(StoreError);
    await expect(failed).rejects.toThrow(/^s3:\/\/audit\/our\/: cannot write .*: AccessDenied/);
  });
});

describe("a scan that is stopped", () => {
  it("at any request, and run again, leaves what one run leaves", async () => {
    const s3 = await startWithLogs();
    await run(s3, { inventories: [INVENTORY] });
    const clean = s3.contents("audit");
    const requests = s3.requests.length;
    const resumed = new Set<number>();
    const fault = fc.constantFrom<Fault | null>(null, null, null, "lost", "reset", { cut: 0 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: requests }), { minLength: 1, maxLength: 2 }),
        fault,
        async (stops, fault) => {
          s3.buckets.get("audit")!.clear();
          for (const stop of stops) {
            const stopped = new AbortController();
            const reason = new Error("stopped");
            const from = s3.requests.length;
            s3.faultOf = ({ number }) => {
              if (number - from !== stop) return null;
              stopped.abort(reason);
              return fault;
            };
            const outcome = await run(s3, { inventories: [INVENTORY] }, stopped.signal).catch((error) => error);
            if (stopped.signal.aborted) expect(outcome).toBe(reason);
          }
          s3.faultOf = () => null;
          const { skipped, problems } = await run(s3, { inventories: [INVENTORY] });
          resumed.add(skipped.objects);
          expect(problems).toEqual([]);
          expect(s3.contents("audit")).toEqual(clean);
        },
      ),
      { numRuns: 16 },
    );
    expect(resumed.size).toBeGreaterThan(2);
  });
});
