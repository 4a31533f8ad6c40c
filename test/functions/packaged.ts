import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Call, calledOf } from "./called.ts";

/** Calls a packaged function in a process of its own, with nothing beside it but what its package carries. */
export async function packaged(bundle: string, env: Record<string, string>): Promise<Call> {
  const child = fork(join(import.meta.dirname, "invoke.ts"), [bundle], { env, silent: true });
  onTestFinished(() => void child.kill());
  await once(child, "message");
  return async (event) => {
    child.send(event as object);
    const [{ response, error, printed }] = await once(child, "message");
    if (error !== undefined) throw new Error(error);
    return calledOf(response, printed);
  };
}
