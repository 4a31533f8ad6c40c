import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bundleFunction } from "../support/bundle.ts";
import { startS3 } from "../support/s3-server.ts";
import { startSns } from "../support/sns-server.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { environmentOf, FINDINGS } from "./called.ts";
import { created, LOG, recorded, sqsEvent } from "./recorded.ts";

const folder = temporaryFolder();

interface Container {
  call(event: unknown): Promise<unknown>;
  printed: Record<string, unknown>[];
}

/** The packaged function in a process of its own, with nothing beside it but what its package carries. */
async function container(name: string, env: Record<string, string>): Promise<Container> {
  const bundle = await bundleFunction(name, folder);
  const child: ChildProcess = fork(join(import.meta.dirname, "invoke.ts"), [bundle], { env, silent: true });
  onTestFinished(() => void child.kill());
  const printed: Record<string, unknown>[] = [];
  let rest = "";
  child.stdout!.on("data", (chunk) => {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop()!;
    printed.push(...lines.map((line) => JSON.parse(line)));
  });
  await once(child, "message");
  return {
    printed,
    async call(event) {
      child.send(event as object);
      return (await once(child, "message"))[0];
    },
  };
}

test("packaged, audit-log-object and publish-alerts lead from a log object to an alert", async () => {
  const s3 = await startS3(LOG.bucket, FINDINGS);
  const sns = await startSns();
  s3.put(LOG.bucket, LOG.key, LOG.bytes, LOG.lastModified);
  const env = environmentOf(s3.endpoint, sns.endpoint);

  const audit = await container("audit-log-object", env);
  const gone = created(LOG.bucket, "gone");
  const response = await audit.call(sqsEvent(recorded("s3-notification"), recorded("s3-test-event"), gone));
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
  const keys = Object.keys(s3.contents(FINDINGS));
  expect(keys.map((key) => key.split("/")[0])).toEqual(["findings", "quarantine", "receipts"]);
  expect(audit.printed).toContainEqual(expect.objectContaining({ Records: 5, Malformed: 1, KeyExposures: 1 }));
  expect(audit.printed).toContainEqual(expect.objectContaining({ message: "audited", receipt: "written" }));

  const alerts = await container("publish-alerts", env);
  const found = sqsEvent(created(FINDINGS, keys[0]!));
  expect(await alerts.call(found)).toEqual({ batchItemFailures: [] });
  expect(await alerts.call(recorded("close-windows"))).toBeNull();
  expect(sns.published.map(({ attributes: { severity, rule } }) => `${severity} ${rule}`)).toEqual([
    "critical sse-c.get-object",
    "critical sse-c.get-object",
    "critical sse-c.get-object",
    "critical sse-c.get-object",
    "high sse-kms.put-object",
    "high sse-kms.put-object",
  ]);
  expect(existsSync(join(folder, "functions/tables/obs-sse.csv"))).toBe(true);
});
