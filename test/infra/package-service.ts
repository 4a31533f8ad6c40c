import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Template } from "./template.ts";

const ROOT = join(import.meta.dirname, "../..");
const PARTS = ["serverless.yml", "infra", "functions", "lib", "package.json", "package-lock.json", "tsconfig.json"];

export interface PackagedService {
  template: Template;
  /** Holds `<function>.zip` for every function. */
  folder: string;
  /** Holds `functions/<function>.mjs` and its source map for every function. */
  bundles: string;
  remove(): Promise<void>;
}

/** Runs `serverless package` on a copy of the service (it writes into the folder that it runs in), without any credentials. */
export async function packageService(...options: string[]): Promise<PackagedService> {
  const home = mkdtempSync(join(tmpdir(), "sealwatch-package-"));
  const remove = () => rm(home, { recursive: true, force: true });
  const service = join(home, "service");
  const folder = join(home, "package");
  try {
    for (const part of PARTS) cpSync(join(ROOT, part), join(service, part), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(service, "node_modules"));
    await serverless(["package", "--package", folder, ...options], service, home);
    const template = JSON.parse(await readFile(join(folder, "cloudformation-template-update-stack.json"), "utf8"));
    return { template, folder, bundles: join(service, ".esbuild/.build"), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function serverless(command: string[], cwd: string, home: string): Promise<void> {
  const { PATH } = process.env;
  const program = join(ROOT, "node_modules/serverless/bin/serverless.js");
  const env = { PATH, HOME: home, AWS_EC2_METADATA_DISABLED: "true" };
  await promisify(execFile)(process.execPath, [program, ...command], { cwd, env }).catch((error) => {
    throw new Error(`serverless ${command[0]} failed:\n${error.stdout}\n${error.stderr}`, { cause: error });
  });
}
