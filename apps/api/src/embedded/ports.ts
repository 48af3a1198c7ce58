import { availableParallelism } from "node:os";
import { aesSeal } from "@postern/crypto";
import { nativeBcrypt } from "@postern/crypto/native";
import type { Ports } from "@postern/domain";
import { openDatabase, openDataFolder } from "@postern/embedded";
import { exampleMessages, linksTo, recordingMailer, templatesIn } from "@postern/mail";
import {
  highestStoredCost,
  postgresStores,
  postgresWebhookStore,
  probeWrite,
} from "@postern/postgres";
import { errorFields, type Log } from "@postern/process";
import { networks } from "@postern/webhooks";
import { expiredMailLog, listenPglite, queuesOnPglite, startWorker } from "@postern/worker";
import { commonPorts, type OpenedPorts } from "../common-ports.ts";
import type { Config } from "../config.ts";
import { isForThisMachine } from "../loopback.ts";
import { followStoredCost } from "../stored-cost.ts";

/**
 * What libuv starts by default. bcrypt runs on these threads here: threads of our own take 28 MB
 * each, and a service for one person has no storms.
 */
const LIBUV_THREADS = 4;

/**
 * Opens everything in one process: PGlite in a folder, tables for sessions and tokens, and the
 * worker.
 */
export async function openEmbedded(config: Config, path: string, log: Log): Promise<OpenedPorts> {
  const folder = openDataFolder(path);
  const { db, pglite, close: closeDatabase } = await openDatabase(folder.databasePath);
  // The folder's own key stays: it opens what was sealed before `SECRETS` was set.
  const keys = [...(config.secrets ?? []), ...folder.secrets];
  const seal = aesSeal({ keys });
  const storedCost = await followStoredCost(
    () => highestStoredCost(db),
    (error) => log.warn({ error: errorFields(error) }, "the cost of stored hashes is unknown"),
  );
  const atOnce = Math.min(availableParallelism(), LIBUV_THREADS);
  const ports: Ports = {
    ...commonPorts(config, keys, log, {
      atOnce,
      bcrypt: nativeBcrypt,
      highestStoredCost: storedCost.highest,
    }),
    ...postgresStores(db, seal),
  };
  // This mode sends no mail. It prints mails to the terminal, tokens included, and shows them on a
  // page.
  const mailer = recordingMailer(({ to, subject, text }) =>
    console.log(`--- mail to ${to}: ${subject}\n${text}---`),
  );
  let ownUrl: string | undefined;
  const links = linksTo(() => config.publicUrl ?? ownUrl);
  const brand = { name: config.brandName };
  // Not awaited, so that the first caller does not wait for the queues. A failure is not caught on
  // purpose: it ends the process.
  const working = startWorker({
    db,
    queues: queuesOnPglite(pglite),
    seal,
    ports: {
      ...ports,
      mailer,
      templatesIn,
      brand,
      links,
      onMailExpired: expiredMailLog(log),
    },
    webhooks: { store: postgresWebhookStore(db, seal), networks: networks(config.webhookNetworks) },
    listen: listenPglite(pglite),
    retention: config.retention,
    onFault: (error, during) =>
      log.error({ during, error: errorFields(error) }, "handler failed, will retry"),
    onBacklog: (backlog) => log.warn(backlog, "event backlog"),
  });
  return {
    ports,
    listensAt: (url) => (ownUrl = url.replace("//0.0.0.0:", "//127.0.0.1:")),
    // If PUBLIC_URL is not this machine, a proxy may be in front, and every caller seems to be on
    // this machine. Then mails are shown in the terminal only.
    ...(isForThisMachine(config.publicUrl) && {
      mailbox: {
        list: mailer.list,
        previews: (language) => exampleMessages(language, { links, brand }),
      },
    }),
    stores: [
      {
        name: "the data folder",
        hasSessions: true,
        ping: async () => void (await pglite.query("select 1")),
        async probeWrite() {
          await folder.probeSpace();
          await probeWrite(db);
        },
      },
    ],
    async close() {
      storedCost.stop();
      try {
        await (await working).stop();
      } finally {
        await closeDatabase();
        folder.release();
      }
    },
  };
}
