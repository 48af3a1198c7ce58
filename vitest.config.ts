import { defineConfig } from "vitest/config";

const patience = { testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "repository",
          include: ["packages/checks/src/**/*.test.ts"],
          ...patience,
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
        },
      },
    ],
  },
});
