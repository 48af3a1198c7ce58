import { redisProgram, testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { percentile } from "./event-traffic.ts";
import { startFailoverService, type Topology } from "./failovers.ts";
import { startLoad } from "./fault-matrix/load.ts";

// The large form of failovers.test.ts.

const [RUNS, KILLS] = [50, 20];

it.each<Topology>(["sentinel", "cluster"])(
  "50 failovers with %s bring back no session that a reset or a log-out ended",
  async (topology) => {
    const program = redisProgram();
    if (!program) throw new Error("there is no redis-server");
    expect(testServers().redisUrl).not.toBe("");
    const service = await startFailoverService(program, topology);
    const healedMs: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const { revived, healedAfterMs } = await service.failOverAfter(run % 2 ? "log-out" : "reset");
      expect(revived).toBe(0);
      healedMs.push(healedAfterMs);
      if (healedMs.length % 10 === 0) console.log(topology, healedMs.length, "runs, none revived");
    }
    console.log("failovers", topology, distributionOf(healedMs));
    await service.stop();
  },
);

it.each<Topology>(["sentinel", "cluster"])(
  "20 primaries of %s that are killed under load take no change and no session's end back",
  async (topology) => {
    const program = redisProgram();
    if (!program) throw new Error("there is no redis-server");
    const service = await startFailoverService(program, topology);
    const load = await startLoad(service.api.origin);
    const healedMs: number[] = [];
    for (let run = 0; run < KILLS; run += 1) healedMs.push(await service.killPrimary(load));
    await load.stop();
    const { zombies, wrongIdentities, unexpected, statuses, lostSessions } = load.seen;
    console.log("kills under load", topology, {
      ...distributionOf(healedMs),
      statuses: Object.fromEntries(statuses),
      lostSessions,
    });
    expect({ zombies, wrongIdentities, unexpected }).toEqual({
      zombies: 0,
      wrongIdentities: 0,
      unexpected: [],
    });
    await service.stop();
  },
);

const distributionOf = (values: readonly number[]) => ({
  runs: values.length,
  ms: [0, 0.5, 0.9, 1].map((share) => percentile(values, share)),
});
