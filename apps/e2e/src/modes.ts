import { type Runtime, testServers } from "@postern/test-servers";
import { type ApiProcess, startApi, startWorker } from "./api-process.ts";
import { embeddedFolder, fullStores } from "./stores.ts";

/** A running service that can be restarted on its data. */
export interface Service {
  readonly api: () => ApiProcess;
  /** Kills every process of it, and starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Cheap hashes: these tests check permissions, not times. */
const CHEAP = { BCRYPT_COST: "4", LOG_LEVEL: "info" };

export const MODES = [
  { mode: "embedded", open: openEmbedded, isHere: true },
  ...(["node", "bun", "deno"] as const).map((runtime) => ({
    mode: runtime === "node" ? "full" : `full on ${runtime}`,
    open: () => openFull(runtime),
    isHere: testServers().redisUrl !== "",
  })),
];

async function openEmbedded(): Promise<Service> {
  const folder = embeddedFolder();
  const start = () => startApi({ ...CHEAP, DATA_DIR: folder.path });
  let api = await start();
  return {
    api: () => api,
    async restart() {
      await api.end("SIGKILL");
      api = await start();
    },
    async close() {
      await api.end("SIGTERM");
      folder.remove();
    },
  };
}

async function openFull(runtime: Runtime): Promise<Service> {
  const stores = await fullStores();
  const environment = { ...CHEAP, ...stores.environment };
  let api = await startApi(environment, { runtime });
  let worker = await startWorker(environment);
  const end = (signal: NodeJS.Signals) => Promise.all([api.end(signal), worker.end(signal)]);
  return {
    api: () => api,
    async restart() {
      await end("SIGKILL");
      api = await startApi(environment, { runtime });
      worker = await startWorker(environment);
    },
    async close() {
      await end("SIGTERM");
      await stores.close();
    },
  };
}
