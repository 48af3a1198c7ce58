import type { Ports } from "@postern/domain";
import type { RedisClient } from "./connect.ts";
import type { Fence } from "./fence.ts";
import { redisRateLimiter } from "./rate-limiter.ts";
import { redisSessionStore } from "./session-store.ts";
import { redisTokenStore } from "./token-store.ts";

/**
 * The stores on Redis. They take the place of those with the same names on Postgres. The fence is
 * `sessionFence`, or `noFence`.
 */
export const redisStores = (
  client: RedisClient,
  fence: Fence,
): Pick<Ports, "limiter" | "sessions" | "tokens"> => ({
  limiter: redisRateLimiter(client),
  sessions: redisSessionStore(client, fence),
  tokens: redisTokenStore(client),
});
