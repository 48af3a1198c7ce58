import { setTimeout as pause } from "node:timers/promises";
import { SECURITY_HEADERS } from "@postern/http";
import { KEEP_ALIVE_MS, type RunningServer, type ServerOptions, startServer } from "./server.ts";

/** What Bun's own server needs (https://bun.sh/docs/api/http). */
interface BunRuntime {
  serve(options: {
    readonly hostname: string;
    readonly port: number;
    readonly idleTimeout: number;
    readonly maxRequestBodySize: number;
    readonly development: false;
    error(): Response;
    fetch(request: Request, server: BunServer): Response | Promise<Response>;
  }): BunServer;
}

interface BunServer {
  readonly port: number;
  requestIP(request: Request): { readonly address: string } | null;
  stop(closesActive?: boolean): Promise<void>;
}

/** What Deno's own server needs (https://docs.deno.com/api/deno/~/Deno.serve). */
interface DenoRuntime {
  serve(
    options: {
      readonly hostname: string;
      readonly port: number;
      onListen(): void;
      onError(): Response;
    },
    handle: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname?: string } },
    ) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
}

const { Bun: bun, Deno: deno } = globalThis as { Bun?: BunRuntime; Deno?: DenoRuntime };

/** In seconds. Bun allows 255 at most. */
const MAX_BUN_IDLE_SECONDS = 255;
const MAX_BODY_BYTES = 1_048_576;
/** Maximum time for running requests during a stop. */
const DRAIN_MS = 15_000;

/**
 * Calls the app, unless the Host header is malformed: these runtimes then give an URL with another
 * path. Without a Host, as in HTTP/1.0, they give a path only.
 */
function withHost(fetch: ServerOptions["fetch"]): ServerOptions["fetch"] {
  return (request, bindings) => {
    const host = request.headers.get("host");
    if (host === null && request.url.startsWith("/"))
      return fetch(new Request(`http://localhost${request.url}`, request), bindings);
    const parsed = URL.parse(`http://${host ?? "localhost"}/`);
    if (parsed?.pathname !== "/" || parsed.search !== "" || parsed.username !== "")
      return refusal(400, "malformed request");
    return fetch(request, bindings);
  };
}

const refusal = (status: number, message: string) =>
  Response.json({ message }, { status, headers: SECURITY_HEADERS });
const onError = () => refusal(500, "unexpected error");

/** What the app asks of the server's bindings: where a request comes from. */
const bindingsOf = (remoteAddress: string | undefined) => ({
  incoming: { socket: { remoteAddress } },
});

/**
 * Starts the HTTP server of this runtime: Bun's and Deno's own are faster than the node:http that
 * they imitate. Limits of connections, and the order of pipelined requests, are theirs.
 */
export async function serve(options: ServerOptions): Promise<RunningServer> {
  if (bun) return serveOnBun(bun, options);
  if (deno) return serveOnDeno(deno, options);
  return await startServer(options);
}

function serveOnBun(runtime: BunRuntime, options: ServerOptions): RunningServer {
  const { host: hostname, port, keepAliveMs = KEEP_ALIVE_MS } = options;
  const fetch = withHost(options.fetch);
  const server = runtime.serve({
    hostname,
    port,
    idleTimeout: Math.min(Math.ceil(keepAliveMs / 1_000), MAX_BUN_IDLE_SECONDS),
    maxRequestBodySize: MAX_BODY_BYTES,
    development: false,
    error: onError,
    fetch: (request, own) => fetch(request, bindingsOf(own.requestIP(request)?.address)),
  });
  return {
    port: server.port,
    async stop({ noticeMs }) {
      await pause(noticeMs);
      await Promise.race([server.stop(), pause(DRAIN_MS)]);
      await server.stop(true);
    },
  };
}

function serveOnDeno(runtime: DenoRuntime, options: ServerOptions): RunningServer {
  const { host: hostname, port } = options;
  const fetch = withHost(options.fetch);
  const listening = { hostname, port, onListen: () => undefined, onError };
  const server = runtime.serve(listening, (request, info) =>
    fetch(request, bindingsOf(info.remoteAddr.hostname)),
  );
  return {
    port: server.addr.port,
    async stop({ noticeMs }) {
      await pause(noticeMs);
      await Promise.race([server.shutdown(), pause(DRAIN_MS)]);
    },
  };
}
