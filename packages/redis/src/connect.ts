import { Unavailable } from "@postern/domain";
import { Redis, type RedisOptions } from "ioredis";
import { evictionFault } from "./eviction.ts";
import { BEAT, SET_MARK, SURVEY } from "./fence-scripts.ts";
import {
  DELETE_USER,
  END,
  GIVE_BACK,
  LIST,
  LOOKUP_SESSIONS,
  OPEN,
  SYNC_USER,
  TOUCH,
} from "./scripts.ts";

/**
 * ioredis with the scripts as commands: sent by SHA-1, or whole if Redis does not know them. The
 * last argument of a script on sessions is the history under which it counts.
 */
export interface RedisClient extends Redis {
  posternLookupSessions(keys: number, ...keysFieldsAndHistory: string[]): Promise<string>;
  posternTouch(key: string, field: string, usedAtMs: number, history: string): Promise<null>;
  posternOpen(key: string, ...values: (string | number)[]): Promise<string | null>;
  posternEnd(key: string, prefix: string, history: string): Promise<[string, string] | null>;
  posternSyncUser(key: string, user: string, history: string): Promise<null>;
  posternDeleteUser(key: string, history: string): Promise<null>;
  posternList(key: string, history: string): Promise<[string, string][]>;
  posternGiveBack(key: string): Promise<null>;
  posternSurvey(markKey: string): Promise<[string, string]>;
  posternSetMark(markKey: string, mark: string, history: string): Promise<null>;
  posternBeat(markKey: string, beat: string, position: string, history: string): Promise<0 | 1>;
}

export interface RedisConnection {
  readonly client: RedisClient;
  /** Resolves if Redis answers within its time limit. */
  ping(): Promise<void>;
  /** Returns in words whether Redis may evict keys. */
  evictionFault(): Promise<string | undefined>;
  /** Resolves if Redis takes writes. */
  probeWrite(): Promise<void>;
  close(): Promise<void>;
}

/** Less than 1 s: a request that needs only Redis must receive its 503 within that time. */
const TIME_LIMIT_MS = 800;
const MAX_RETRY_DELAY_MS = 500;

const OPTIONS = {
  connectTimeout: TIME_LIMIT_MS,
  // Drops a connection that has gone silent, with every command on it. Slow replies have a time
  // limit of our own, one for all commands of a batch.
  socketTimeout: TIME_LIMIT_MS,
  maxLoadingRetryTime: MAX_RETRY_DELAY_MS,
  // A demoted primary answers, but refuses writes: reconnect to find the new one.
  reconnectOnError: ({ message }: Error) => message.startsWith("READONLY"),
  retryStrategy: (attempts: number) => Math.min(attempts * 50, MAX_RETRY_DELAY_MS),
  // A command that cannot be sent now fails now, and no command is sent twice. A command that was
  // sent may still run after its time limit: a session whose token no client received is harmless.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
} satisfies RedisOptions;

/** Connects, and reconnects after faults. Resolves after the first attempt, even if it failed. */
export async function connectRedis(
  url: string,
  onError: (error: Error) => void = () => undefined,
): Promise<RedisConnection> {
  const options = { ...OPTIONS, lazyConnect: true };
  const client = (
    url.startsWith("unix:") ? new Redis({ ...options, ...socketOf(url) }) : new Redis(url, options)
  ) as RedisClient;
  client.on("error", onError);
  const scripts = {
    posternTouch: TOUCH,
    posternOpen: OPEN,
    posternEnd: END,
    posternSyncUser: SYNC_USER,
    posternList: LIST,
    posternDeleteUser: DELETE_USER,
    posternGiveBack: GIVE_BACK,
    posternSurvey: SURVEY,
    posternSetMark: SET_MARK,
    posternBeat: BEAT,
  };
  for (const [name, lua] of Object.entries(scripts))
    client.defineCommand(name, { numberOfKeys: 1, lua });
  client.defineCommand("posternLookupSessions", { lua: LOOKUP_SESSIONS }); // any number of keys
  await client.connect().catch(onError); // it keeps trying; until then commands throw Unavailable
  return {
    client,
    ping: async () => void (await withTimeout(client.ping())),
    evictionFault: () => evictionFault(client),
    probeWrite: async () => void (await withTimeout(client.set("postern:ready", "", "PX", 1))),
    close: async () => client.disconnect(),
  };
}

/** `unix:///run/redis.sock?db=1`, which ioredis does not read. */
function socketOf(url: string): Pick<RedisOptions, "path" | "db" | "username" | "password"> {
  const { pathname, searchParams, username, password } = new URL(url);
  return {
    path: decodeURIComponent(pathname),
    db: Number(searchParams.get("db") ?? 0),
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  };
}

/** Errors in our commands, as opposed to faults of the server or the connection. */
const PROGRAMMER_ERROR = /^(ERR (?!max number of clients)|WRONGTYPE|NOSCRIPT|NOPERM|CROSSSLOT)/;

/** Returns the reply if it arrives in time. Throws `Unavailable` for every temporary fault. */
export async function withTimeout<Value>(
  reply: Promise<Value>,
  onSlow: () => void = () => undefined,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const limit = new Promise<never>((_, reject) => {
    const timeOut = () => {
      onSlow();
      reject(new Error("Redis did not answer in time"));
    };
    // If this process was busy, the reply may already wait in the socket. Node reads sockets before
    // it calls immediates, so that the reply still counts.
    timer = setTimeout(() => (immediate = setImmediate(timeOut)), TIME_LIMIT_MS);
  });
  try {
    return await Promise.race([reply, limit]);
  } catch (error) {
    throw toUnavailable(error);
  } finally {
    clearTimeout(timer);
    clearImmediate(immediate);
  }
}

/** Returns a programmer error unchanged, and every other error as `Unavailable`. */
export function toUnavailable(error: unknown): unknown {
  const isOurs = error instanceof Error && PROGRAMMER_ERROR.test(error.message);
  return isOurs ? error : new Unavailable("Redis is unavailable", { cause: error });
}
