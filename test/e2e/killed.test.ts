import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { beforeAll, expect, test } from "vitest";
import { SEALWATCH } from "../support/run-cli.ts";
import { bucketOf, digests, endOfLog, environmentOf, lab, logSince, objectsIn, ownClient } from "./lab.ts";
import { LOG_OBJECTS } from "./logs.ts";

const LOGS = "killed-logs";
const STORE = "killed-store";
const KILLS = 5;
/** Of what a clean run makes the gateway log: later runs have less to do. */
const LATEST = 0.7;
const POLL_MS = 5;

const gateway = lab();
const client = ownClient(gateway);

beforeAll(async () => {
  await bucketOf(client, LOGS, LOG_OBJECTS);
  await bucketOf(client, STORE);
});

/** Scans; killed as soon as the gateway has logged so many bytes of it. Returns the exit code, `null` if it was killed. */
async function scan(prefix: string, killAfter = Number.POSITIVE_INFINITY): Promise<number | null> {
  const start = endOfLog(gateway);
  const args = ["--endpoint", gateway.https, "--store", `s3://${STORE}/${prefix}`, "--jobs", "2", "--output", "json"];
  const env = { ...process.env, ...environmentOf(gateway) };
  const child = spawn(process.execPath, [SEALWATCH, "scan", `s3://${LOGS}/`, ...args], { env, stdio: "ignore" });
  const exit = once(child, "exit");
  while (child.exitCode === null && child.signalCode === null) {
    if (endOfLog(gateway) - start >= killAfter) child.kill("SIGKILL");
    await sleep(POLL_MS);
  }
  const [code] = await exit;
  return code;
}

test("killed again and again, then run to its end, a scan leaves what a clean run leaves", async () => {
  const start = endOfLog(gateway);
  expect(await scan("clean")).toBe(1);
  const { $metadata } = await client.send(new ListObjectsV2Command({ Bucket: STORE }));
  const bytes = (await logSince(gateway, start, [$metadata.requestId!])).length;
  const clean = digests(await objectsIn(client, STORE, "clean/"));

  const killed: string[] = [];
  for (let i = 0; i < KILLS; i++) {
    const after = Math.floor(Math.random() * bytes * LATEST);
    const code = await scan("killed", after);
    const kept = (await objectsIn(client, STORE, "killed/")).size;
    killed.push(`${code === null ? "killed" : "ended"} after ${after} of ${bytes} bytes of log, ${kept} objects kept`);
  }
  expect(await scan("killed"), killed.join("\n")).toBe(1);
  expect(digests(await objectsIn(client, STORE, "killed/")), killed.join("\n")).toEqual(clean);
  process.stdout.write(`\nA scan that was killed:\n${killed.map((line) => `  ${line}`).join("\n")}\n\n`);
});
