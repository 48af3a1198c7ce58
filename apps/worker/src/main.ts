import { pendingMigrations } from "@postern/postgres";
import { InvalidEnvironment, parseWorkerConfig } from "./config.ts";
import { errorFields, openLog, reasonFor } from "./log.ts";
import { openPorts } from "./ports.ts";
import { startWorker } from "./worker.ts";

try {
  await main();
} catch (error) {
  console.error(reasonFor(error));
  process.exit(1);
}

async function main(): Promise<void> {
  const config = parseWorkerConfig(process.env);
  const log = openLog("worker", config.logLevel);
  const { db, ports, queues, close } = await openPorts(config, log);
  const pending = await pendingMigrations(db);
  if (pending.length > 0) {
    await close();
    throw new InvalidEnvironment([
      `DATABASE_URL: the schema lacks ${pending.join(", ")}; run migrate first`,
    ]);
  }
  const worker = await startWorker({
    db,
    ports,
    queues,
    onFault: (error, during) =>
      log.error({ during, error: errorFields(error) }, "a fault, tried again"),
  });
  log.info("worker ready");

  const stop = async (signal: string) => {
    log.info({ signal }, "stopping");
    await worker.stop();
    await close();
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop(signal));
}
