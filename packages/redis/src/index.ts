export { connectRedis, type RedisConnection } from "./connect.ts";
export { requireNoEviction } from "./eviction.ts";
export { type Fence, noFence, sessionFence } from "./fence.ts";
export { openFence } from "./open-fence.ts";
export { redisStores } from "./stores.ts";
