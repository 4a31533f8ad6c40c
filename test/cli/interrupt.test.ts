import { spawn } from "node:child_process";
import { once } from "node:events";
import { linkSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { accessLogLine } from "../support/access-log.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();

it.each(["1", "2"])("Ctrl-C ends a scan with --jobs %s cleanly: told, and nothing half-written", async (jobs) => {
  const logs = join(folder, `logs-${jobs}`);
  mkdirSync(logs);
  writeFileSync(join(logs, "0.log"), `${accessLogLine()}\n`.repeat(40_000));
  for (let i = 1; i < 40; i++) linkSync(join(logs, "0.log"), join(logs, `${i}.log`));
  const store = join(folder, `store-${jobs}`);
  const scan = spawn(process.execPath, ["lib/cli/sealwatch.js", "scan", logs, "--jobs", jobs, "--store", store], {
    env: { ...process.env, TMPDIR: folder },
  });
  let stderr = "";
  scan.stderr.on("data", (text) => {
    stderr += text;
  });
  const closed = once(scan, "close");
  const receipts = () => {
    try {
      return readdirSync(store, { recursive: true }).filter((name) => String(name).endsWith(".json")).length;
    } catch {
      return 0;
    }
  };
  while (receipts() < 2) await new Promise((resolve) => setTimeout(resolve, 10));
  scan.kill("SIGINT");
  const [code] = await closed;
  expect(code).toBe(130);
  expect(stderr).toContain("interrupted; nothing was left half-written");
  expect(receipts()).toBeLessThan(40);
  expect(readdirSync(store, { recursive: true }).filter((name) => String(name).endsWith(".tmp"))).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith("sealwatch-"))).toEqual([]);
});
