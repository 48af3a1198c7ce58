import type { HttpBindings } from "@hono/node-server";
import { isLoopback, isLoopbackHost } from "./loopback.ts";

/** What a proxy adds; whoever comes through one is not known to be of this machine. */
const OF_PROXIES = /^(forwarded|via|x-real-ip|x-forwarded-.*|cf-.*|true-client-ip)$/;

/**
 * Does the request come from this very machine, and from no page that has rebound its name to it?
 * `bindings` are what the Node listener hands along.
 */
export function isLocalCaller(request: Request, bindings: unknown): boolean {
  const address =
    (bindings as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? "";
  return (
    isLoopback(address.replace(/^::ffff:/, "")) &&
    isLoopbackHost(request.headers.get("host") ?? "") &&
    ![...request.headers.keys()].some((name) => OF_PROXIES.test(name))
  );
}
