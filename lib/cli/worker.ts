import { parentPort, workerData } from "node:worker_threads";
import type { WorkerData, WorkerMessage } from "./pool.ts";
import { createTasks, type Task } from "./task.ts";

/** A thread of the pool: a task comes in, its bytes and its result go out. */
const { options, snapshot } = workerData as WorkerData;
const say = (message: WorkerMessage) => parentPort!.postMessage(message);
const run = createTasks(options, snapshot, (bytes) => say({ bytes }));

parentPort!.on("message", (task: Task) => {
  run(task).then(
    (result) => say({ result }),
    (error) => say({ error }),
  );
});
