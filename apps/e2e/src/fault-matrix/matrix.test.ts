import { initdbProgram, redisProgram, testServers } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import { hasProxies } from "../proxy-configs.ts";
import { type Fault, violationsOf, runCell } from "./cell.ts";
import { CONTROLS } from "./controls.ts";
import { REDIS_FAULTS } from "./redis-faults.ts";

// `pnpm test:faults` has every fault and every control.

const canRun = testServers().redisUrl && redisProgram() && initdbProgram() && hasProxies;
const TIMES = { calmMs: 1_000, faultMs: 1_500, patienceMs: 30_000 };
const killOf = (faults: readonly Fault[]) => faults.filter(({ name }) => name === "kill -9");

describe.skipIf(!canRun)("a fault under load on every route", () => {
  it.each(killOf(REDIS_FAULTS))(
    "$part, $name: loses nothing that was acknowledged",
    async (fault) => {
      const cell = await runCell(fault, TIMES);
      expect(violationsOf(cell)).toEqual([]);
      expect(cell.statuses[503]).toBeGreaterThan(0);
    },
    120_000,
  );

  it("shows in its column, if it loses something", async () => {
    const columns = ["lost changes", "lost events", "wrong identities"];
    const controls = CONTROLS.filter(({ column }) => columns.includes(column));
    const fault: Fault = {
      part: "none",
      name: "several losses",
      async begin(system) {
        for (const control of controls) await control.fault.begin(system);
      },
    };
    const cell = await runCell(fault, TIMES);
    expect(controls.filter(({ isSeen }) => isSeen(cell)).map(({ column }) => column)).toEqual(
      columns,
    );
  }, 120_000);
});
