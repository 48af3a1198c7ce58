import { aesSeal, idSource, remoteHasher, tokenFactory } from "@postern/crypto";
import { noBreachedPasswords, type Ports } from "@postern/domain";
import { type AskReadiness, countedAddress, createApp, networkOfAddress } from "@postern/http";
import { createPages } from "@postern/pages";
import { connectPostgres, postgresSessionHistories, postgresStores } from "@postern/postgres";
import { connectRedis, noFence, redisStores, sessionFence } from "@postern/redis";
import { type EdgeConfig, type EdgeEnvironment, readEnvironment } from "./environment.ts";

/** The part of workerd's execution context that is used here. */
interface Execution {
  waitUntil(promise: Promise<unknown>): void;
}

/**
 * Opens the ports of one request. workerd closes a socket with the request that opened it, so
 * clients cannot be shared between requests; Hyperdrive keeps connections to Postgres outside.
 */
async function open(config: EdgeConfig) {
  const { databaseUrl: url, schema, redisUrl, redisFence, keys, hasher, policy } = config;
  const postgres = connectPostgres({ url, schema, maxConnections: 2 });
  const redis = redisUrl ? await connectRedis(redisUrl) : undefined;
  const histories = postgresSessionHistories(postgres.db);
  const isFenced = redisFence !== "off";
  const goesOnWithoutPostgres = redisFence !== "strict";
  const ports: Ports = {
    ...postgresStores(postgres.db, aesSeal({ keys })),
    // It reads the history of Redis with the first check. Worker processes certify new ones.
    ...(redis &&
      redisStores(
        redis.client,
        isFenced ? sessionFence(histories, { goesOnWithoutPostgres }) : noFence,
      )),
    breachedPasswords: noBreachedPasswords,
    clock: { now: () => new Date() },
    hasher: remoteHasher(hasher),
    ids: idSource(),
    policy,
    tokenFactory: tokenFactory({ keys }),
  };
  const close = async () => {
    await redis?.close();
    await postgres.close();
  };
  /** Asks both stores at once. Sessions are in Redis, or in Postgres without it. */
  const ready: AskReadiness = async ({ writes }) => {
    const stores = [postgres, ...(redis ? [redis] : [])];
    const asked = await Promise.allSettled(
      stores.map((store) => (writes ? store.probeWrite() : store.ping())),
    );
    const works = asked.map(({ status }) => status === "fulfilled");
    const failing = ["postgres", "redis"].filter((_, index) => works[index] === false);
    const canCheckSessions = works.at(-1) === true;
    return { canCheckSessions, canWrite: works.every(Boolean), failing };
  };
  return { ports, close, ready };
}

/** Returns the client's address. The platform sets this header, and a client cannot. */
const addressOf = ({ headers }: Request) => headers.get("cf-connecting-ip") ?? "";
const byAddress = {
  addressOf: (request: Request) => countedAddress(addressOf(request)),
  networkOf: (request: Request) => networkOfAddress(addressOf(request)),
};

/** Calls `done` when the response has been read to its end, or given up. */
function afterBody(response: Response, done: () => void): Response {
  if (!response.body) {
    done();
    return response;
  }
  const watched = response.body.pipeThrough(new TransformStream({ flush: done, cancel: done }));
  return new Response(watched, response);
}

export default {
  async fetch(request: Request, env: EdgeEnvironment, execution: Execution): Promise<Response> {
    const config = readEnvironment(env);
    const { ports, close, ready } = await open(config);
    const { publicUrl } = config;
    const onFault = (error: unknown) =>
      console.error(error instanceof Error ? error.message : "unexpected error");
    const app = createApp({ ports, publicUrl, ...byAddress, ready, onFault });
    const { policy } = ports;
    const api = (asked: Request) => app.fetch(asked);
    const site = createPages({ api, policy, publicUrl, onFault });
    const { promise: isRead, resolve } = Promise.withResolvers<void>();
    execution.waitUntil(isRead.then(close));
    try {
      return afterBody(await site(request), resolve);
    } catch (error) {
      resolve();
      throw error;
    }
  },
};
