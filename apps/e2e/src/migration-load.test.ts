import { expect, it } from "vitest";
import { migrateUnderLoad } from "./migration-load.ts";

it("a migration of 20,000 users under writes makes no writer wait for long", async () => {
  const { writes, maxMs } = await migrateUnderLoad(20_000);
  expect(writes).toBeGreaterThan(100);
  // The time limit for a lock is 1 s: a writer that had to wait for one would wait longer.
  expect(maxMs).toBeLessThan(1_000);
}, 60_000);
