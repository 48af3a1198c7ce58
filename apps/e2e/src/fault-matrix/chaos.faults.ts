import { expect, it } from "vitest";
import { percentile } from "../event-traffic.ts";
import { runChaos } from "./chaos.ts";

/** Afterwards every account is compared. */
const COUNTED_WITHIN_MS = 900_000;
/** `CHAOS_MINUTES=10` is quicker. */
const MINUTES = Number(process.env["CHAOS_MINUTES"] ?? 60);

it(
  `${MINUTES} minutes of faults lose nothing that was acknowledged`,
  async () => {
    const end = await runChaos(MINUTES * 60_000, (line) => console.log(line));
    const { counts, healedMs, usage, statuses, accounts, lives } = end;
    console.log("chaos", {
      faults: Object.fromEntries(counts),
      healedMs: [0, 0.5, 0.9, 1].map((share) => percentile(healedMs, share)),
      statuses: Object.fromEntries(statuses),
      accounts: accounts.length,
      wholeLives: lives.length,
      lost: end.lost.length,
      lostEvents: end.lostEvents,
      wrongIdentities: end.wrongIdentities,
      zombies: end.zombies,
      lostSessions: end.lostSessions,
      unexpected: end.unexpected,
      usage,
    });
    expect(end.lost).toEqual([]);
    expect([end.lostEvents, end.wrongIdentities, end.zombies]).toEqual([0, 0, 0]);
    expect(end.unexpected).toEqual([]);
  },
  MINUTES * 60_000 + COUNTED_WITHIN_MS,
);
