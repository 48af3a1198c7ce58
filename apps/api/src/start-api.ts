import cluster from "node:cluster";
import { hasherEndpoint } from "@postern/crypto";
import { SessionsPending, Unavailable } from "@postern/domain";
import { createApp, securityHeaders } from "@postern/http";
import { createPages } from "@postern/pages";
import { errorFields, faultLog, type Log, type Started } from "@postern/process";
import { admissionOf, requireOwnPublicUrl } from "./admission.ts";
import { addressOf, banner } from "./banner.ts";
import { clientNetwork } from "./client-network.ts";
import type { Config } from "./config.ts";
import { isLocalCaller } from "./local-caller.ts";
import { readPagesFiles } from "./pages-config.ts";
import { openPorts } from "./ports.ts";
import { readinessOf } from "./readiness.ts";
import { refusalLog } from "./refusal-log.ts";
import { serve } from "./runtimes.ts";
import { MAX_CONNECTIONS } from "./server.ts";

/** Time for a balancer to notice that we are not ready, and for clients to leave. */
const NOTICE_MS = 1_000;

const STOPPING = Promise.resolve({
  canCheckSessions: false,
  canWrite: false,
  failing: ["stopping"],
});

/** Starts the API in this process. */
export async function startApi(config: Config, log: Log): Promise<Started> {
  const { host, port, policy, publicUrl, stores } = config;
  const faults = faultLog(log);
  await requireOwnPublicUrl(config);
  const opened = await openPorts(config, log);
  const askStores = readinessOf(opened.stores);
  let isStopping = false;
  const isAdmitted = admissionOf(config);
  const onFault = (error: unknown, requestId: string) => {
    const fault = error instanceof SessionsPending ? error.cause : error;
    if (fault instanceof Unavailable) faults.warn("unavailable", error, { requestId });
    else log.error({ requestId, error: errorFields(error) }, "unexpected error");
  };
  const app = createApp({
    ports: opened.ports,
    publicUrl,
    corsOrigins: config.corsOrigins,
    corsHeaders: config.corsHeaders,
    ...clientNetwork(config.trustedProxies),
    maxHeldRefusals: MAX_CONNECTIONS / 2,
    onRefusal: refusalLog(log),
    isAdmitted,
    onRequest: (record) => log.info(record, "request"),
    onRead: log.isLevelEnabled("debug") ? (record) => log.debug(record, "request") : undefined,
    onFault,
    ready: (options) => (isStopping ? STOPPING : askStores(options)),
  });
  const api = (request: Request, bindings: unknown) => app.fetch(request, bindings);
  const site = config.pages
    ? createPages({
        api,
        policy,
        publicUrl,
        ...readPagesFiles(config.pages),
        isAdmitted,
        onFault,
        // Strangers need not know how a service on the internet runs.
        about: stores.mode === "embedded" ? { mode: stores.mode } : undefined,
        mailbox: opened.mailbox,
        isLocalCaller,
        onPage: (record) =>
          record.method === "POST" || record.status >= 400
            ? log.info(record, "page")
            : log.debug(record, "page"),
      })
    : api;
  const server = await serve({
    fetch: site,
    host,
    port,
    headers: securityHeaders(policy),
    keepAliveMs: config.keepAliveSeconds * 1_000,
  });
  const address = addressOf(host, server.port);
  opened.listensAt?.(address);
  const onHasherFault = (error: unknown) =>
    log.error({ error: errorFields(error) }, "unexpected error of the hasher");
  const hasher =
    config.hasher &&
    (await serve({
      fetch: hasherEndpoint({
        hasher: opened.ports.hasher,
        secret: config.hasher.secret,
        onFault: onHasherFault,
      }),
      host: "127.0.0.1", // a proxy in front of it adds TLS, because passwords arrive here
      port: config.hasher.port,
    }));
  return {
    announce() {
      // The supervisor of several processes speaks for all.
      if (!cluster.isWorker) console.log(banner(config, address));
    },
    async stop(signal) {
      isStopping = true;
      log.info({ signal }, "stopping");
      const noticeMs = stores.mode === "full" ? NOTICE_MS : 0;
      await Promise.all([server.stop({ noticeMs }), hasher?.stop({ noticeMs })]);
      await opened.close();
    },
  };
}
