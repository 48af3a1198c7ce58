import { hash } from "@node-rs/bcrypt";
import { medianDifference } from "@postern/disclosure-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApi } from "./api-process.ts";
import { CLOSED } from "./event-service.ts";
import { fullStores, type Stores } from "./stores.ts";

/**
 * `pnpm test:timing`: whether the time of a log-in tells the state of an address. Sends pairs of
 * log-ins, one for an unknown address and one for an address in another state, in an order that
 * alternates. The 99 % bootstrap interval of the median difference must lie within a millisecond,
 * and a mutant that adds 2 ms for known addresses must fail. `PAIRS` overrides the number of pairs.
 */
const PAIRS = Number(process.env["PAIRS"] ?? 5_000);
const COST = 8;
const WITHIN_MS = 1;
const MUTANT_MS = 2;
const WIDE = "10000000/86400";
/** The API reads the highest cost of a stored hash once a minute. */
const REFRESHED_MS = 61_000;

describe("the time of a log-in", () => {
  let stores: Stores;
  let api: ApiProcess;
  beforeAll(async () => {
    stores = await fullStores();
    api = await startApi({
      ...stores.environment,
      ...CLOSED,
      PUBLIC_URL: "http://127.0.0.1",
      BCRYPT_COST: String(COST),
      LOG_LEVEL: "fatal",
      LIMIT_LOG_IN_NETWORK: WIDE,
      LIMIT_LOG_IN_PAIR: WIDE,
      LIMIT_LOG_IN_ACCOUNT: WIDE,
      LIMIT_FAILURES: "10000000",
    });
  });
  afterAll(async () => {
    await api?.end("SIGTERM");
    await stores?.close();
  });

  /** Inserts a user in some state, and returns the address. */
  async function aUser(state: string, cost: number, set = "epoch = 0"): Promise<string> {
    const email = `${state}@example.com`;
    await stores.query(
      `insert into postern.users (id, email, email_key, password_hash, email_verified_at)
       values (gen_random_uuid(), $1, $1, $2, now())`,
      [email, await hash("the owner's nine tortoises", cost)],
    );
    await stores.query(`update postern.users set ${set} where email = $1`, [email]);
    return email;
  }

  /** Returns how long a log-in with a wrong password takes, in milliseconds. */
  async function timeOf(email: string, extraMs = 0): Promise<number> {
    const startedAt = performance.now();
    const response = await fetch(`${api.origin}/sessions`, {
      method: "POST",
      body: new URLSearchParams({ email, password: "wrong" }),
    });
    await response.text();
    expect(response.status).toBe(401);
    const answeredAt = performance.now();
    while (performance.now() < answeredAt + extraMs) continue;
    return performance.now() - startedAt;
  }

  /** Returns whether the interval of the difference lies within a millisecond. */
  async function isHidden(state: string, email: string, extraMs = 0): Promise<boolean> {
    const differences: number[] = [];
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const unknownFirst = pair % 2 === 0 ? await timeOf("unknown@example.com") : undefined;
      const known = await timeOf(email, extraMs);
      differences.push(known - (unknownFirst ?? (await timeOf("unknown@example.com"))));
    }
    const { median, low, high } = medianDifference(differences);
    const [shown, from, to] = [median, low, high].map((value) => value.toFixed(3));
    console.log(`${state}: ${shown} ms, 99 % from ${from} to ${to}, ${PAIRS} pairs`);
    return low > -WITHIN_MS && high < WITHIN_MS;
  }

  it.each([
    ["known", COST, undefined],
    ["cheaper", COST - 2, undefined],
    ["disabled", COST, "disabled_at = now()"],
    ["unverified", COST, "email_verified_at = null"],
  ])("is the same for a user who is %s as for an unknown address", async (state, cost, set) => {
    expect(await isHidden(state, await aUser(state, cost, set))).toBe(true);
  });

  it("shows a mutant that takes longer for a known address", async () => {
    const email = await aUser("mutant", COST);
    expect(await isHidden("mutant", email, MUTANT_MS)).toBe(false);
  });

  it("is the same for a user whose hash is dearer", async () => {
    const email = await aUser("dearer", COST + 1);
    await new Promise((resolve) => setTimeout(resolve, REFRESHED_MS));
    expect(await isHidden("dearer", email)).toBe(true);
  });
});
