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
 * Carries out tasks on `jobs` threads, this one among them, several at once where they wait for object storage, and gives
 * their results in the order of the tasks. Rejects at the first task that rejects, or when `signal` is aborted; then no
 * task is under way any more.
 */
export async function runTasks(
  tasks: readonly Task[],
  jobs: number,
  data: WorkerData,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<TaskResult[]> {
  const threads = Math.max(Math.min(jobs, tasks.length), 1);
  const atOnce = tasks.some(({ ref }) => isObject(ref)) ? Math.ceil(OBJECTS_AT_ONCE / threads) : 1;
  const results: TaskResult[] = [];
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const waiting = tasks.values();
  const all = [runHere(), ...Array.from({ length: threads - 1 }, runOnThread)];
  await Promise.all(all.map((running) => running.catch((error) => failed.abort(error))));
  stop.throwIfAborted();
  return results.sort((a, b) => a.index - b.index);

  async function runHere(): Promise<void> {
    const told = (bytes: number) => {
      stop.throwIfAborted();
      onBytes(bytes);
    };
    const run = await createTasks(data.options, data.snapshot, told, stop);
    async function runLane(): Promise<void> {
      for (const task of waiting) {
        stop.throwIfAborted();
        results.push(await run(task));
      }
    }
    await Promise.all(Array.from({ length: atOnce }, () => runLane().catch((error) => failed.abort(error))));
  }

  async function runOnThread(): Promise<void> {
    stop.throwIfAborted();
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: data });
    const exit = new Promise((resolve) => worker.once("exit", resolve));
    const done = new Promise<void>((resolve, reject) => {
      let underWay = 0;
      const next = () => {
        const { value: task } = waiting.next();
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
      stop.addEventListener("abort", () => reject(stop.reason), { once: true });
      for (let i = 0; i < atOnce; i++) next();
    });
    try {
      await done;
    } finally {
      worker.postMessage("stop" satisfies ToWorker);
      await exit;
    }
  }
}
