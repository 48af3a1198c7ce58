import { redisProgram, testServers } from "@postern/test-servers";
import { afterEach, describe, expect, it } from "vitest";
import { type FailoverService, startFailoverService, type Topology } from "./failovers.ts";

const { redisUrl } = testServers();
const program = redisProgram();

describe.skipIf(!redisUrl || !program).each<Topology>(["sentinel", "cluster"])(
  "a failover of Redis, with %s, to a replica that missed the end of a session",
  (topology) => {
    let service: FailoverService | undefined;
    afterEach(() => service?.stop());

    it("brings no session back", async () => {
      if (!program)
        throw new Error("there is no Redis program, so this test should have been skipped");
      service = await startFailoverService(program, topology);
      for (const by of ["log-out", "reset"] as const)
        expect(await service.failOverAfter(by)).toMatchObject({ revived: 0 });
    }, 120_000);

    it("brings the session back if the fence is off, so the test above can fail", async () => {
      if (!program)
        throw new Error("there is no Redis program, so this test should have been skipped");
      service = await startFailoverService(program, topology, { REDIS_FENCE: "off" });
      expect(await service.failOverAfter("log-out")).toMatchObject({ revived: 1 });
    }, 60_000);
  },
);
