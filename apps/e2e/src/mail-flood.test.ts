import { testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { requestDuringMailFlood } from "./mail-flood.ts";

it.skipIf(!testServers().redisUrl)(
  "one client's requests for resets do not delay the reset mails of others",
  async () => {
    const { tookMs, floodedMails } = await requestDuringMailFlood({
      people: 3,
      known: 200,
      everyMs: 1_000,
      more: { LIMIT_MAIL_NETWORK: "1000000/60" },
    });
    expect(floodedMails).toBeGreaterThan(0);
    expect(tookMs.filter((ms) => ms > 5_000)).toEqual([]);
  },
  120_000,
);
