import { isIPv6 } from "node:net";
import { Unavailable } from "@postern/domain";
import { createApp } from "@postern/http";
import { errorFields, openLog, reasonFor } from "@postern/worker";
import { banner } from "./banner.ts";
import { parseConfig } from "./config.ts";
import { isLoopback, isLoopbackHost } from "./loopback.ts";
import { openPorts } from "./ports.ts";
import { startServer } from "./server.ts";

/** For a balancer to see that we are not ready, and for clients to be asked to leave. */
const NOTICE_MS = 1_000;

try {
  await main();
} catch (error) {
  console.error(reasonFor(error));
  process.exit(1);
}

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = openLog("api", config.logLevel);
  const opened = await openPorts(config, log);
  let isStopping = false;
  const app = createApp({
    ports: opened.ports,
    publicOrigin: config.publicOrigin,
    // Open disclosure is for this machine; a page that rebinds its name to loopback is not of it.
    isOwnHost:
      config.policy.disclosure === "open" && isLoopback(config.host) ? isLoopbackHost : undefined,
    onRequest: (record) => log.info(record, "request"),
    onFault(error, requestId) {
      const passes = error instanceof Unavailable;
      log[passes ? "warn" : "error"](
        { requestId, error: errorFields(error) },
        passes ? "unavailable" : "a bug",
      );
    },
    async ready() {
      if (isStopping) throw new Unavailable("stopping");
      await opened.ping();
    },
  });
  const server = await startServer({ fetch: app.fetch, host: config.host, port: config.port });
  const stop = async (signal: string) => {
    isStopping = true;
    log.info({ signal }, "stopping");
    await server.stop({ noticeMs: config.stores.mode === "full" ? NOTICE_MS : 0 });
    await opened.close();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop(signal));

  const host = isIPv6(config.host) ? `[${config.host}]` : config.host;
  console.log(banner(config, `http://${host}:${server.port}`));
}
