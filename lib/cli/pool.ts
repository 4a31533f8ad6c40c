import { Worker } from "node:worker_threads";
import type { EvidenceSnapshot } from "../evidence/create-evidence.ts";
import { createTasks, type RunOptions, type Task, type TaskResult } from "./task.ts";

/** What a worker thread is started with. */
export interface WorkerData {
  options: RunOptions;
  snapshot: EvidenceSnapshot;
}

/** What a worker thread says. */
export type WorkerMessage = { bytes: number } | { result: TaskResult } | { error: unknown };

/**
 * Carries out tasks on `jobs` threads and gives their results in the order of the tasks. One job needs no thread.
 * Rejects at the first task that rejects, or when `signal` is aborted.
 */
export async function runTasks(
  tasks: readonly Task[],
  jobs: number,
  data: WorkerData,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<TaskResult[]> {
  const threads = Math.min(jobs, tasks.length);
  return threads <= 1 ? runHere(tasks, data, signal, onBytes) : runOnThreads(tasks, threads, data, signal, onBytes);
}

async function runHere(
  tasks: readonly Task[],
  { options, snapshot }: WorkerData,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  const run = createTasks(options, snapshot, (bytes) => {
    signal.throwIfAborted();
    onBytes(bytes);
  });
  for (const task of tasks) {
    signal.throwIfAborted();
    results.push(await run(task));
  }
  return results;
}

async function runOnThreads(
  tasks: readonly Task[],
  threads: number,
  data: WorkerData,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  const waiting = [...tasks];
  const workers: Worker[] = [];
  try {
    await Promise.all(Array.from({ length: threads }, runThread));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return results.sort((a, b) => a.index - b.index);

  function runThread(): Promise<void> {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: data });
    workers.push(worker);
    return new Promise((resolve, reject) => {
      const next = () => {
        const task = waiting.shift();
        if (task) worker.postMessage(task);
        else resolve();
      };
      worker.on("message", (message: WorkerMessage) => {
        if ("bytes" in message) return onBytes(message.bytes);
        if ("error" in message) return reject(message.error);
        results.push(message.result);
        next();
      });
      worker.on("error", reject);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      next();
    });
  }
}
