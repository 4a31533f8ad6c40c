import { PutObjectCommand } from "@aws-sdk/client-s3";
import { beforeAll, expect, test } from "vitest";
import { openBucketStore } from "../../lib/stores/bucket.ts";
import { bucketOf, lab, ownClient } from "./lab.ts";

const BUCKET = "conditional-writes";
const WRITERS = 8;
const ROUNDS = 10;

const client = ownClient(lab());

beforeAll(() => bucketOf(client, BUCKET));

/** The status of the answer, and the ETag of what was written. */
async function put(key: string, body: string, condition: { IfMatch?: string; IfNoneMatch?: string } = {}) {
  return client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body, ...condition })).then(
    ({ $metadata, ETag }) => ({ status: $metadata.httpStatusCode, etag: ETag! }),
    ({ $metadata }) => ({ status: $metadata.httpStatusCode, etag: "" }),
  );
}

test("the gateway honours If-None-Match, and If-Match where its ETag has no quotes", async () => {
  const first = await put("k", "one", { IfNoneMatch: "*" });
  const second = await put("k", "two", { IfNoneMatch: "*" });
  const bare = first.etag.replaceAll('"', "");
  const quoted = await put("k", "three", { IfMatch: first.etag });
  const good = await put("k", "four", { IfMatch: bare });
  const stale = await put("k", "five", { IfMatch: bare });
  const gone = await put("never", "six", { IfMatch: bare });
  const statuses = {
    "If-None-Match: * of a new key": first.status,
    "If-None-Match: * of a key that is taken": second.status,
    'If-Match: "etag" of this very version': quoted.status,
    "If-Match: etag of this very version": good.status,
    "If-Match: etag of another version": stale.status,
    "If-Match: etag of a key that is not there": gone.status,
  };
  const lines = Object.entries(statuses).map(([what, status]) => `  ${what.padEnd(46)}${status}`);
  process.stdout.write(`\nPutObject on this gateway:\n${lines.join("\n")}\n\n`);
  expect(Object.values(statuses)).toEqual([200, 412, 412, 200, 412, 412]);
});

/** One store a writer, as in processes that know nothing of each other. */
const storeOf = () => openBucketStore({ client: ownClient(lab()), bucket: BUCKET, prefix: "store" });
const stores = Array.from({ length: WRITERS }, storeOf);

test("of stores that create one key at once, one does", async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const key = `receipts/${round}.json`;
    const created = await Promise.all(stores.map((store, i) => store.create(key, Buffer.from(`by ${i}`))));
    expect(created.filter(Boolean), `round ${round}`).toHaveLength(1);
    const stored = await stores[0]!.get(key);
    expect(stored?.bytes.toString()).toBe(`by ${created.indexOf(true)}`);
  }
});

test("a key is replaced as it was read, and no other way", async () => {
  const [one, two] = [storeOf(), storeOf()];
  expect(await one.create("receipts/r.json", Buffer.from("old"))).toBe(true);
  const read = (await two.get("receipts/r.json"))!;
  expect(await one.replace("receipts/r.json", Buffer.from("new"), read.etag)).toBe(true);
  expect(await two.replace("receipts/r.json", Buffer.from("newer"), read.etag)).toBe(false);
  const again = (await two.get("receipts/r.json"))!;
  expect(again.bytes.toString()).toBe("new");
  await one.remove("receipts/r.json");
  expect(await two.replace("receipts/r.json", Buffer.from("newest"), again.etag)).toBe(false);
  expect(await two.get("receipts/r.json")).toBeNull();
});
