import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { main } from "../../lib/cli/main.ts";

export const SEALWATCH = fileURLToPath(new URL("../../lib/cli/sealwatch.js", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Ran {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

/** Runs the command as its user does, in a process of its own, from the root of the repository. */
export function sealwatchProcess(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [SEALWATCH, ...args],
      { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

let running: Promise<unknown> = Promise.resolve();

/** Runs the command in this process, which is many times as fast; one after the other, as they share its output. */
export function sealwatch(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const ran = running.then(() => run(args, env));
  running = ran.catch(() => {});
  return ran;
}

async function run(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((piece) => {
      written[name].push(Buffer.from(piece));
      return true;
    }),
  );
  Object.assign(process.env, env);
  try {
    const code = await main(args);
    return { code, stdout: `${Buffer.concat(written.stdout)}`, stderr: `${Buffer.concat(written.stderr)}` };
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    for (const spy of spies) spy.mockRestore();
  }
}
