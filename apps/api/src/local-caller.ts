import type { HttpBindings } from "@hono/node-server";
import { isLoopback, isUnrebound } from "./loopback.ts";

/** Headers that proxies add. A caller behind a proxy is not known to be on this machine. */
const OF_PROXIES = /^(via|(x[-_])?forwarded.*|.*client-ip|x-real-ip|x-envoy-.*|cf-.*|cdn-loop)$/;

/**
 * Returns whether the request comes from this machine, and not from a page that has rebound its
 * name to it. `bindings` come from the Node listener.
 */
export function isLocalCaller(request: Request, bindings: unknown, publicUrl?: string): boolean {
  const address =
    (bindings as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? "";
  return (
    isLoopback(address.replace(/^::ffff:/, "")) &&
    isUnrebound(request.headers.get("host") ?? "", publicUrl) &&
    ![...request.headers.keys()].some((name) => OF_PROXIES.test(name))
  );
}
