import { answered, type RedisClient } from "./connect.ts";

/**
 * Redis' own time in ms, for judging what Redis keeps: however far apart the clocks of our processes
 * are, sessions have one. It is asked for once a turn of the event loop and travels in the pipeline of
 * whatever else is asked in that turn, so it costs no round trip and, under load, next to nothing.
 */
export function redisClock(client: RedisClient): () => Promise<number> {
  let asked: Promise<number> | undefined;
  return () => {
    if (asked) return asked;
    const now = timeOf(client);
    now.catch(() => undefined); // for whoever asks and then has no more use for it
    asked = now;
    setImmediate(() => (asked = undefined));
    return now;
  };
}

async function timeOf(client: RedisClient): Promise<number> {
  const [seconds, microseconds] = await answered(client.time());
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}
