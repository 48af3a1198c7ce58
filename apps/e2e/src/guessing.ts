import { request } from "node:http";
import { hash } from "@node-rs/bcrypt";
import { Redis } from "ioredis";
import { startApi } from "./api-process.ts";
import { fullStores } from "./stores.ts";
import { anEmail } from "./visitor.ts";

export const PASSWORD = "the owner's nine tortoises";
export const CAP = 100;

interface Reply {
  readonly status: number;
  readonly ms: number;
  readonly cookies: readonly string[];
}

/** An address of this machine: all of 127/8 are. Each counts as a network of its own. */
export const networkOf = (index: number) =>
  `127.${1 + Math.floor(index / 65_536)}.${Math.floor(index / 256) % 256}.${index % 256}`;

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
    `insert into users (id, email, email_key, password_hash, email_verified_at)
     values (gen_random_uuid(), $1, $1, $2, now())`,
    [email, await hash(PASSWORD, 10)],
  );
  const { port } = new URL(api.origin);

  /** Logs in from a network, and never waits longer than ten seconds. */
  const logIn = (
    network: string,
    { password = "wrong", cookie = "", to = email, path = "/sessions" } = {},
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const sending = request(
        {
          host: "127.0.0.1",
          port,
          localAddress: network,
          method: "POST",
          path,
          agent: false,
          timeout: 10_000,
          headers: { "content-type": "application/x-www-form-urlencoded", cookie },
        },
        (response) => {
          response.resume();
          response.once("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              ms: performance.now() - startedAt,
              cookies: (response.headers["set-cookie"] ?? []).map((one) => one.split(";")[0] ?? ""),
            }),
          );
        },
      );
      sending.once("timeout", () => sending.destroy(new Error("no answer")));
      sending.once("error", reject);
      sending.end(new URLSearchParams({ email: to, password }).toString());
    });

  return {
    email,
    logIn,
    /** Returns how many guesses of unknown devices were compared since the last success of one. */
    async compared(): Promise<number> {
      const rows = await stores.query<{ most: number }>(
        "select max(failures) as most from failure_counts",
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

/** Calls `act` again and again in some lanes until it is stopped. Returns how to stop. */
export function endlessly(lanes: number, act: () => Promise<unknown>): () => Promise<void> {
  const stopping = new AbortController();
  const lane = async () => {
    while (!stopping.signal.aborted) await act().catch(() => undefined);
  };
  const all = Promise.all(Array.from({ length: lanes }, lane));
  return async () => {
    stopping.abort();
    await all;
  };
}
