import { redisProgram } from "@postern/test-servers";
import { expect, it } from "vitest";
import { runCrashes } from "./crashes.ts";
import { STEPS } from "./failpoints.ts";

/** The small form of `pnpm test:faults`: each step once. */
it.skipIf(!redisProgram())(
  "killing the API or the worker at any step loses no event",
  async () => {
    const tally = await runCrashes({ kills: STEPS.length, lanes: 3, endpoints: 1 });
    expect(tally).toMatchObject({ kills: STEPS.length, lost: [], missing: [] });
    expect(Object.keys(tally.killsByStep)).toHaveLength(STEPS.length);
    expect(tally.duplicates).toBeLessThanOrEqual(tally.kills);
    expect(tally.mostAtOneReceiver).toBeLessThanOrEqual(1);
    expect(tally.acknowledged).toBeGreaterThan(STEPS.length);
  },
  300_000,
);
