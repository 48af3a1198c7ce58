import type { Ports } from "@postern/domain";
import type { RedisClient } from "./connect.ts";
import { redisRateLimiter } from "./rate-limiter.ts";
import { redisSessionStore } from "./session-store.ts";
import { redisTokenStore } from "./token-store.ts";

/** The stores on Redis. They take the place of those with the same names on Postgres. */
export const redisStores = (
  client: RedisClient,
): Pick<Ports, "limiter" | "sessions" | "tokens"> => ({
  limiter: redisRateLimiter(client),
  sessions: redisSessionStore(client),
  tokens: redisTokenStore(client),
});
