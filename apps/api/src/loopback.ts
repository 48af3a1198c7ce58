import { isIPv4 } from "node:net";

/** Does this name, as it stands and without asking DNS, mean this very machine? */
export const isLoopback = (name: string): boolean =>
  name === "localhost" || name === "::1" || (name.startsWith("127.") && isIPv4(name));

/** The same for a `Host` header, which may have a port and brackets. */
export const isLoopbackHost = (host: string): boolean =>
  isLoopback(
    host
      .replace(/:\d+$/, "")
      .replace(/^\[(.*)\]$/, "$1")
      .toLowerCase(),
  );

/** Do people reach the service from this very machine alone, as far as its configuration says? */
export const isForThisMachine = (publicUrl: string | undefined): boolean =>
  publicUrl === undefined || isLoopbackHost(new URL(publicUrl).host);
