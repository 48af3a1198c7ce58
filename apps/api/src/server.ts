import { createServer, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { SECURITY_HEADERS } from "@postern/http";

export interface RunningServer {
  readonly port: number;
  /**
   * Serves for `noticeMs` more while asking clients to connect elsewhere. Then accepts no
   * connection, lets running requests end, and at last cuts off what is left.
   */
  stop(options: { readonly noticeMs: number }): Promise<void>;
}

interface ServerOptions {
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly host: string;
  readonly port: number;
}

/** Time limits for slow clients, which hold a connection (OWASP ASVS 5.0 section 15.2.2). */
const TIME_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
};
const MAX_CONNECTIONS = 10_000;
/** Longer than any request may take. */
const DRAIN_MS = TIME_LIMITS.requestTimeout;
const SWEEP_MS = 50;

/** Listens. Rejects if it cannot, for example because the port is taken. */
export async function startServer({ fetch, host, port }: ServerOptions): Promise<RunningServer> {
  const listener = getRequestListener(fetch, { errorHandler: badRequest });
  const server = createServer(TIME_LIMITS, (request, response) => void listener(request, response));
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", refuse);
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
      await drain(server);
    },
  };
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // Kept-alive connections become idle one by one, when their requests end.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(cutOff);
}

const BAD_REQUEST = JSON.stringify({ message: "this is no request that could be read" });
const HEADERS = { ...SECURITY_HEADERS, "content-type": "application/json" };

/** HTTP that no URL can describe: a bad Host, `OPTIONS *`. */
const badRequest = () => new Response(BAD_REQUEST, { status: 400, headers: HEADERS });

const STATUSES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Bytes that are not HTTP, or too slow, are answered below the app. */
function refuse({ code = "" }: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const status = STATUSES[code] ?? 400;
  const headers = Object.entries({
    ...HEADERS,
    "content-length": BAD_REQUEST.length,
    connection: "close",
  });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const answer = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${BAD_REQUEST}`;
  // Node no longer watches this connection, so a half-open one would stay.
  socket.end(answer, () => socket.destroy());
}
