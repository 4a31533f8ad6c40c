// A thread has no compile cache of its own accord.
import "./compile-cache.js";

await import("./worker.ts");
