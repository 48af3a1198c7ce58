import { answered, faultOf, type RedisClient } from "./connect.ts";
import { WRONG } from "./scripts.ts";

/** A session and its user as `scripts.ts` packs them, a space between, and Redis' time then, in ms. */
export interface Look {
  readonly packed: string;
  readonly at: number;
}

interface Asked {
  readonly key: string;
  readonly field: string;
  resolve(look: Look | undefined): void;
  reject(error: unknown): void;
}

/** Redis does nothing else while it runs a script, so that it must be done within half a millisecond. */
const MOST_AT_ONCE = 200;

/**
 * Looks for sessions. All that are looked for in one turn of the event loop are one command: that
 * costs Redis and us less than a command each, and one reading of Redis' clock serves them all.
 */
export function looks(
  client: RedisClient,
): (key: string, field: string) => Promise<Look | undefined> {
  let asked: Asked[] = [];

  function ask(): void {
    const now = asked;
    asked = [];
    for (let from = 0; from < now.length; from += MOST_AT_ONCE)
      void lookFor(client, now.slice(from, from + MOST_AT_ONCE));
  }

  return (key, field) =>
    new Promise((resolve, reject) => {
      if (asked.push({ key, field, resolve, reject }) === 1) setImmediate(ask);
    });
}

async function lookFor(client: RedisClient, asked: readonly Asked[]): Promise<void> {
  const [keys, fields] = [asked.map(({ key }) => key), asked.map(({ field }) => field)];
  try {
    const asking = client.posternLook(keys.length, ...keys, ...fields);
    // A connection that is slow, but never silent, would be so for ever: the next one may be quick.
    const answer = await answered(asking, () => client.disconnect(true));
    const [at, ...found] = answer.split("\n");
    // Nothing that is kept has a line's end in it; if anything had, nobody must get another's line.
    if (found.length !== asked.length) throw new Error("Redis answers something else");
    asked.forEach((one, n) => settle(one, found[n] ?? "", Number(at)));
  } catch (error) {
    for (const { reject } of asked) reject(error);
  }
}

function settle({ resolve, reject }: Asked, found: string, at: number): void {
  if (found === "") resolve(undefined);
  else if (found.startsWith(WRONG)) reject(faultOf(new Error(found.slice(WRONG.length))));
  else resolve({ packed: found, at });
}
