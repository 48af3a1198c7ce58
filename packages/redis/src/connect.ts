import { Unavailable } from "@postern/domain";
import { Redis, type RedisOptions } from "ioredis";
import { END, LIST, LOOK, OPEN, PROJECT, TOUCH } from "./scripts.ts";

/** ioredis with the scripts as commands: sent by their SHA-1, and whole when Redis forgot them. */
export interface RedisClient extends Redis {
  posternLook(keys: number, ...keysAndFields: string[]): Promise<string>;
  posternTouch(key: string, field: string, at: number): Promise<null>;
  posternOpen(key: string, ...values: (string | number)[]): Promise<string | null>;
  posternEnd(key: string, prefix: string): Promise<[string, string] | null>;
  posternProject(key: string, user: string): Promise<null>;
  posternList(key: string): Promise<[string, string][]>;
}

export interface RedisConnection {
  readonly client: RedisClient;
  /** Resolves if Redis answers within its time limit. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Less than the 1 s within which a request must have its 503. */
const TIME_LIMIT_MS = 800;
const LONGEST_RETRY_MS = 500;

const OPTIONS = {
  connectTimeout: TIME_LIMIT_MS,
  // A connection that has gone silent is given up with all that was asked on it. What is only slow has
  // limits of ours, one for all that is asked at once.
  socketTimeout: TIME_LIMIT_MS,
  maxLoadingRetryTime: LONGEST_RETRY_MS,
  // A primary that was demoted answers, but takes no writes: look for the new one.
  reconnectOnError: ({ message }: Error) => message.startsWith("READONLY"),
  retryStrategy: (attempts: number) => Math.min(attempts * 50, LONGEST_RETRY_MS),
  // What cannot be sent now fails now, and nothing is sent twice. What has been sent may still be run
  // after its time is over: a session that nobody has the token of does no harm.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
} satisfies RedisOptions;

/** A connection that reconnects by itself. Resolves when it is ready the first time, or could not be. */
export async function connectRedis(
  url: string,
  onError: (error: Error) => void = () => undefined,
): Promise<RedisConnection> {
  const client = new Redis(url, { ...OPTIONS, lazyConnect: true }) as RedisClient;
  client.on("error", onError);
  const scripts = {
    posternTouch: TOUCH,
    posternOpen: OPEN,
    posternEnd: END,
    posternProject: PROJECT,
    posternList: LIST,
  };
  for (const [name, lua] of Object.entries(scripts))
    client.defineCommand(name, { numberOfKeys: 1, lua });
  client.defineCommand("posternLook", { lua: LOOK }); // of as many keys as it is told
  await client.connect().catch(onError); // it goes on trying; until then its commands are Unavailable
  return {
    client,
    ping: async () => void (await answered(client.ping())),
    close: async () => client.disconnect(),
  };
}

/** Errors in what we asked, as opposed to errors of the server's state or of the connection. */
const MISTAKE = /^(ERR (?!max number of clients)|WRONGTYPE|NOSCRIPT|NOPERM|CROSSSLOT)/;

/** The answer, if it comes in time; with every passing fault as `Unavailable`. */
export async function answered<Value>(
  answer: Promise<Value>,
  onSlow: () => void = () => undefined,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const limit = new Promise<never>((_, reject) => {
    const giveUp = () => {
      onSlow();
      reject(new Error("Redis is slow"));
    };
    // If it was we who were slow, the answer is there already, and is read before that.
    timer = setTimeout(() => (immediate = setImmediate(giveUp)), TIME_LIMIT_MS);
  });
  try {
    return await Promise.race([answer, limit]);
  } catch (error) {
    throw faultOf(error);
  } finally {
    clearTimeout(timer);
    clearImmediate(immediate);
  }
}

/** What went wrong: as it is, if the mistake is ours. */
export function faultOf(error: unknown): unknown {
  const isMistake = error instanceof Error && MISTAKE.test(error.message);
  return isMistake ? error : new Unavailable("Redis does not answer", { cause: error });
}
