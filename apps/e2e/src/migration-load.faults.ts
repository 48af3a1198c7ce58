import { expect, it } from "vitest";
import { migrateUnderLoad } from "./migration-load.ts";

// The large form of migration-load.test.ts.

it("a migration of 1,000,000 users under writes makes no writer wait for long", async () => {
  const result = await migrateUnderLoad(1_000_000);
  console.log("migration", result);
  expect(result.maxMs).toBeLessThan(1_000);
});
