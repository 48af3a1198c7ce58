import { HOSTILE_SETTINGS, testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { liveWith } from "./hostile-database.ts";

it.skipIf(!testServers().redisUrl)("an account lives on a hostile database and Redis", async () => {
  await expect(liveWith(HOSTILE_SETTINGS, "redis")).resolves.toContain("@");
});

it("an account lives on a hostile database alone", async () => {
  await expect(liveWith(HOSTILE_SETTINGS, "tables")).resolves.toContain("@");
});
