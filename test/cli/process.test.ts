import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { SEALWATCH, sealwatch, sealwatchProcess } from "../support/run-cli.ts";

test.each<[string[], number]>([
  [["scan", "examples/logs", "--jobs", "2", "--output", "ndjson"], 1],
  [["scan", "--output", "yaml", "examples/logs"], 2],
  [["scan", "examples/no-such-log", "--output", "ndjson"], 3],
  [["policy", "show", "obs-sse"], 0],
])("%j is in a process of its own what it is in this one", async (args, code) => {
  const ran = await sealwatchProcess(args);
  expect(ran.code).toBe(code);
  expect(ran).toEqual(await sealwatch(args));
});

test("a reader that has seen enough ends the command, and is no fault", async () => {
  const child = spawn(process.execPath, [SEALWATCH, "explain", "examples/logs"], { stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const exit = once(child, "exit");
  await once(child.stdout, "data");
  child.stdout.destroy();
  expect([await exit, stderr]).toEqual([[0, null], ""]);
});
