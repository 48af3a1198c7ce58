import { isIPv4 } from "node:net";

/** Returns whether this name means this machine, without asking DNS. */
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

/** Returns whether people reach the service only from this machine, by its configuration. */
export const isForThisMachine = (publicUrl: string | undefined): boolean =>
  publicUrl === undefined || isLoopbackHost(new URL(publicUrl).host);
