import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

export const SEALWATCH = fileURLToPath(new URL("../../lib/cli/sealwatch.js", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Ran {
  code: number | string | null | undefined;
  stdout: string;
  stderr: string;
}

/** Runs the command as its user does, from the root of the repository. */
export function sealwatch(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [SEALWATCH, ...args],
      { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}
