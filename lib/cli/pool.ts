import { Worker } from "node:worker_threads";
import type { EvidenceSnapshot } from "../evidence/create-evidence.ts";
import { StoreError } from "../stores/store.ts";
import { isObject } from "./places.ts";
import { createTasks, type RunOptions, type Task, type TaskResult } from "./task.ts";

/** What a worker thread is started with. */
export interface WorkerData {
  options: RunOptions;
  snapshot: EvidenceSnapshot;
}

/** What a worker thread is told. */
export type ToWorker = Task | "stop";

/** What a worker thread says. */
export type WorkerMessage = { bytes: number } | { result: TaskResult } | { storeError: string } | { error: unknown };

/** Objects under way at once, on all threads: a small one is mostly waited for. */
const OBJECTS_AT_ONCE = 16;

/**
 * Carries out tasks on `jobs` threads, several at once where they wait for object storage, and gives their results in the
 * order of the tasks. One job needs no thread. Rejects at the first task that rejects, or when `signal` is aborted; then
 * no task is under way any more.
 */
export async function runTasks(
  tasks: readonly Task[],
  jobs: number,
  data: WorkerData,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<TaskResult[]> {
  const threads = Math.min(jobs, tasks.length);
  const atOnce = tasks.some(({ ref }) => isObject(ref)) ? Math.ceil(OBJECTS_AT_ONCE / Math.max(threads, 1)) : 1;
  return threads <= 1
    ? runHere(tasks, atOnce, data, signal, onBytes)
    : runOnThreads(tasks, threads, atOnce, data, signal, onBytes);
}

async function runHere(
  tasks: readonly Task[],
  atOnce: number,
  { options, snapshot }: WorkerData,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const waiting = tasks.values();
  const told = (bytes: number) => {
    stop.throwIfAborted();
    onBytes(bytes);
  };
  const run = await createTasks(options, snapshot, told, stop);
  async function runLane(): Promise<void> {
    for (const task of waiting) {
      stop.throwIfAborted();
      results.push(await run(task));
    }
  }

  await Promise.all(Array.from({ length: atOnce }, () => runLane().catch((error) => failed.abort(error))));
  stop.throwIfAborted();
  return results.sort((a, b) => a.index - b.index);
}

async function runOnThreads(
  tasks: readonly Task[],
  threads: number,
  atOnce: number,
  data: WorkerData,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  const waiting = [...tasks];
  const workers: { worker: Worker; exit: Promise<unknown> }[] = [];
  try {
    await Promise.all(Array.from({ length: threads }, runThread));
  } finally {
    for (const { worker } of workers) worker.postMessage("stop" satisfies ToWorker);
    await Promise.all(workers.map(({ exit }) => exit));
  }
  return results.sort((a, b) => a.index - b.index);

  function runThread(): Promise<void> {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: data });
    workers.push({ worker, exit: new Promise((resolve) => worker.once("exit", resolve)) });
    return new Promise((resolve, reject) => {
      let underWay = 0;
      const next = () => {
        const task = waiting.shift();
        if (task) {
          underWay++;
          worker.postMessage(task satisfies ToWorker);
        } else if (underWay === 0) resolve();
      };
      worker.on("message", (message: WorkerMessage) => {
        if ("bytes" in message) return onBytes(message.bytes);
        if ("error" in message) return reject(message.error);
        if ("storeError" in message) return reject(new StoreError(message.storeError));
        underWay--;
        results.push(message.result);
        next();
      });
      worker.on("error", reject);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      for (let i = 0; i < atOnce; i++) next();
    });
  }
}
