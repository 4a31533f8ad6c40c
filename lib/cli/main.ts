import { constants } from "node:os";
import { CommanderError } from "commander";
import { PolicyError } from "../policy/fault.ts";
import { printable } from "../report/printable.ts";
import { StoreError } from "../stores/store.ts";
import { createProgram } from "./program.ts";

/** Exit codes, as the help tells them. */
export const EXIT = { clean: 0, findings: 1, usage: 2, unread: 3 } as const;

/** Runs the command line. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Interrupted());
  process.once("SIGINT", onSignal);
  let code: number = EXIT.clean;
  try {
    await createProgram(stop.signal, (exit) => {
      code = exit;
    }).parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return exitOf(error);
  } finally {
    process.off("SIGINT", onSignal);
  }
}

class Interrupted extends Error {}

function exitOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.usage;
  if (error instanceof Interrupted) {
    process.stderr.write(
      "\nsealwatch: interrupted; nothing was left half-written, and the same command can be run again\n",
    );
    return 128 + constants.signals.SIGINT;
  }
  if (error instanceof PolicyError || error instanceof StoreError) {
    process.stderr.write(`sealwatch: ${error.message.split("\n").map(printable).join("\n")}\n`);
    return error instanceof PolicyError ? EXIT.usage : EXIT.unread;
  }
  throw error;
}
