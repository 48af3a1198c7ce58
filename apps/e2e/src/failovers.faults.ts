import { redisProgram, testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { startFailoverService, type Topology } from "./failovers.ts";

// The large form of failovers.test.ts.

const RUNS = 50;

it.each<Topology>(["sentinel", "cluster"])(
  "50 failovers with %s bring back no session that a reset or a log-out ended",
  async (topology) => {
    const program = redisProgram();
    if (!program) throw new Error("there is no redis-server");
    expect(testServers().redisUrl).not.toBe("");
    const service = await startFailoverService(program, topology);
    const healedMs: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const { revived, healedAfterMs } = await service.failOver(run % 2 ? "log-out" : "reset");
      expect(revived).toBe(0);
      healedMs.push(healedAfterMs);
      if (healedMs.length % 10 === 0) console.log(topology, healedMs.length, "runs, none revived");
    }
    const sorted = healedMs.toSorted((one, other) => one - other);
    const at = (share: number) => sorted[Math.floor(share * (RUNS - 1))];
    console.log("failovers", topology, {
      runs: RUNS,
      p0: at(0),
      p50: at(0.5),
      p90: at(0.9),
      p100: at(1),
    });
    await service.stop();
  },
);
