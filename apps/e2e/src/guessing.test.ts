import { testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { CAP, endlessly, guessedAt, networkOf, PASSWORD } from "./guessing.ts";

const { redisUrl } = testServers();

it.skipIf(!redisUrl)(
  "guesses from many networks end at the cap, Redis flushed in between, and the owner logs in",
  async () => {
    const service = await guessedAt({ LIMIT_LOG_IN_ACCOUNT: "1000/60" });
    const first = await service.logIn("127.0.0.1", { password: PASSWORD });
    expect(first.status).toBe(200);
    const cookie = first.cookies.join("; ");
    const statuses = new Set<number>();
    for (let index = 0; index < 150; index += 10) {
      const networks = Array.from({ length: 10 }, (_, lane) => networkOf(1_000 + index + lane));
      const guesses = await Promise.all(networks.map((network) => service.logIn(network)));
      for (const { status } of guesses) statuses.add(status);
      await service.flushRedis();
      const own = await service.logIn("127.0.0.1", { password: PASSWORD, cookie });
      expect(own.status).toBe(200);
    }
    expect([...statuses]).toEqual([401]);
    expect(await service.compared()).toBe(CAP);
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
    const service = await guessedAt({ LIMIT_LOG_IN_NETWORK: "1000000/60" });
    const stop = endlessly(40, () =>
      service.logIn("127.0.0.2", { to: `${Math.random()}@example.com` }),
    );
    const statuses: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const { status } = await service.logIn("127.0.0.3", { password: PASSWORD });
      statuses.push(status);
    }
    await stop();
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(19);
    await service.close();
  },
  120_000,
);
