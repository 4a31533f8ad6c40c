import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { exceptedInStore } from "../../lib/exceptions/in-store.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { storeKeys } from "../../lib/stores/log-object.ts";
import type { Receipt } from "../../lib/stores/receipt.ts";
import { StoreError } from "../../lib/stores/store.ts";
import { createMemoryStore } from "../stores/memory-store.ts";
import { found, IMPORTER } from "./worlds.ts";

const OBJECT = { bucket: "logs", key: "k", etag: "e", lastModified: 0 };
const KEY = storeKeys({ ...OBJECT, sourceId: "" }).findings;

function receipt(violation: number, indeterminate: number, findings: number): Receipt {
  return { counts: { verdicts: { violation, indeterminate }, findings } } as Receipt;
}

async function excepted(findings: readonly ComplianceFinding[] | Buffer | null, audited: Receipt) {
  const store = createMemoryStore();
  const text = (lines: readonly ComplianceFinding[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  if (findings !== null) await store.put(KEY, Buffer.isBuffer(findings) ? findings : gzipSync(text(findings)));
  return exceptedInStore(store, OBJECT, audited, [IMPORTER]);
}

const COVERED = found();
const LEFT = found({ key: "elsewhere", line: 2 });
const OPEN = found({ key: "elsewhere", line: 3, verdict: "indeterminate" });
const RESOLVED = {
  ...OPEN,
  status: "Resolved",
  compliance: { ...OPEN.compliance, status: "Pass" },
} as ComplianceFinding;

test.each([
  { name: "one covered, one not", stored: [COVERED, LEFT], audited: receipt(1, 0, 2), covered: 1, left: [1, 0] },
  { name: "all covered", stored: [COVERED], audited: receipt(1, 0, 1), covered: 1, left: [0, 0] },
  {
    name: "a request that the log object holds twice",
    stored: [COVERED],
    audited: receipt(2, 0, 1),
    covered: 1,
    left: [0, 0],
  },
  { name: "what is open", stored: [COVERED, OPEN], audited: receipt(1, 1, 2), covered: 1, left: [0, 1] },
  {
    name: "what an inventory made a violation since",
    stored: [COVERED, LEFT],
    audited: receipt(0, 2, 2),
    covered: 1,
    left: [0, 1],
  },
  { name: "what an inventory settled since", stored: [RESOLVED], audited: receipt(0, 1, 1), covered: 0, left: [0, 1] },
  { name: "findings that are gone", stored: null, audited: receipt(2, 1, 3), covered: 0, left: [2, 1] },
  { name: "findings of another audit", stored: [COVERED], audited: receipt(1, 0, 2), covered: 0, left: [1, 0] },
])("$name", async ({ stored, audited, covered, left: [violation, indeterminate] }) => {
  const counts = await excepted(stored, audited);
  expect(counts).toMatchObject({ findings: covered, byException: [covered], left: { violation, indeterminate } });
});

test("findings are read only where the receipt counts any", async () => {
  expect((await excepted(Buffer.from("never read"), receipt(0, 0, 0))).left).toEqual({
    violation: 0,
    indeterminate: 0,
  });
});

test.each([Buffer.from("no gzip"), gzipSync("no JSON\n"), gzipSync("{}\n")])(
  "damaged findings are refused",
  async (stored) => {
    const reading = excepted(stored, receipt(1, 0, 1));
    await expect(reading).rejects.toThrow(StoreError);
    await expect(reading).rejects.toThrow(/^findings\/dt=1970-01-01\/logs\/\w+\.ndjson\.gz: cannot be read/);
  },
);
