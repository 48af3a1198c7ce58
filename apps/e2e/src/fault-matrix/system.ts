import {
  freePort,
  type HttpReceiver,
  initdbProgram,
  type PostgresNode,
  type Proxy,
  type RedisNode,
  redisProgram,
  startHttpReceiver,
  startPostgresNode,
  startPrimaryAndStandby,
  startProxy,
  startRedisNode,
  startSentinels,
} from "@postern/test-servers";
import pg from "pg";
import {
  type ApiProcess,
  migrate,
  postern,
  type ServiceProcess,
  startApi,
  startWorker,
} from "../api-process.ts";
import { OPEN } from "../event-service.ts";
import { balance } from "../proxy-configs.ts";
import { SECRETS } from "../stores.ts";

/** Two API processes behind HAProxy, a worker, and stores of their own behind proxies. */
export interface FaultSystem {
  /** Where HAProxy listens. */
  readonly origin: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly receiver: HttpReceiver;
  readonly toRedis: Proxy;
  readonly toPostgres: Proxy;
  /** Makes the standby of Postgres take writes. */
  readonly promote: () => Promise<void>;
  redis: RedisNode;
  /** With Sentinel only. */
  readonly replica: RedisNode | undefined;
  postgres: PostgresNode;
  apis: ApiProcess[];
  worker: ServiceProcess;
  /** Starts an API process again on its port. */
  startApi(index: number): Promise<void>;
  startWorker(): Promise<void>;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export interface SystemOptions {
  /** `sentinel`: a primary, a replica and three sentinels. Default: one server. */
  readonly redis?: "sentinel";
  /** `standby`: a primary and a synchronous standby. Default: one server. */
  readonly postgres?: "standby";
  /** Where Postgres has its data. */
  readonly postgresFolder?: () => string;
  readonly postgresSettings?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Redis writes each change to its file before it answers, so that a restart has them all. */
const ON_DISK = ["--appendonly", "yes"];

export async function startFaultSystem(options: SystemOptions = {}): Promise<FaultSystem> {
  const [initdb, program] = [initdbProgram(), redisProgram()];
  if (!initdb || !program) throw new Error("needs Postgres and redis-server on this machine");
  const sentinels = options.redis && (await startSentinels(program));
  const redis = sentinels?.primary ?? (await startRedisNode(program, ON_DISK));
  const toRedis = await startProxy(redis.port);
  const hosts = sentinels?.ports.map((port) => `127.0.0.1:${port}`).join(",");
  const REDIS_URL = sentinels
    ? `redis+sentinel://${hosts}/${sentinels.name}`
    : `redis://127.0.0.1:${toRedis.port}`;

  const pair = options.postgres && (await startPrimaryAndStandby(initdb, { isSynchronous: true }));
  const postgres = pair?.primary ?? (await startAlone(initdb, options));
  const toPostgres = await startProxy(postgres.port);
  const addresses = pair
    ? `127.0.0.1:${pair.primary.port},127.0.0.1:${pair.standby.port}`
    : `127.0.0.1:${toPostgres.port}`;
  const DATABASE_URL = `postgres://postgres@${addresses}/postgres`;
  await migrate({ DATABASE_URL });

  const environment = {
    DATABASE_URL,
    REDIS_URL,
    SECRETS,
    POLICY: "course",
    ...OPEN,
    BCRYPT_COST: "4",
    TRUSTED_PROXIES: "127.0.0.0/8",
    WEBHOOK_ALLOW_NETWORKS: "127.0.0.0/8",
    ...options.environment,
  };
  const receiver = await startHttpReceiver();
  await postern(environment, "webhooks", "add", `${receiver.url}/hook`);
  const ports = [await freePort(), await freePort()];
  const startOn = (port: number) =>
    startApi({ ...environment, LOG_LEVEL: "warn", PORT: String(port) });
  const apis = await Promise.all(ports.map(startOn));
  const balancer = await balance(ports);

  const system: FaultSystem = {
    origin: `http://127.0.0.1:${balancer.port}`,
    environment,
    receiver,
    toRedis,
    toPostgres,
    promote: async () => await pair?.standby.promote(),
    redis,
    replica: sentinels?.replica,
    postgres,
    apis,
    worker: await startWorker(environment),
    async startApi(index) {
      system.apis[index] = await startOn(ports[index] ?? 0);
    },
    async startWorker() {
      system.worker = await startWorker(environment);
    },
    query: (text, values) =>
      withWriter(
        pair ? [pair.primary.port, pair.standby.port] : [postgres.port],
        async (client) => {
          const { rows } = await client.query(text, values);
          return rows;
        },
      ),
    async close() {
      await Promise.all([system.worker, ...system.apis].map((one) => one.end("SIGKILL")));
      await Promise.all([balancer.stop(), receiver.close()]);
      await Promise.all([toRedis.close(), toPostgres.close()]);
      const nodes = [system.redis, ...(sentinels ? [sentinels.replica] : [])];
      await (sentinels ? sentinels.stop(nodes) : system.redis.stop());
      await Promise.all([system.postgres.stop(), pair?.standby.stop()]);
    },
  };
  return system;
}

const startAlone = (initdb: string, { postgresSettings, postgresFolder }: SystemOptions) =>
  startPostgresNode(initdb, postgresSettings, postgresFolder?.());

/** Calls `act` with a connection to the server that takes writes. */
async function withWriter<Result>(
  ports: readonly number[],
  act: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  let refusal: unknown;
  for (const port of ports) {
    const client = new pg.Client(`postgres://postgres@127.0.0.1:${port}/postgres`);
    client.on("error", () => undefined); // a test may kill the server
    try {
      await client.connect();
      const { rows } = await client.query("select pg_is_in_recovery() as is_standby");
      if (!rows[0]?.is_standby) return await act(client);
    } catch (error) {
      refusal = error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  throw new Error("no server takes writes", { cause: refusal });
}
