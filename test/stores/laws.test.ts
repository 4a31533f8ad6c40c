import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { s3Client } from "../../lib/s3/client.ts";
import { openBucketStore } from "../../lib/stores/bucket.ts";
import { openFolderStore } from "../../lib/stores/folder.ts";
import type { Store } from "../../lib/stores/store.ts";
import { CREDENTIALS, startS3 } from "../support/s3-server.ts";
import { temporaryFolder } from "./folder-for-test.ts";
import { createMemoryStore } from "./memory-store.ts";

const KEY = "receipts/dt=2026-02-06/my-logs/abc.json";
const OLD = Buffer.from("old");
const NEW = Buffer.from("new");

async function bucketStore(prefix: string): Promise<Store> {
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
  const { endpoint } = await startS3("audit");
  return openBucketStore({ client: s3Client({ endpoint }), bucket: "audit", prefix });
}

const STORES: [string, () => Store | Promise<Store>][] = [
  ["a folder", () => openFolderStore(temporaryFolder())],
  ["a bucket", () => bucketStore("")],
  ["a bucket's prefix", () => bucketStore("some/where")],
  ["the tests' memory", () => createMemoryStore()],
];

describe.each(STORES)("a store in %s", (_, open) => {
  test("holds nothing at first", async () => {
    const store = await open();
    expect(await store.get(KEY)).toBeNull();
    await store.remove(KEY);
    expect(await store.get(KEY)).toBeNull();
  });

  test("put writes over what was there, under another ETag", async () => {
    const store = await open();
    await store.put(KEY, OLD);
    const before = await store.get(KEY);
    await store.put(KEY, NEW);
    const after = await store.get(KEY);
    expect([before?.bytes, after?.bytes]).toEqual([OLD, NEW]);
    expect(after?.etag).not.toBe(before?.etag);
    await store.put(KEY, OLD);
    expect(await store.get(KEY)).toEqual(before);
  });

  test("putFile writes a file's bytes, empty or not", async () => {
    const store = await open();
    const path = join(temporaryFolder(), "spool");
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(3_000_001, "spooled")]) {
      writeFileSync(path, bytes);
      await store.putFile(KEY, path);
      expect((await store.get(KEY))?.bytes.equals(bytes)).toBe(true);
    }
  });

  test("create is done once, however many try", async () => {
    const store = await open();
    const created = await Promise.all(Array.from({ length: 20 }, (_, i) => store.create(KEY, Buffer.from(`${i}`))));
    expect(created.filter(Boolean)).toHaveLength(1);
    expect((await store.get(KEY))?.bytes.toString()).toBe(`${created.indexOf(true)}`);
    expect(await store.create(KEY, NEW)).toBe(false);
    await store.remove(KEY);
    expect(await store.create(KEY, NEW)).toBe(true);
    expect((await store.get(KEY))?.bytes).toEqual(NEW);
  });

  test("replace is done only over the bytes that were read", async () => {
    const store = await open();
    await store.put(KEY, OLD);
    const { etag } = (await store.get(KEY))!;
    await store.put(KEY, Buffer.from("other"));
    expect(await store.replace(KEY, NEW, etag)).toBe(false);
    expect((await store.get(KEY))?.bytes.toString()).toBe("other");

    expect(await store.replace(KEY, NEW, (await store.get(KEY))!.etag)).toBe(true);
    expect((await store.get(KEY))?.bytes).toEqual(NEW);

    await store.remove(KEY);
    expect(await store.replace(KEY, NEW, etag)).toBe(false);
    expect(await store.get(KEY)).toBeNull();
  });

  test("keys keep apart, and remove takes one", async () => {
    const store = await open();
    const keys = [KEY, `${KEY}.2`, "findings/dt=2026-02-06/%2e a+b%20é/abc.ndjson.gz"];
    for (const key of keys) await store.put(key, Buffer.from(key));
    await store.remove(KEY);
    const held = await Promise.all(keys.map((key) => store.get(key)));
    expect(held.map((each) => each?.bytes.toString())).toEqual([undefined, ...keys.slice(1)]);
  });
});
