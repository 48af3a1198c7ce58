import { answered, type RedisClient } from "./connect.ts";

/** Redis' own time, as of now, in ms. */
export type RedisTime = () => number;

/**
 * Redis' own time, for judging what Redis keeps: however far apart the clocks of our processes are,
 * sessions have one. It is asked for once a turn of the event loop and travels in the pipeline of
 * whatever else is asked in that turn, so it costs no round trip and, under load, next to nothing. What
 * is judged by it may be answered later, in another pipeline; so the time since is added.
 */
export function redisClock(client: RedisClient): () => Promise<RedisTime> {
  let asked: Promise<RedisTime> | undefined;
  return () => {
    if (asked) return asked;
    asked = timeOf(client);
    setImmediate(() => (asked = undefined));
    return asked;
  };
}

async function timeOf(client: RedisClient): Promise<RedisTime> {
  const [seconds, microseconds] = await answered(client.time());
  const answeredAt = performance.now();
  const then = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  return () => then + Math.floor(performance.now() - answeredAt);
}
