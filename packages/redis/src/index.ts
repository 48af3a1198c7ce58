export { connectRedis, type RedisConnection } from "./connect.ts";
export { redisSessionStore } from "./session-store.ts";
export { redisTokenStore } from "./token-store.ts";
