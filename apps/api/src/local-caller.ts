import type { HttpBindings } from "@hono/node-server";
import { isLoopback, isUnforgeableHost } from "./loopback.ts";

/** Headers that proxies add. A caller behind a proxy is not known to be on this machine. */
const PROXY_HEADERS = /^(via|(x[-_])?forwarded.*|.*client-ip|x-real-ip|x-envoy-.*|cf-.*|cdn-loop)$/;

/**
 * Returns whether the request comes from this machine, and not from a web page whose host name was
 * pointed at this machine (DNS rebinding). `bindings` come from the Node listener.
 */
export function isLocalCaller(request: Request, bindings: unknown, publicUrl?: string): boolean {
  const address =
    (bindings as Partial<HttpBindings> | undefined)?.incoming?.socket.remoteAddress ?? "";
  return (
    isLoopback(address.replace(/^::ffff:/, "")) &&
    isUnforgeableHost(request.headers.get("host") ?? "", publicUrl) &&
    ![...request.headers.keys()].some((name) => PROXY_HEADERS.test(name))
  );
}
