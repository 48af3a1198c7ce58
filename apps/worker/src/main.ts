import { requireCurrentSchema } from "@postern/postgres";
import { errorFields, openLog, runProcess } from "@postern/process";
import { parseWorkerConfig } from "./config.ts";
import { openPorts } from "./ports.ts";
import { startWorker } from "./worker.ts";

await runProcess(async () => {
  const config = parseWorkerConfig(process.env);
  const log = openLog("worker", config.logLevel);
  const { db, ports, queues, close } = await openPorts(config, log);
  await requireCurrentSchema(db);
  const worker = await startWorker({
    db,
    ports,
    queues,
    onFault: (error, during) =>
      log.error({ during, error: errorFields(error) }, "a fault, tried again"),
  });
  return {
    announce: () => log.info("worker ready"),
    async stop(signal) {
      log.info({ signal }, "stopping");
      await worker.stop();
      await close();
    },
  };
});
