import { parentPort, workerData } from "node:worker_threads";
import { StoreError } from "../stores/store.ts";
import type { ToWorker, WorkerData, WorkerMessage } from "./pool.ts";
import { createTasks, type Task } from "./task.ts";

/** A thread of the pool: a task comes in, its bytes and its result go out. Told to stop, it leaves nothing half-done. */
const { options, snapshot } = workerData as WorkerData;
const stopped = new AbortController();
const underWay = new Set<Promise<void>>();
const say = (message: WorkerMessage) => parentPort!.postMessage(message);
const told = (bytes: number) => {
  stopped.signal.throwIfAborted();
  say({ bytes });
};
const run = await createTasks(options, snapshot, told, stopped.signal);

parentPort!.on("message", (message: ToWorker) => {
  if (message === "stop") {
    stopped.abort();
    Promise.all(underWay).then(() => process.exit());
    return;
  }
  const done = carryOut(message).finally(() => underWay.delete(done));
  underWay.add(done);
});

function carryOut(task: Task): Promise<void> {
  return run(task).then(
    (result) => say({ result }),
    (error) => say(error instanceof StoreError ? { storeError: error.message } : { error }),
  );
}
