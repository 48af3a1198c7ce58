export { connectRedis, type RedisConnection } from "./connect.ts";
export { redisStores } from "./stores.ts";
export { requireNoEviction } from "./eviction.ts";
