import { availableParallelism } from "node:os";
import { aesSeal } from "@postern/crypto";
import type { Ports } from "@postern/domain";
import { openDatabase, openDataFolder } from "@postern/embedded";
import { english, recordingMailer, linksTo } from "@postern/mail";
import { postgresStores, postgresWebhookStore } from "@postern/postgres";
import { errorFields, type Log } from "@postern/process";
import { networks } from "@postern/webhooks";
import { listenPglite, queuesOnPglite, startWorker } from "@postern/worker";
import { commonPorts, type OpenedPorts } from "../common-ports.ts";
import type { Config } from "../config.ts";
import { isForThisMachine } from "../loopback.ts";

/** Hashing has none of its own here: one person's service has no storms, and a thread takes 28 MB. */
const LIBUV_THREADS = 4;

/** Everything in one process: PGlite in a folder, tables for sessions and tokens, and the worker. */
export async function openEmbedded(config: Config, path: string, log: Log): Promise<OpenedPorts> {
  const folder = openDataFolder(path);
  const { db, pglite, close: closeDatabase } = await openDatabase(folder.databasePath);
  // The folder's own key stays: it opens what was sealed before there were others.
  const keys = [...(config.secrets ?? []), ...folder.secrets];
  const seal = aesSeal({ keys });
  const ports: Ports = {
    ...commonPorts(config, keys, log, { atOnce: Math.min(availableParallelism(), LIBUV_THREADS) }),
    ...postgresStores(db, seal),
  };
  // Nothing is sent from here, so the terminal is the mailbox, tokens and all, and so is a page.
  const mailer = recordingMailer(({ to, subject, text }) =>
    console.log(`--- mail to ${to}: ${subject}\n${text}---`),
  );
  // The first caller need not wait for the queues. Nobody catches this: without its worker, it ends.
  const working = startWorker({
    db,
    queues: queuesOnPglite(pglite),
    seal,
    ports: { ...ports, mailer, letters: english, links: linksTo(config.publicUrl) },
    webhooks: { store: postgresWebhookStore(db, seal), networks: networks(config.webhookNetworks) },
    listen: listenPglite(pglite),
    retention: config.retention,
    onFault: (error, during) =>
      log.error({ during, error: errorFields(error) }, "a fault, tried again"),
    onBacklog: (backlog) => log.warn(backlog, "events wait"),
  });
  return {
    ports,
    // Behind a proxy every caller seems to be of this machine; then the terminal alone is the mailbox.
    ...(isForThisMachine(config.publicUrl) && { mailbox: mailer }),
    ping: async () => void (await pglite.query("select 1")),
    async close() {
      try {
        await (await working).stop();
      } finally {
        await closeDatabase();
        folder.release();
      }
    },
  };
}
