import { testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { requestDuringMailFlood } from "./mail-flood.ts";

it.each([
  ["with the limits of the strict policy", {}],
  // Then only the fair queue of mails is left.
  ["without a limit for the network", { LIMIT_MAIL_NETWORK: "1000000/60" }],
])("20 reset mails arrive within 5 s during a flood of requests, %s", async (limits, more) => {
  expect(testServers().redisUrl).not.toBe("");
  const result = await requestDuringMailFlood({ people: 20, known: 2_000, everyMs: 3_000, more });
  console.log("mail flood", limits, result);
  expect(result.tookMs.filter((ms) => ms > 5_000)).toEqual([]);
});
