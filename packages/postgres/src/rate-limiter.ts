import type { Place, RateLimiter } from "@postern/domain";
import { CompiledQuery, type Kysely, sql } from "kysely";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import type { Schema } from "./schema.ts";

interface Query {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** Windows of attempts in the table `rate_limits`, for installations without Redis. */
export function postgresRateLimiter(db: Kysely<Schema>): RateLimiter {
  const storeClient = {
    async query({ text, values = [] }: Query) {
      const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...values]));
      return { rows, rowCount: rows.length };
    },
  };
  const limiters = new Map<string, RateLimiterPostgres>();
  const limiterFor = ({ name, limit }: Place) => {
    const budget = `${name} ${limit.places} ${limit.windowSeconds}`;
    const found = limiters.get(budget);
    if (found) return found;
    const limiter = new RateLimiterPostgres({
      storeClient,
      storeType: "pool",
      schemaName: "postern",
      tableName: "rate_limits",
      tableCreated: true,
      clearExpiredByTimeout: false, // the worker deletes them
      keyPrefix: name,
      points: limit.places,
      duration: limit.windowSeconds,
    });
    limiters.set(budget, limiter);
    return limiter;
  };

  /**
   * Not with the library's `reward`: after the window it would start the next one below zero.
   */
  async function giveBack(place: Place, ifMoreThan = 0): Promise<void> {
    const key = limiterFor(place).getKey(place.key);
    await sql`
      update postern.rate_limits set points = points - 1
      where key = ${key} and points > ${ifMoreThan} and expire > ${Date.now()}`.execute(db);
  }

  return {
    async take(place) {
      const limiter = limiterFor(place);
      try {
        await limiter.consume(place.key);
        return undefined;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        await giveBack(place, place.limit.places); // it does not count
        return Math.max(1, refused.msBeforeNext);
      }
    },

    giveBack: (place) => giveBack(place),

    async clear(place) {
      await limiterFor(place).delete(place.key);
    },
  };
}
