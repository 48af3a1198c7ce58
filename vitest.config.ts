import { defineConfig } from "vitest/config";

const patience = { testTimeout: 30_000, hookTimeout: 60_000 };
/** A test without an assertion cannot fail, so it fails. */
const strict = { expect: { requireAssertions: true } };

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
    projects: [
      {
        test: {
          name: "repository",
          include: ["packages/checks/src/**/*.test.ts"],
          ...patience,
          ...strict,
        },
      },
      {
        test: {
          name: "code",
          include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts"],
          exclude: ["packages/checks/**"],
          // Real Postgres and real Redis, found or started once for the whole run.
          globalSetup: ["packages/test-servers/src/global-setup.ts"],
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
