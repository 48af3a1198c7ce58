import { hash } from "@node-rs/bcrypt";
import { Redis } from "ioredis";
import { startApi } from "./api-process.ts";
import { percentile } from "./event-traffic.ts";
import { endlessly, networkOf, postFrom, type Reply } from "./from-network.ts";
import { fullStores } from "./stores.ts";
import { anEmail } from "./visitor.ts";

export const PASSWORD = "the owner's nine tortoises";
export const CAP = 100;

/** A strict service with one verified user, to guess at. */
export async function guessedAt(more: Readonly<Record<string, string>> = {}) {
  const stores = await fullStores();
  const api = await startApi({
    ...stores.environment,
    POLICY: "strict",
    PUBLIC_URL: "http://127.0.0.1",
    BCRYPT_COST: "10",
    LOG_LEVEL: "warn",
    ...more,
  });
  const email = anEmail("owner"); // the counters of other services are in the same Redis
  await stores.query(
    `insert into postern.users (id, email, email_key, password_hash, email_verified_at)
     values (gen_random_uuid(), $1, $1, $2, now())`,
    [email, await hash(PASSWORD, 10)],
  );

  /** Logs in from a network. */
  const logIn = (
    network: string,
    { password = "wrong", cookie = "", to = email, path = "/sessions" } = {},
  ): Promise<Reply> =>
    postFrom(network, { origin: api.origin, path, cookie }, { email: to, password });

  return {
    email,
    logIn,
    /** Returns how many guesses of unknown devices were compared since the last success of one. */
    async compared(): Promise<number> {
      const rows = await stores.query<{ most: number }>(
        "select max(failures) as most from postern.failure_counts",
      );
      return rows[0]?.most ?? 0;
    },
    async flushRedis() {
      const redis = new Redis(stores.environment["REDIS_URL"] ?? "");
      const keys = await redis.keys("postern:limit:*");
      if (keys.length > 0) await redis.del(...keys);
      redis.disconnect();
    },
    async close() {
      await api.end("SIGTERM");
      await stores.close();
    },
  };
}

export type GuessedAt = Awaited<ReturnType<typeof guessedAt>>;

/**
 * Guesses once from each of many networks. After every few guesses Redis forgets its counters, and
 * the owner logs in with a device that is known.
 */
export async function guessFromMany(
  service: GuessedAt,
  { networks, atOnce }: { readonly networks: number; readonly atOnce: number },
) {
  const first = await service.logIn("127.0.0.1", { password: PASSWORD });
  const cookie = first.cookies.join("; ");
  const statuses = new Set<number>();
  const ownerStatuses: number[] = [];
  let compared = 0;
  for (let index = 0; index < networks; index += atOnce) {
    const places = Array.from({ length: atOnce }, (_, lane) => networkOf(1_000 + index + lane));
    const guesses = await Promise.all(places.map((network) => service.logIn(network)));
    for (const { status } of guesses) statuses.add(status);
    await service.flushRedis();
    const own = await service.logIn("127.0.0.1", { password: PASSWORD, cookie });
    ownerStatuses.push(own.status);
    compared = Math.max(compared, await service.compared());
  }
  return { statuses: [...statuses], ownerStatuses, compared };
}

/** Logs in again and again from one network while another one floods the service with log-ins. */
export async function logInDuringFlood({
  connections,
  logIns,
  cost = "10",
}: {
  readonly connections: number;
  readonly logIns: number;
  readonly cost?: string;
}) {
  const service = await guessedAt({
    LIMIT_LOG_IN_NETWORK: "1000000/60",
    LIMIT_LOG_IN_PAIR: "1000000/60",
    LIMIT_LOG_IN_ACCOUNT: "1000000/60",
    BCRYPT_COST: cost,
  });
  const floodStatuses = new Map<number, number>();
  const stop = endlessly(connections, async () => {
    const { status } = await service.logIn("127.0.0.2", { to: `${Math.random()}@example.com` });
    floodStatuses.set(status, (floodStatuses.get(status) ?? 0) + 1);
  });
  const replies: Reply[] = [];
  for (let index = 0; index < logIns; index += 1)
    replies.push(await service.logIn("127.0.0.3", { password: PASSWORD }));
  await stop();
  await service.close();
  return {
    succeeded: replies.filter(({ status }) => status === 200).length,
    p99Ms: percentile(
      replies.map(({ ms }) => ms),
      0.99,
    ),
    floodStatuses: Object.fromEntries(floodStatuses),
  };
}
