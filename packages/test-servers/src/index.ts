export { testServers } from "./provided.ts";
export { type Proxy, startProxy } from "./proxy.ts";
export { redisProgram, startRedis } from "./redis.ts";
