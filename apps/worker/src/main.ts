import { requireCurrentSchema } from "@postern/postgres";
import { openLog, runProcess } from "@postern/process";
import { parseWorkerConfig } from "./config.ts";
import { openPorts } from "./ports.ts";
import { startWorker } from "./worker.ts";

await runProcess(async () => {
  const config = parseWorkerConfig(process.env);
  const log = openLog("worker", config.logLevel);
  const { db, schema, options, close } = await openPorts(config, log);
  await requireCurrentSchema(db, schema);
  const worker = await startWorker(options);
  return {
    announce() {
      if (!config.smtp) log.warn("SMTP_URL is not set, mails wait; set it, or set MAIL=off");
      log.info("worker ready");
    },
    async stop(signal) {
      log.info({ signal }, "stopping");
      await worker.stop();
      await close();
    },
  };
});
