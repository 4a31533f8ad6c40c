import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { s3Client } from "../../lib/s3/client.ts";
import { openBucketStore } from "../../lib/stores/bucket.ts";
import { openObjectAudit } from "../../lib/stores/object-audit.ts";
import { type Store, StoreError } from "../../lib/stores/store.ts";
import { LOG_OBJECT } from "../findings/judged.ts";
import { CREDENTIALS, type Fault, type S3Server, startS3 } from "../support/s3-server.ts";
import { temporaryFolder } from "./folder-for-test.ts";

const KEY = "receipts/dt=2026-02-06/my-logs/abc.json";
const OLD = Buffer.from("old");
const NEW = Buffer.from("new");

beforeEach(() => {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
});

interface Opened {
  s3: S3Server;
  store: Store;
}

async function open({ maxAttempts = 3, signal }: { maxAttempts?: number; signal?: AbortSignal } = {}): Promise<Opened> {
  const s3 = await startS3("audit");
  const client = s3Client({ endpoint: s3.endpoint, maxAttempts });
  return { s3, store: openBucketStore({ client, bucket: "audit", prefix: "our/", signal }) };
}

/** These faults for the first requests, then none. */
function first(...faults: Fault[]): S3Server["faultOf"] {
  return () => faults.shift() ?? null;
}

const CONFLICT: Fault = { status: 409, code: "ConditionalRequestConflict" };
const BUSY: Fault = { status: 503, code: "SlowDown" };

function spool(bytes: Buffer): string {
  const path = join(temporaryFolder(), "spool");
  writeFileSync(path, bytes);
  return path;
}

describe("what passes is ridden out", () => {
  const big = Buffer.alloc(2_000_000, "findings");
  const operations: [string, (store: Store) => Promise<unknown>, unknown, string][] = [
    ["get", async (store) => (await store.get(KEY))?.bytes, OLD, "old"],
    ["put", (store) => store.put(KEY, NEW), undefined, "new"],
    ["putFile", (store) => store.putFile(KEY, spool(big)), undefined, `${big}`],
    ["replace", async (store) => store.replace(KEY, NEW, (await store.get(KEY))!.etag), true, "new"],
    ["create", async (store) => store.create(KEY, NEW), false, "old"],
    ["remove", (store) => store.remove(KEY), undefined, "none"],
  ];
  const faults: [string, Fault[]][] = [
    ["resets", ["reset", "reset"]],
    ["an error of the server", [{ status: 500, code: "InternalError" }]],
  ];
  for (const [name, work, result, held] of operations) {
    test.for(faults)(`${name}, %s`, async ([, faults]) => {
      const { s3, store } = await open();
      s3.put("audit", `our/${KEY}`, OLD);
      s3.faultOf = first(...faults);
      expect(await work(store)).toEqual(result);
      expect(s3.contents("audit")).toEqual(held === "none" ? {} : { [`our/${KEY}`]: held });
    });
  }

  test("throttling", async () => {
    const { s3, store } = await open();
    s3.faultOf = first(BUSY);
    await store.putFile(KEY, spool(big));
    expect(s3.contents("audit")).toEqual({ [`our/${KEY}`]: `${big}` });
  });

  test("a body that breaks off is read on", async () => {
    const { s3, store } = await open();
    s3.put("audit", `our/${KEY}`, "a receipt");
    s3.faultOf = first({ cut: 2 }, { cut: 0 }, { cut: 3 });
    expect((await store.get(KEY))?.bytes.toString()).toBe("a receipt");
    expect(s3.requests).toHaveLength(4);
  });

  test("conflicts of conditional writes, which the client does not try again itself", async () => {
    const { s3, store } = await open();
    s3.faultOf = first(CONFLICT, CONFLICT);
    expect(await store.create(KEY, NEW)).toBe(true);
    const { etag } = (await store.get(KEY))!;
    s3.faultOf = first(CONFLICT);
    expect(await store.replace(KEY, OLD, etag)).toBe(true);
    expect(s3.contents("audit")).toEqual({ [`our/${KEY}`]: "old" });
  });
});

describe("an answer that is lost", () => {
  test("of a create says false, and the bytes are there", async () => {
    const { s3, store } = await open();
    s3.faultOf = first("lost");
    expect(await store.create(KEY, NEW)).toBe(false);
    expect((await store.get(KEY))?.bytes).toEqual(NEW);
  });

  test("of a replace says false, and the bytes are there", async () => {
    const { s3, store } = await open();
    s3.put("audit", `our/${KEY}`, OLD);
    const { etag } = (await store.get(KEY))!;
    s3.faultOf = first("lost");
    expect(await store.replace(KEY, NEW, etag)).toBe(false);
    expect((await store.get(KEY))?.bytes).toEqual(NEW);
  });
});

describe("a store that does not honour If-None-Match", () => {
  test("is refused at the first create", async () => {
    const { s3, store } = await open();
    s3.faultOf = () => ({ ignore: ["if-none-match"] });
    await expect(store.create(KEY, NEW)).rejects.toThrow(
      new StoreError(
        "s3://audit/our/: the store does not honour If-None-Match, so two audits of one log object would both count it. " +
          "Keep the store on one that does (AWS S3, Ceph, MinIO), or in a folder.",
      ),
    );
  });

  test("is asked once whether it does", async () => {
    const { s3, store } = await open();
    expect(await store.create(`${KEY}.1`, NEW)).toBe(true);
    expect(s3.count("PutObject")).toBe(2);
    expect(await store.create(`${KEY}.2`, NEW)).toBe(true);
    expect(s3.count("PutObject")).toBe(3);
  });
});

describe("errors say what to do", () => {
  const RIGHTS =
    "allow these credentials s3:ListBucket and s3:GetObject there, for a store s3:PutObject and s3:DeleteObject as well";
  test.for<[Fault, string]>([
    [{ status: 403, code: "AccessDenied" }, `AccessDenied as told (HTTP 403); ${RIGHTS}`],
    [{ status: 404, code: "NoSuchBucket" }, "NoSuchBucket as told (HTTP 404); check the bucket's name, and --endpoint"],
    [BUSY, "SlowDown as told (HTTP 503); run it again later"],
    ["reset", "ECONNRESET socket hang up; check --endpoint and the network, then run it again"],
    [{ status: 418, code: "Teapot" }, "Teapot as told (HTTP 418); look at the bucket, then run it again"],
  ])("%j", async ([fault, reason]) => {
    const { s3, store } = await open({ maxAttempts: 1 });
    s3.faultOf = () => fault;
    const attempts: [string, () => Promise<unknown>][] = [
      ["read", () => store.get(KEY)],
      ["write", () => store.put(KEY, NEW)],
      ["write", () => store.putFile(KEY, spool(NEW))],
      ["write", () => store.replace(KEY, NEW, "abc")],
      ["remove", () => store.remove(KEY)],
    ];
    for (const [what, attempt] of attempts) {
      await expect(attempt()).rejects.toThrow(new StoreError(`s3://audit/our/: cannot ${what} ${KEY}: ${reason}.`));
    }
  });

  test("conflicts without end", async () => {
    const { s3, store } = await open();
    s3.faultOf = () => CONFLICT;
    await expect(store.create(KEY, NEW)).rejects.toThrow(
      new StoreError(
        `s3://audit/our/: cannot write ${KEY}: ConditionalRequestConflict as told (HTTP 409); look at the bucket, then run it again.`,
      ),
    );
    expect(s3.requests).toHaveLength(5);
  });

  test("a key that is not safe, before anything is sent", async () => {
    const { s3, store } = await open();
    await expect(store.put("../other", NEW)).rejects.toThrow('"../other" is no key of a store: it holds a part "..".');
    await expect(store.create("a\nb", NEW)).rejects.toThrow("it holds a control character");
    expect(s3.requests).toEqual([]);
  });

  test("a file that is not there", async () => {
    const { s3, store } = await open();
    await expect(store.putFile(KEY, "/not/there")).rejects.toThrow("cannot write receipts/dt=2026-02-06");
    expect(s3.requests).toEqual([]);
  });
});

test("the signal ends what is under way, and says why", async () => {
  const stop = new AbortController();
  const { s3, store } = await open({ signal: stop.signal });
  s3.faultOf = () => {
    setTimeout(() => stop.abort(new Error("enough")));
    return { until: new Promise(() => {}) };
  };
  await expect(store.put(KEY, NEW)).rejects.toThrow("enough");
});

describe("the audit of one log object, with requests that fail at random", () => {
  const facts = {
    size: 1,
    sha256: "5".repeat(64),
    totals: {
      records: 1,
      malformed: 1,
      verdicts: { compliant: 1, violation: 0, indeterminate: 0, notCovered: 0 },
      policies: [],
      missing: {},
    },
    evidence: [],
  };

  async function audit(store: Store): Promise<unknown> {
    const spoolDir = temporaryFolder();
    const object = openObjectAudit(store, LOG_OBJECT, spoolDir);
    object.malformed({ line: 1, offset: 0, bytes: 3, reason: "It was cut short.", text: "cut" });
    return object.commit(facts).finally(() => expect(readdirSync(spoolDir)).toEqual([]));
  }

  test("is done by one at most, and leaves what a clean run leaves", async () => {
    const clean = await open();
    expect(await audit(clean.store)).toBe("written");
    const fault = fc.constantFrom<Fault | null>(null, "reset", "lost", { cut: 0 });
    const outcomes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 10 }), async (faults) => {
        const { s3, store } = await open();
        const client = s3Client({ endpoint: s3.endpoint });
        const other = openBucketStore({ client, bucket: "audit", prefix: "our" });
        s3.faultOf = () => faults.shift() ?? null;
        const done = await Promise.all([audit(store).catch(() => "failed"), audit(other).catch(() => "failed")]);
        expect(done.filter((outcome) => outcome === "written").length).toBeLessThanOrEqual(1);
        for (const outcome of done) outcomes.set(`${outcome}`, (outcomes.get(`${outcome}`) ?? 0) + 1);
        s3.faultOf = () => null;
        await audit(store);
        expect(s3.contents("audit")).toEqual(clean.s3.contents("audit"));
      }),
      { numRuns: 12 },
    );
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining(["written", "already"]));
  });
});
