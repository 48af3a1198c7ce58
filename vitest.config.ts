import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const patience = { testTimeout: 30_000, hookTimeout: 60_000 };
/** A test without an assertion cannot fail, so it fails. */
const strict = { expect: { requireAssertions: true } };

/** Most tests wait for stores, processes and clocks, so two files at once suit two CPUs. */
const together = { maxWorkers: Math.max(2, availableParallelism() - 1) };

/** Tests that put load on every CPU, or measure what the service does in a time. One at a time. */
const ALONE = [
  "apps/api/src/connection-end.test.ts",
  "apps/api/src/slow-sockets.test.ts",
  "apps/e2e/src/failovers.test.ts",
  "apps/e2e/src/fault-matrix/*.test.ts",
  "apps/e2e/src/processes.test.ts",
  "apps/e2e/src/proxies.test.ts",
];

/** Minutes each. The tests hold a small form of every one. */
const long = {
  globalSetup: ["packages/test-servers/src/global-setup.ts"],
  fileParallelism: false,
  disableConsoleIntercept: true,
  ...strict,
  testTimeout: 3_600_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    // Stopping servers and dropping databases takes long on a busy machine.
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: "repository",
          include: ["packages/checks/src/**/*.test.ts"],
          ...together,
          ...patience,
          ...strict,
        },
      },
      {
        test: {
          name: "code",
          include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts"],
          exclude: ["packages/checks/**", ...ALONE],
          // Real Postgres and real Redis, found or started once for the whole run.
          globalSetup: ["packages/test-servers/src/global-setup.ts"],
          ...together,
          ...patience,
          ...strict,
        },
      },
      {
        test: {
          name: "alone",
          include: ALONE,
          globalSetup: ["packages/test-servers/src/global-setup.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          ...patience,
          ...strict,
        },
      },
      // `pnpm test:faults` and `pnpm test:timing`
      { test: { name: "faults", include: ["apps/e2e/src/**/*.faults.ts"], ...long } },
      { test: { name: "timing", include: ["apps/e2e/src/**/*.timing.ts"], ...long } },
    ],
  },
});
