import type { Ports } from "@postern/domain";
import type { RedisClient } from "./connect.ts";
import { redisSessionStore } from "./session-store.ts";
import { redisTokenStore } from "./token-store.ts";

/** The stores on Redis. They take the place of `sessions` and `tokens` on Postgres. */
export const redisStores = (client: RedisClient): Pick<Ports, "sessions" | "tokens"> => ({
  sessions: redisSessionStore(client),
  tokens: redisTokenStore(client),
});
