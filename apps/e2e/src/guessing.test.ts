import { testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { CAP, guessedAt, guessFromMany, logInDuringFlood, PASSWORD } from "./guessing.ts";
import { networkOf } from "./from-network.ts";

const { redisUrl } = testServers();

it.skipIf(!redisUrl)(
  "guesses from many networks end at the cap, Redis flushed in between, and the owner logs in",
  async () => {
    const service = await guessedAt({ LIMIT_LOG_IN_ACCOUNT: "1000/60" });
    const { statuses, ownerStatuses, compared } = await guessFromMany(service, {
      networks: 150,
      atOnce: 10,
    });
    expect(statuses).toEqual([401]);
    expect(ownerStatuses).toEqual(Array(15).fill(200));
    expect(compared).toBe(CAP);
    // From an unknown device even the right password is refused now, in the same words.
    expect((await service.logIn(networkOf(5_000), { password: PASSWORD })).status).toBe(401);
    await service.close();
  },
  120_000,
);

it.skipIf(!redisUrl)(
  "200 parallel guesses at a limit of 10 are compared at most ten times, on Redis and on tables",
  async () => {
    for (const REDIS_URL of [redisUrl, ""]) {
      const service = await guessedAt({ REDIS_URL, LIMIT_LOG_IN_ACCOUNT: "10/900" });
      const networks = Array.from({ length: 200 }, (_, index) => networkOf(2_000 + index));
      await Promise.all(networks.map((network) => service.logIn(network)));
      expect(await service.compared()).toBeLessThanOrEqual(10);
      await service.close();
    }
  },
  120_000,
);

it.skipIf(!redisUrl)(
  "guesses from one network receive 429 with Retry-After, and no other network does",
  async () => {
    const service = await guessedAt();
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1)
      statuses.push((await service.logIn("127.0.0.2")).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect((await service.logIn("127.0.0.3", { password: PASSWORD })).status).toBe(200);
    await service.close();
  },
  60_000,
);

it.skipIf(!redisUrl)(
  "spellings of the path and of the address share one limit",
  async () => {
    const service = await guessedAt();
    const { email } = service;
    const paths = ["/sessions", "/sessions?", "/sessions?x=1", "http://127.0.0.1/sessions"];
    const spellings = [email, email.toUpperCase(), ` ${email}`, `${email}\t`];
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      const given = { path: paths[index % 4] ?? "", to: spellings[index % 3] ?? "" };
      statuses.push((await service.logIn("127.0.0.4", given)).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    await service.close();
  },
  60_000,
);

it.skipIf(!redisUrl)(
  "a flood of log-ins from one network leaves those of another one",
  async () => {
    const { succeeded } = await logInDuringFlood({ connections: 40, logIns: 20 });
    expect(succeeded).toBeGreaterThanOrEqual(19);
  },
  120_000,
);
