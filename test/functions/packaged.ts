import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { bundleFunction } from "../support/bundle.ts";

/** Calls a packaged function in a process of its own, with nothing beside it but what its package carries. */
export async function packaged(
  name: string,
  folder: string,
  env: Record<string, string>,
): Promise<(event: object) => Promise<unknown>> {
  const bundle = await bundleFunction(name, folder);
  const child = fork(join(import.meta.dirname, "invoke.ts"), [bundle], { env, silent: true });
  onTestFinished(() => void child.kill());
  await once(child, "message");
  return async (event) => {
    child.send(event);
    return (await once(child, "message"))[0];
  };
}
