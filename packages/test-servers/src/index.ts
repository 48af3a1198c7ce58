export { testServers } from "./provided.ts";
export { type RedisProgram, redisProgram, startRedis } from "./redis.ts";
export { startPostgres } from "./postgres.ts";
export { type Proxy, startProxy } from "./proxy.ts";
export { freePort, type RunningServer } from "./spawn-server.ts";
