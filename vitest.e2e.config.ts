import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/e2e/**/*.test.ts"],
    globalSetup: "test/e2e/global-setup.ts",
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // One gateway for all of them, and its log in the order of the requests.
    fileParallelism: false,
    maxWorkers: 1,
    // What the lab prints is its result.
    disableConsoleIntercept: true,
  },
});
