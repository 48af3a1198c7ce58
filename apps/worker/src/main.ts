import { openLog, runProcess } from "@postern/process";
import { parseWorkerConfig } from "./config.ts";
import { start } from "./start.ts";

await runProcess(async () => {
  const config = parseWorkerConfig(process.env);
  const log = openLog("worker", config.logLevel);
  const worker = await start(config, log);
  return {
    announce() {
      if (!config.smtp) log.warn("SMTP_URL is not set, mails wait; set it, or set MAIL=off");
      log.info("worker ready");
    },
    async stop(signal) {
      log.info({ signal }, "stopping");
      await worker.stop();
    },
  };
});
