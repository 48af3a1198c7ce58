import { type RedisClient, toUnavailable, withTimeout } from "./connect.ts";
import { ERROR_PREFIX, FIELD_SEPARATOR } from "./scripts.ts";

/** A session and its user as `codec.ts` encodes them, and the time on Redis' clock. */
export interface SessionLookup {
  readonly session: string;
  readonly user: string;
  readonly nowMs: number;
}

interface PendingLookup {
  readonly key: string;
  readonly field: string;
  resolve(lookup: SessionLookup | undefined): void;
  reject(error: unknown): void;
}

/** Maximum batch size. A full batch is sent at once, so that Redis works while we keep reading. */
const MAX_BATCH_SIZE = 24;

/**
 * Batches session lookups, as DataLoader does (https://github.com/graphql/dataloader). All lookups
 * of one turn of the event loop become one command: cheaper for Redis and for us than one command
 * each, and one reading of Redis' clock serves them all. Nothing is cached.
 */
export function sessionBatcher(client: RedisClient) {
  let batch: PendingLookup[] = [];

  function dispatch(): void {
    const current = batch;
    batch = [];
    if (current.length > 0) void dispatchBatch(client, current);
  }

  return {
    load(key: string, field: string): Promise<SessionLookup | undefined> {
      return new Promise((resolve, reject) => {
        const size = batch.push({ key, field, resolve, reject });
        // setImmediate runs after the poll phase, in which Node reads every socket that has data. A
        // microtask or process.nextTick would run after each socket's callback, and so send one
        // command per request.
        if (size === 1) setImmediate(dispatch);
        else if (size === MAX_BATCH_SIZE) dispatch();
      });
    },
  };
}

async function dispatchBatch(client: RedisClient, batch: readonly PendingLookup[]): Promise<void> {
  const keys = batch.map(({ key }) => key);
  const fields = batch.map(({ field }) => field);
  try {
    const reply = client.posternLookupSessions(keys.length, ...keys, ...fields);
    // A connection that is slow but not silent would stay slow: drop it, the next one may be quick.
    const lines = (await withTimeout(reply, () => client.disconnect(true))).split("\n");
    const [nowMs, ...found] = lines;
    // No stored value contains a line break. If one did, a caller could receive another one's line.
    if (found.length !== batch.length) throw new Error("unexpected reply from Redis");
    batch.forEach((pending, index) => settle(pending, found[index] ?? "", Number(nowMs)));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

function settle({ resolve, reject }: PendingLookup, line: string, nowMs: number): void {
  if (line === "") return resolve(undefined);
  if (line.startsWith(ERROR_PREFIX))
    return reject(toUnavailable(new Error(line.slice(ERROR_PREFIX.length))));
  const [session = "", user = ""] = line.split(FIELD_SEPARATOR);
  resolve({ session, user, nowMs });
}
