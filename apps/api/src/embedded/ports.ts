import type { Ports } from "@postern/domain";
import { keptMailer } from "@postern/mail";
import { errorFields, type Log } from "@postern/process";
import { queuesOnPglite, startWorker } from "@postern/worker";
import type { Config } from "../config.ts";
import { commonPorts, type Opened, postgresStores } from "../ports.ts";
import { openDataFolder } from "./data-folder.ts";
import { openDatabase } from "./database.ts";

/** Everything in one process: PGlite in a folder, tables for sessions and tokens, and the worker. */
export async function openEmbedded(config: Config, path: string, log: Log): Promise<Opened> {
  const folder = openDataFolder(path);
  const { db, pglite, close: closeDatabase } = await openDatabase(folder.databasePath);
  const ports: Ports = {
    ...commonPorts(config, config.secrets ?? folder.secrets),
    ...postgresStores(db),
  };
  // Nothing is sent from here, so the terminal is the mailbox, tokens and all.
  const mailer = keptMailer(({ to, subject, text }) =>
    console.log(`--- mail to ${to}: ${subject}\n${text}---`),
  );
  const worker = await startWorker({
    db,
    queues: queuesOnPglite(pglite),
    ports: { ...ports, mailer },
    onFault: (error, during) =>
      log.error({ during, error: errorFields(error) }, "a fault, tried again"),
  });
  return {
    ports,
    ping: async () => void (await pglite.query("select 1")),
    async close() {
      await worker.stop();
      await closeDatabase();
      folder.release();
    },
  };
}
