import { afterAll, vi } from "vitest";

// Test files share workers: what one has stubbed, the next must not find.
afterAll(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.useRealTimers();
});
