import type { Place, RateLimiter } from "@postern/domain";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { type RedisClient, withTimeout } from "./connect.ts";
import { TAKE } from "./scripts.ts";

/** Windows of attempts in keys that expire by Redis' own clock. */
export function redisRateLimiter(client: RedisClient): RateLimiter {
  const limiters = new Map<string, RateLimiterRedis>();
  const limiterFor = ({ name, limit }: Place) => {
    const budget = `${name} ${limit.places} ${limit.windowSeconds}`;
    const found = limiters.get(budget);
    if (found) return found;
    const limiter = new RateLimiterRedis({
      storeClient: client,
      keyPrefix: `postern:limit:${name}`,
      points: limit.places,
      customIncrTtlLuaScript: TAKE,
      duration: limit.windowSeconds,
    });
    limiters.set(budget, limiter);
    return limiter;
  };

  return {
    async take(place) {
      const limiter = limiterFor(place);
      // `consume` rejects with the state of the window if no place is left.
      const taking = limiter.consume(place.key).catch((refused: unknown) => {
        if (refused instanceof RateLimiterRes) return refused;
        throw refused;
      });
      const { consumedPoints, msBeforeNext } = await withTimeout(taking);
      return consumedPoints > limiter.points ? Math.max(1, msBeforeNext) : undefined;
    },

    // Not with the library's `reward`: after the window it would start the next one below zero.
    async giveBack(place) {
      await withTimeout(client.posternGiveBack(limiterFor(place).getKey(place.key)));
    },

    async clear(place) {
      await withTimeout(limiterFor(place).delete(place.key));
    },
  };
}
