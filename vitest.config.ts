import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/e2e/**"],
    testTimeout: 60_000,
    // Left alone, vitest keeps a core for itself, and starts a process for each of many small files.
    pool: "threads",
    maxWorkers: "100%",
    // What modules were made of is kept from file to file, and so is what V8 has learnt of them.
    isolate: false,
    setupFiles: ["test/support/leave-no-trace.ts"],
    coverage: {
      provider: "v8",
      include: ["lib/**/*.ts"],
      reporter: ["text-summary", "text"],
      thresholds: { "lib/{policy,sources,evidence}/**": { branches: 100 } },
    },
  },
});
