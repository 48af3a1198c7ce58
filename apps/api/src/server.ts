import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { SECURITY_HEADERS } from "@postern/http";
import { clientErrors } from "./client-errors.ts";
import { closeAfterUnreadBody } from "./connection-end.ts";
import { oneAtATime } from "./one-at-a-time.ts";

export interface RunningServer {
  readonly port: number;
  /**
   * Keeps serving for `noticeMs`, with `Connection: close` on every response. Then stops accepting
   * connections, waits for running requests, and cuts the remaining connections.
   */
  stop(options: { readonly noticeMs: number }): Promise<void>;
}

export interface ServerOptions {
  /** `bindings` say where the request comes from, as @hono/node-server does. */
  readonly fetch: (request: Request, bindings: object) => Response | Promise<Response>;
  readonly host: string;
  readonly port: number;
  /** Of answers that the app does not make. Default: those without HSTS. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long a connection is kept for the next request. Default: 75 s. */
  readonly keepAliveMs?: number;
  /** Default: a minute. */
  readonly idleMs?: number;
  /** Default: 10,000. */
  readonly maxConnections?: number;
}

/** Time limits, because a slow client occupies a connection (OWASP ASVS 5.0 section 15.2.2). */
const TIME_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
};
/**
 * A connection on which nothing moves for this long is cut: a client that does not read its answers
 * would keep them in our memory. Longer than a request may wait for password
 * hashing.
 */
const IDLE_MS = 60_000;
/** Longer than most balancers keep one, so that none sends a request into a closing connection. */
export const KEEP_ALIVE_MS = 75_000;
/** The host of a request without one, as health checks in HTTP/1.0 are. */
const NO_HOST = "localhost";
export const MAX_CONNECTIONS = 10_000;
/** Maximum time for running requests during a stop. */
const DRAIN_MS = TIME_LIMITS.requestTimeout;
const IDLE_CHECK_EVERY_MS = 50;
/** Time during a stop for a request that is arriving. */
const IDLE_GRACE_MS = 1_000;

/** Starts an HTTP server. Rejects if it cannot listen, for example if the port is in use. */
export async function startServer({
  fetch,
  host,
  port,
  headers = SECURITY_HEADERS,
  keepAliveMs = KEEP_ALIVE_MS,
  idleMs = IDLE_MS,
  maxConnections = MAX_CONNECTIONS,
}: ServerOptions): Promise<RunningServer> {
  const errors = clientErrors(headers);
  const serve = getRequestListener(fetch, {
    errorHandler: errors.badRequest,
    hostname: NO_HOST,
  });
  const inTurn = oneAtATime((request, response) => {
    if (errors.refuseForHost(request, response)) return;
    closeAfterUnreadBody(request, response);
    void serve(request, response);
  });
  const times = { ...TIME_LIMITS, keepAliveTimeout: keepAliveMs };
  const server = createServer({ ...times, requireHostHeader: false }, inTurn.listener);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.timeout = idleMs;
  // A client may close its half as soon as it has sent its request, and still reads the answer.
  (server as { httpAllowHalfOpen?: boolean }).httpAllowHalfOpen = true;
  server.maxConnections = maxConnections;
  server.on("clientError", ({ code = "" }: NodeJS.ErrnoException, socket: Socket) => {
    if (code === "ECONNRESET") socket.destroy();
    else inTurn.afterAnswers(socket, () => errors.refuse(code, socket));
  });
  server.on("checkExpectation", errors.expectationFailed);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) =>
      reject(
        new Error(`cannot listen on ${host}:${port}; if the port is in use, set another PORT`, {
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : port,
    async stop({ noticeMs }) {
      server.prependListener("request", (_, response) => response.setHeader("connection", "close"));
      await pause(noticeMs);
      await drain(server, () => [...sockets].filter((socket) => !inTurn.isBusy(socket)));
    },
  };
}

async function drain(server: Server, idle: () => readonly Socket[]): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // Keep-alive connections become idle one by one, when their requests end.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_EVERY_MS);
  // Node does not count a connection as idle that has not sent a whole request yet.
  const cutIdle = setTimeout(() => {
    for (const socket of idle()) socket.destroy();
  }, IDLE_GRACE_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(cutIdle);
  clearTimeout(cutOff);
}
