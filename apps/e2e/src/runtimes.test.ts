import { testServers } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import { liveThrough } from "./account-life.ts";
import { startEventService } from "./event-service.ts";

/** Every answer is compared with the service's description. The course runs here too: modes.ts. */
describe.skipIf(!testServers().redisUrl)("an account lives, with the API", () => {
  it.each(["bun", "deno"] as const)(
    "on %s",
    async (runtime) => {
      const service = await startEventService({
        runtime,
        environment: { POLICY: "strict", BCRYPT_COST: "10" },
      });
      await service.startWorker();
      expect(await liveThrough(service)).toContain("@");
      expect(await service.api.end("SIGTERM")).toBe(0);
      await service.close();
    },
    60_000,
  );
});
