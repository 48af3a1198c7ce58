import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";

export interface RunningServer {
  readonly port: number;
  /** Takes no new connections, lets requests under way end, and cuts off what is left in the end. */
  stop(): Promise<void>;
}

interface ServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly host: string;
  readonly port: number;
}

/** How slowly a client may send (OWASP ASVS 5.0 section 15.2.2; a slow one holds a connection). */
const TIME_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
};
const MAX_CONNECTIONS = 10_000;
const DRAIN_MS = 25_000;
const SWEEP_MS = 50;

/** Listens. Rejects when it cannot, for instance because the port is taken. */
export async function startServer({ fetch, host, port }: ServerOptions): Promise<RunningServer> {
  // Without a createServer of our own it is a plain HTTP/1.1 server.
  const server = createAdaptorServer({ fetch, serverOptions: TIME_LIMITS }) as Server;
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new Error(`cannot listen on ${host}:${port}`, { cause })),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      // Kept-alive connections become idle one by one, as the requests on them end.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
      const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await closed;
      clearInterval(sweep);
      clearTimeout(cutOff);
    },
  };
}
