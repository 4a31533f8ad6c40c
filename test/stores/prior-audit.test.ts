import { expect, it } from "vitest";
import { storeKeys } from "../../lib/stores/log-object.ts";
import { priorAudit, readReceipt } from "../../lib/stores/prior-audit.ts";
import { receiptBytes } from "../../lib/stores/receipt.ts";
import { createTally, totals } from "../../lib/tally.ts";
import { createMemoryStore } from "./memory-store.ts";

const OBJECT = { bucket: "logs", key: "k", etag: "e", lastModified: 0, sourceId: "s3-access-log" };

it.each<[string, audited: string[], atHand: string[] | null, isFound: boolean]>([
  ["no evidence", [], [], true],
  ["the same inventories", ["sha256:2", "sha256:1"], ["sha256:1", "sha256:2"], true],
  ["an inventory, where none is at hand to say more", ["sha256:1"], null, true],
  ["the store's answers, where nothing is at hand", ["live", "live:sha256:4"], null, true],
  ["an inventory, where there shall be none", ["sha256:1"], [], false],
  ["another inventory", ["sha256:1"], ["sha256:2"], false],
  ["twins, of which nobody knows beforehand", ["sha256:1", "twins:sha256:3"], ["sha256:1"], true],
  ["the store's answers", ["live", "live:sha256:4"], ["live"], true],
  ["the store asked in part, which may now tell more", ["live-in-part", "live:sha256:4"], ["live"], false],
  ["the store, which is not to be asked now", ["live"], [], false],
  ["twins and another inventory", ["sha256:1", "twins:sha256:3"], ["sha256:2"], false],
])("an audit with %s", async (_, audited, evidence, isFound) => {
  const store = createMemoryStore();
  const facts = { size: 1, sha256: "0".repeat(64), totals: totals(createTally().counts(), []), evidence: audited };
  const written = { findings: 0, quarantined: 0, keyExposures: 0 };
  await store.put(storeKeys(OBJECT).receipt, receiptBytes(OBJECT, facts, written));
  const found = priorAudit(await readReceipt(store, OBJECT), { policies: [], evidence, sourceId: null });
  expect(found?.evidence ?? null).toEqual(isFound ? [...audited].sort() : null);
});

it.each(["", "{}", '{"version":1,"source":"none","policies":[],"evidence":[]}'])("the receipt %j", async (text) => {
  const store = createMemoryStore();
  await store.put(storeKeys(OBJECT).receipt, Buffer.from(text));
  expect(priorAudit(await readReceipt(store, OBJECT), { policies: [], evidence: [], sourceId: null })).toBeNull();
});

it("a receipt with evidence, and of other policies, where none is at hand", async () => {
  const receipt = {
    version: 1,
    source: "none",
    policies: [{ id: "ours", digest: "1" }],
    evidence: ["sha256:1"],
    rules: [],
  };
  const stored = { bytes: Buffer.from(JSON.stringify(receipt)), etag: "" };
  const terms = (digest: string) => ({ policies: [{ id: "ours", digest }], evidence: null, sourceId: null });
  expect(priorAudit(stored, terms("1"))).toEqual(receipt);
  expect(priorAudit(stored, terms("2"))).toBeNull();
});
