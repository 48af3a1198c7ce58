import { expect, it } from "vitest";
import { runKills } from "./kills.ts";

// The small form; `pnpm test:kills` is the long one.
it("embedded mode loses nothing it has acknowledged, killed whenever", async () => {
  const tally = await runKills(4);
  expect(tally).toMatchObject({ kills: 4, firstStarts: 2, lost: 0 });
  expect(tally.acknowledged).toBeGreaterThan(0);
}, 120_000);
