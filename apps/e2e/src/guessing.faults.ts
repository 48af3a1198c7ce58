import { testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { CAP, guessedAt, guessFromMany, logInDuringFlood } from "./guessing.ts";

// The large forms of the tests in guessing.test.ts.

it("1,000 networks guess at one account, and its owner always logs in", async () => {
  expect(testServers().redisUrl).not.toBe("");
  const service = await guessedAt({ LIMIT_LOG_IN_ACCOUNT: "1000/60" });
  const result = await guessFromMany(service, { networks: 1_000, atOnce: 10 });
  const succeeded = result.ownerStatuses.filter((status) => status === 200).length;
  console.log("guesses", { ...result, ownerStatuses: undefined, ownerLogIns: succeeded });
  expect(result.statuses).toEqual([401]);
  expect(succeeded).toBe(100);
  expect(result.compared).toBe(CAP);
  await service.close();
});

it.each(["10", "12"])(
  "a flood on 80 connections leaves others 95 of 100 log-ins at cost %s",
  async (cost) => {
    expect(testServers().redisUrl).not.toBe("");
    const result = await logInDuringFlood({ connections: 80, logIns: 100, cost });
    console.log("flood", { cost, ...result });
    expect(result.succeeded).toBeGreaterThanOrEqual(95);
  },
);
