import cluster from "node:cluster";
import { errorFields, openLog, runProcess } from "@postern/process";
import { addressOf, banner } from "./banner.ts";
import { parseConfig } from "./config.ts";
import { startApi } from "./start-api.ts";
import { STOP, supervise } from "./supervisor.ts";

await runProcess(
  async () => {
    const config = parseConfig(process.env);
    const log = openLog("api", config.logLevel);
    if (config.processes === 1 || cluster.isWorker) return await startApi(config, log);
    const { port, replaceAll, stop } = await supervise(config.processes, log);
    const fault = (error: unknown) =>
      log.error({ error: errorFields(error) }, "the processes were not replaced");
    process.on("SIGHUP", () => void replaceAll().catch(fault));
    const address = addressOf(config.host, port);
    return { announce: () => console.log(banner(config, address)), stop };
  },
  { stopMessage: cluster.isWorker ? STOP : undefined },
);
