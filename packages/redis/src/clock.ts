import { fail, type RedisClient, TIME_LIMIT_MS } from "./connect.ts";

/** What is asked of Redis in one turn of the event loop. */
interface Turn {
  /** Redis' own time, as of when it is looked at, in ms. */
  readonly time: Promise<() => number>;
  /** How much has been asked and not been answered. */
  open: number;
}

/**
 * Redis' own time, for judging what Redis keeps: however far apart the clocks of our processes are,
 * sessions have one. It is asked for once a turn and travels in the pipeline of whatever else is asked
 * in it, so it costs no round trip and, under load, next to nothing. What is judged by it may be
 * answered later, in another pipeline; so the time since is added.
 *
 * What is not answered in time takes its connection with it: one timer for each turn, where ioredis has
 * one for each command.
 */
export function redisTurns(client: RedisClient): () => Turn {
  let turn: Turn | undefined;
  return () => {
    if (turn) return turn;
    const begun: Turn = { time: timeOf(client), open: 0 };
    const giveUp = () => begun.open > 0 && client.disconnect(true);
    setTimeout(giveUp, TIME_LIMIT_MS).unref();
    setImmediate(() => (turn = undefined));
    return (turn = begun);
  };
}

/** Asks something in a turn, which counts it while it is not answered. */
export async function within<Value>(
  turn: Turn,
  ask: (time: Turn["time"]) => Promise<Value>,
): Promise<Value> {
  turn.open += 1;
  try {
    return await ask(turn.time);
  } finally {
    turn.open -= 1;
  }
}

async function timeOf(client: RedisClient): Promise<() => number> {
  const [seconds, microseconds] = await client.time().catch(fail);
  const answeredAt = performance.now();
  const then = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  return () => then + Math.floor(performance.now() - answeredAt);
}
