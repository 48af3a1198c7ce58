import { testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { type EventService, OPEN, startEventService } from "../event-service.ts";
import { fuzz } from "./fuzz.ts";

const WIDE = "10000000/900";

/** Under a policy that lets fuzzed requests get far, and under the strict one. */
const POLICIES = {
  course: OPEN,
  strict: {
    POLICY: "strict",
    BCRYPT_COST: "10",
    LIMIT_LOG_IN_NETWORK: WIDE,
    LIMIT_MAIL_NETWORK: WIDE,
    LIMIT_REGISTRATION_NETWORK: WIDE,
    LIMIT_TOKEN_NETWORK: WIDE,
  },
};

async function started(policy: keyof typeof POLICIES): Promise<EventService> {
  return await startEventService({ environment: POLICIES[policy] });
}

it.skipIf(!testServers().redisUrl)(
  "thousands of fuzzed requests meet no 500 and no answer that differs from its description",
  async () => {
    for (const [policy, requests] of [
      ["course", 4_000],
      ["strict", 500],
    ] as const) {
      const service = await started(policy);
      const { findings, byStatus } = await fuzz({ origin: service.api.origin, seed: 1, requests });
      expect(findings).toEqual([]);
      expect(Object.keys(byStatus).length).toBeGreaterThan(5);
      await service.close();
    }
  },
  120_000,
);
