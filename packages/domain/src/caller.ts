/** Who sends a request, as far as limits need to know. */
export interface Caller {
  /**
   * The network that limits count: an IPv4 address or an IPv6 /64. `undefined`: an operator, or an
   * app without limits by network.
   */
  readonly network?: string | undefined;
  /** The cookie with the devices that have logged in before, as `rememberDevice` made it. */
  readonly knownDevices?: string | undefined;
}
