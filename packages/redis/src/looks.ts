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

/** So many leave at once: Redis looks for them while we read on, and others need not wait long for it. */
const MOST_AT_ONCE = 24;

/**
 * Looks for sessions. What is looked for in one turn of the event loop is one command, or a few: that
 * costs Redis and us less than a command each, and one reading of Redis' clock serves them all.
 */
export function looks(
  client: RedisClient,
): (key: string, field: string) => Promise<Look | undefined> {
  let asked: Asked[] = [];

  function ask(): void {
    const now = asked;
    asked = [];
    if (now.length > 0) void lookFor(client, now);
  }

  return (key, field) =>
    new Promise((resolve, reject) => {
      const waiting = asked.push({ key, field, resolve, reject });
      if (waiting === 1) setImmediate(ask);
      else if (waiting === MOST_AT_ONCE) ask();
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
