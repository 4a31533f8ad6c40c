import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { SSE_C, SSE_KMS } from "../../lib/facts.ts";
import type { ComplianceFinding } from "../../lib/findings/compliance-finding.ts";
import { inventoryObjects, MANIFEST, row } from "../settle/inventory.ts";
import { type S3Server, startS3 } from "../support/s3-server.ts";
import { startSns } from "../support/sns-server.ts";
import { type Call, container, environmentOf, FINDINGS } from "./called.ts";
import { created, LOG, sqsEvent } from "./recorded.ts";
import { runSettlement } from "./settlement-machine.ts";

const NOW = Date.now();
const DELIVERED = { detail: { bucket: { name: "inventories" }, object: { key: MANIFEST } } };
/** The record with an open verdict in the recorded log object: a GetObject over HTTP in February 2026. */
const READ = "a/b.txt";

interface Settled {
  s3: S3Server;
  settle: Call;
  findings(): ComplianceFinding[];
  run(execution: string, input?: object): Promise<unknown>;
}

/** The findings of the recorded log object, which landed a day ago, and an inventory of the bucket that it is about. */
async function start(files: Parameters<typeof inventoryObjects>[0]): Promise<Settled> {
  const s3 = await startS3(LOG.bucket, FINDINGS, "inventories");
  s3.put(LOG.bucket, LOG.key, LOG.bytes, NOW - 86_400_000);
  const environment = environmentOf(s3.endpoint);
  const audit = await container(() => import("../../functions/audit-log-object.ts"), environment);
  await audit(sqsEvent(created(LOG.bucket, LOG.key)));
  const inventory = inventoryObjects(files, { creationTimestamp: String(NOW) }, "records");
  for (const [key, bytes] of Object.entries(inventory)) s3.put("inventories", key, bytes);
  const settle = await container(() => import("../../functions/settle-findings.ts"), environment);
  const stored = s3.buckets.get(FINDINGS)!;
  return {
    s3,
    settle,
    findings() {
      const [key] = [...stored.keys()].filter((each) => each.startsWith("findings/"));
      const lines = gunzipSync(stored.get(key!)!.bytes).toString().trimEnd().split("\n");
      return lines.map((line) => JSON.parse(line));
    },
    run: (execution, input = DELIVERED) =>
      runSettlement(execution, input, {
        call: async (payload) => (await settle(payload)).response,
        read: async (key) => JSON.parse(stored.get(key)!.bytes.toString()),
      }),
  };
}

const verdicts = (findings: ComplianceFinding[]) =>
  findings.map(({ activity_name, evidences: [{ data }] }) => [activity_name, data.verdict]);

describe("an inventory that lands", () => {
  test("settles the open findings of its bucket, and is done with when it comes again", async () => {
    const { s3, run, findings } = await start([[row("z", SSE_KMS)], [row(READ, SSE_C)]]);
    const receipts = () => Object.entries(s3.contents(FINDINGS)).filter(([key]) => key.startsWith("receipts/"));
    const receiptsBefore = receipts();
    expect(verdicts(findings())).toEqual([
      ["Create", "indeterminate"],
      ["Create", "violation"],
      ["Create", "violation"],
    ]);
    const outcomes = (await run("e1")) as Record<string, number>[];
    expect(outcomes.filter(({ violation }) => violation! > 0)).toEqual([{ violation: 1, closed: 0, narrowed: 0 }]);
    expect(verdicts(findings())).toEqual([
      ["Update", "violation"],
      ["Create", "violation"],
      ["Create", "violation"],
    ]);
    expect(findings()[0]!.evidences[0].data).toMatchObject({ key_exposure: "exposed", facts: { target: ["SSE-C"] } });
    expect(receipts()).toEqual(receiptsBefore);

    const after = findings();
    expect(await run("e2")).toBe(0);
    expect(findings()).toEqual(after);
    expect([...s3.buckets.get(FINDINGS)!.keys()].filter((key) => key.startsWith("settlements/e2/rows"))).toEqual([]);
  });

  test("alerts of what turned out a violation, and of nothing else", async () => {
    const { s3, run } = await start([[row(READ, SSE_C)]]);
    await run("e1");
    const [key] = [...s3.buckets.get(FINDINGS)!.keys()].filter((each) => each.startsWith("findings/"));
    const sns = await startSns();
    const alerts = await container(
      () => import("../../functions/publish-alerts.ts"),
      environmentOf(s3.endpoint, sns.endpoint),
    );
    const etag = s3.buckets.get(FINDINGS)!.get(key!)!.etag.replaceAll('"', "");
    await alerts(sqsEvent(created(FINDINGS, key!, { etag })));
    const mails = sns.published.filter(({ subject }) => subject !== null);
    expect(mails.map(({ subject }) => subject)).toEqual([
      "[Sealwatch] CRITICAL: 1 request broke rule sse-c.get-object in bucket records",
    ]);
  });

  test("that nothing asks for is not read", async () => {
    const { s3, run, findings } = await start([[row(READ, SSE_C)]]);
    const other = inventoryObjects([[row(READ, SSE_C)]], { creationTimestamp: String(NOW) }, "films");
    for (const [key, bytes] of Object.entries(other)) s3.put("inventories", key, bytes);
    expect(await run("e1")).toBe(0);
    expect(findings().map(({ activity_name }) => activity_name)).toEqual(["Create", "Create", "Create"]);
    expect(s3.count("GetObject inventories/photos/daily/data/")).toBe(0);
  });
});

test("a day is named where older findings are to be looked at", async () => {
  const { settle } = await start([]);
  const from = new Date(NOW - 40 * 86_400_000).toISOString().slice(0, 10);
  const plan = { step: "plan", run: "e1", manifest: { bucket: "inventories", key: MANIFEST }, from };
  const { response, log } = await settle(plan);
  expect((response as { days: string[] }).days).toHaveLength(41);
  expect(log).toEqual([expect.objectContaining({ message: "step done", step: "plan", run: "e1", result: response })]);
});
