import { createServer, type Server, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { SECURITY_HEADERS } from "@postern/http";
import { oneAtATime } from "./one-at-a-time.ts";

export interface RunningServer {
  readonly port: number;
  /**
   * Keeps serving for `noticeMs`, with `Connection: close` on every response. Then stops accepting
   * connections, waits for running requests, and cuts the remaining connections.
   */
  stop(options: { readonly noticeMs: number }): Promise<void>;
}

interface ServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly host: string;
  readonly port: number;
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
  idleMs = IDLE_MS,
  maxConnections = MAX_CONNECTIONS,
}: ServerOptions): Promise<RunningServer> {
  const listener = getRequestListener(fetch, { errorHandler: badRequest });
  const inTurn = oneAtATime((request, response) => void listener(request, response));
  const server = createServer(TIME_LIMITS, inTurn.listener);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.timeout = idleMs;
  server.maxConnections = maxConnections;
  server.on("clientError", rejectClientError);
  server.on("checkExpectation", (_, response) => {
    response.writeHead(417, HEADERS).end(bodyOf("only the expectation 100-continue is known"));
  });
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

const bodyOf = (message: string) => JSON.stringify({ message });
const HEADERS = { ...SECURITY_HEADERS, "content-type": "application/json" };

/** Responds to a request that has no valid URL: an invalid Host header, or `OPTIONS *`. */
const badRequest = () =>
  new Response(bodyOf("malformed request"), { status: 400, headers: HEADERS });

const CLIENT_ERRORS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "request arrived too slowly"],
  HPE_HEADER_OVERFLOW: [431, "request headers too large"],
};

/**
 * Responds to bytes that are not HTTP or arrive too slowly. The app never receives such a request,
 * unless only its body is at fault.
 */
function rejectClientError({ code = "" }: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, message] = CLIENT_ERRORS[code] ?? [400, "malformed request"];
  const body = bodyOf(message);
  const headers = Object.entries({
    ...HEADERS,
    "content-length": body.length,
    connection: "close",
  });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const response = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`;
  // Node applies no time limit to this connection any more, so a half-open one would stay open.
  socket.end(response, () => socket.destroy());
}
