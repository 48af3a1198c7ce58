import type { Language } from "./language.ts";

/** Who sends a request: what limits need to know, and the language of the person. */
export interface Caller {
  /**
   * The network that limits count: an IPv4 address or an IPv6 /64. `undefined`: an operator, or an
   * app without limits by network.
   */
  readonly network?: string | undefined;
  /** The cookie with the devices that have logged in before, as `rememberDevice` made it. */
  readonly knownDevices?: string | undefined;
  /** The language that the person prefers. */
  readonly language?: Language | undefined;
}
