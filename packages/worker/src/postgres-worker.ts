import { aesSeal, idSource, tokenFactory } from "@postern/crypto";
import type { Ports, UserEvent } from "@postern/domain";
import { linksTo, type MailBrand, type Mailer, templatesIn } from "@postern/mail";
import {
  connectPostgres,
  listenPostgres,
  postgresStores,
  postgresWebhookStore,
  requireCurrentSchema,
  type PostgresConnection,
} from "@postern/postgres";
import { networks } from "@postern/webhooks";
import { mailSubscriber } from "./handlers/mail.ts";
import { noticesSubscriber } from "./handlers/notices.ts";
import { JOBS_CHANNEL, OUTBOX_CHANNEL, queuesOnPostgres } from "./queues.ts";
import type { Subscriber } from "./subscriber.ts";
import { startWorker, type Worker, type WorkerOptions } from "./worker.ts";

export interface PostgresWorkerOptions {
  /** The database with the users. */
  readonly url: string;
  /** The URL of a direct connection for LISTEN, if `url` leads to a pooler. Default: `url`. */
  readonly listenUrl?: string | undefined;
  /** Default: `postern`. */
  readonly schema?: string | undefined;
  /** The most connections, besides those of the queues. Default: 10. */
  readonly maxConnections?: number;
  /** The keys of the service, newest first: they open sealed payloads and derive tokens. */
  readonly keys: readonly { readonly id: string; readonly key: Uint8Array }[];
  /** Opens stores outside this database, as `redisStores` does. Default: its own tables. */
  readonly openStores?: (
    db: PostgresConnection["db"],
  ) => Promise<Partial<Pick<Ports, "sessions" | "tokens">>>;
  /** Sends the mails. Default: mails wait for a worker that has one. */
  readonly mailer?: Mailer | undefined;
  /** The URL under which people reach the service. Links in mails lead there. */
  readonly publicUrl?: string | undefined;
  /** How mails show who sent them. Default: without a name. */
  readonly brand?: MailBrand | undefined;
  /** Private networks that webhooks may reach, in CIDR notation. Default: none. */
  readonly webhookNetworks?: readonly string[];
  /** Default: events for 400 days, finished jobs for 7. */
  readonly retention?: WorkerOptions["retention"];
  /** Deletes users who have not verified their address in time. Default: if there is a mailer. */
  readonly deletesUnverified?: boolean;
  readonly tries?: number | undefined;
  /** Default: `SUBSCRIBERS`. Add yours to them. */
  readonly subscribers?: readonly Subscriber[];
  /** Called with every fault. The work is retried. */
  readonly onFault: WorkerOptions["onFault"];
  readonly onBacklog?: WorkerOptions["onBacklog"];
  /** Called with connections that break. */
  readonly onConnectionError?: (error: Error) => void;
  readonly onMailExpired?: (cause: UserEvent) => void;
}

const QUEUES_TIMEOUT_MS = 10_000;
const MAX_QUEUE_CONNECTIONS = 6;
const RETENTION = { eventDays: 400, jobDays: 7 };

/**
 * Starts a worker for the events in a Postgres database. Any number may run, in processes of their
 * own or in those of an application. Throws if the schema is missing or old.
 */
export async function startPostgresWorker(options: PostgresWorkerOptions): Promise<Worker> {
  const { url, schema, keys, mailer, onFault, onBacklog } = options;
  const onError = options.onConnectionError ?? (() => undefined);
  const { maxConnections = 10 } = options;
  const postgres = connectPostgres({ url, schema, maxConnections, onError });
  // Connections for the queues alone, with a time limit for their housekeeping.
  const queues = connectPostgres({
    url,
    schema,
    maxConnections: MAX_QUEUE_CONNECTIONS,
    statementTimeoutMs: QUEUES_TIMEOUT_MS,
    onError,
  });
  const close = async () => {
    await Promise.all([queues.close(), postgres.close()]);
  };
  const { db } = postgres;
  const seal = aesSeal({ keys });
  try {
    await requireCurrentSchema(db, postgres.schema);
    const worker = await startWorker({
      db,
      maintenanceDb: queues.db,
      queues: queuesOnPostgres(queues),
      seal,
      ports: {
        ...postgresStores(db, seal),
        ...(await options.openStores?.(db)),
        clock: { now: () => new Date() },
        ids: idSource(),
        templatesIn,
        brand: options.brand,
        links: linksTo(options.publicUrl),
        onMailExpired: options.onMailExpired,
        mailer: mailer ?? { send: () => Promise.reject(new Error("there is no mailer")) },
        tokenFactory: tokenFactory({ keys }),
      },
      webhooks: {
        store: postgresWebhookStore(db, seal),
        networks: networks(options.webhookNetworks),
      },
      listen: (onSignal) =>
        listenPostgres({
          url: options.listenUrl ?? url,
          schema,
          channels: [OUTBOX_CHANNEL, JOBS_CHANNEL],
          onSignal,
          onError,
        }),
      deletesUnverified: options.deletesUnverified ?? mailer !== undefined,
      pausedSubscribers: mailer ? [] : [mailSubscriber.name, noticesSubscriber.name],
      retention: options.retention ?? RETENTION,
      ...(options.tries && { tries: options.tries }),
      ...(options.subscribers && { subscribers: options.subscribers }),
      onFault,
      ...(onBacklog && { onBacklog }),
    });
    return {
      async stop() {
        try {
          await worker.stop();
        } finally {
          await close();
        }
      },
    };
  } catch (error) {
    await close().catch(() => undefined); // the first error tells more
    throw error;
  }
}
