import { expect, it } from "vitest";
import { runKills } from "./kills.ts";

// The small form; `pnpm test:kills` is the long one.
it("embedded mode, killed at any moment, loses nothing that it acknowledged", async () => {
  const tally = await runKills(4);
  expect(tally).toMatchObject({ kills: 4, firstStarts: 2, lost: 0 });
  expect(tally.acknowledged).toBeGreaterThan(0);
}, 120_000);
