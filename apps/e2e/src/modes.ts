import { fileURLToPath } from "node:url";
import { freePort, type Runtime, startWorkerd, testServers } from "@postern/test-servers";
import { type ApiProcess, startApi, startWorker } from "./api-process.ts";
import { embeddedFolder, fullStores } from "./stores.ts";

/** A running service that can be restarted on its data. */
export interface Service {
  readonly api: () => ApiProcess;
  /** Kills every process of it, and starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const EDGE = fileURLToPath(new URL("../../edge/src/worker.ts", import.meta.url));

/** Cheap hashes: these tests check permissions, not times. */
const CHEAP = { BCRYPT_COST: "4", LOG_LEVEL: "info" };

export const MODES = [
  { mode: "embedded", open: openEmbedded, isHere: true },
  ...(["node", "bun", "deno"] as const).map((runtime) => ({
    mode: runtime === "node" ? "full" : `full on ${runtime}`,
    open: () => openFull(runtime),
    isHere: testServers().redisUrl !== "",
  })),
  { mode: "full on workerd", open: openEdge, isHere: testServers().redisUrl !== "" },
];

/** The app on workerd, with a hasher on Node, and the worker. */
async function openEdge(): Promise<Service> {
  const stores = await fullStores();
  const HASHER_SECRET = "a secret of the hasher and the edge";
  const environment = { ...CHEAP, ...stores.environment };
  async function start() {
    const [port, worker] = [await freePort(), await startWorker(environment)];
    const hasher = await startApi({ ...environment, HASHER_PORT: String(port), HASHER_SECRET });
    const edge = await startWorkerd(EDGE, {
      ...environment,
      HASHER_SECRET,
      POLICY_DISCLOSURE: "open",
      HASHER_URL: `http://127.0.0.1:${port}/`,
      PUBLIC_URL: "http://127.0.0.1",
    });
    return { hasher, worker, edge };
  }
  let running = await start();
  async function end(signal: NodeJS.Signals): Promise<void> {
    const { hasher, worker, edge } = running;
    await Promise.all([edge.stop(), hasher.end(signal), worker.end(signal)]);
  }
  return {
    api: () => ({ ...running.hasher, origin: running.edge.origin }),
    async restart() {
      await end("SIGKILL");
      running = await start();
    },
    async close() {
      await end("SIGTERM");
      await stores.close();
    },
  };
}

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
