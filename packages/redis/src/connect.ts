import { Unavailable } from "@postern/domain";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { evictionFault } from "./eviction.ts";
import { BEAT, isNoPrimary, SET_MARK, SURVEY } from "./fence-scripts.ts";
import { markKeyOf, PARTITIONS } from "./partition.ts";
import { parseRedisUrl, type RedisAddress } from "./redis-url.ts";
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
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY") || isNoPrimary(error),
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
  const client = open(parseRedisUrl(url));
  client.on("error", onError);
  let isClosed = false;
  // With sentinels ioredis gives up for good if a failover is reported while it is connecting.
  client.on("end", () => {
    if (isClosed) return;
    setTimeout(() => void (isClosed || client.connect().catch(onError)), MAX_RETRY_DELAY_MS);
  });
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
    async ping() {
      const primaries = primariesOf(client);
      if (primaries.length === 0) throw new Unavailable("Redis Cluster does not answer");
      await withTimeout(Promise.all(primaries.map((primary) => primary.ping())));
    },
    async evictionFault() {
      const faults = await Promise.all(primariesOf(client).map(evictionFault));
      return faults.find((fault) => fault !== undefined);
    },
    async probeWrite() {
      const keys = client.isCluster
        ? Array.from({ length: PARTITIONS }, (_, n) => markKeyOf("ready", n))
        : ["postern:ready"];
      await withTimeout(Promise.all(keys.map((key) => client.set(key, "", "PX", 1))));
    },
    async close() {
      isClosed = true;
      client.disconnect();
    },
  };
}

function open(address: RedisAddress): RedisClient {
  const options = { ...OPTIONS, lazyConnect: true };
  if (address.kind === "url") return new Redis(address.url, options) as RedisClient;
  if (address.kind === "single")
    return new Redis({ ...options, ...address.options }) as RedisClient;
  const { enableOfflineQueue, retryStrategy, ...redisOptions } = OPTIONS;
  // A cluster has the commands of one server, and not what concerns one connection.
  return new Cluster(address.nodes, {
    lazyConnect: true,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    scaleReads: "master", // a replica may not know yet that a session has ended
    redisOptions: { ...redisOptions, ...address.options },
    slotsRefreshTimeout: TIME_LIMIT_MS,
    slotsRefreshInterval: 2_000,
    // After a failover the command goes to the new primary, within the time limit of the request.
    retryDelayOnFailover: 100,
    retryDelayOnClusterDown: 100,
    maxRedirections: 8,
  }) as unknown as RedisClient;
}

/** Returns a connection to each server that has a part of the data. */
const primariesOf = (client: RedisClient): readonly Redis[] =>
  client.isCluster ? (client as unknown as Cluster).nodes("master") : [client];

/** Drops a connection that is slow. In a cluster another one may be quick: it is left. */
export function dropIfSlow(client: RedisClient): void {
  if (!client.isCluster) client.disconnect(true);
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
